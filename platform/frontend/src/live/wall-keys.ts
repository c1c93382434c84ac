/** How many pictures the wall may show at once. */
export const LAYOUTS = [1, 4, 9, 16] as const;
export type Layout = (typeof LAYOUTS)[number];

/** Where a wall stands: what of how many cameras it shows, which is chosen, which is enlarged. */
export interface WallState {
  cameras: number;
  layout: Layout;
  first: number;
  chosen: number;
  big: number | null;
  screen: boolean;
  help: boolean;
}

/** Pictures beside each other. */
export function columns(layout: Layout): number {
  return Math.sqrt(layout);
}

function page(state: WallState, by: number): WallState {
  const last = Math.max(0, Math.floor((state.cameras - 1) / state.layout) * state.layout);
  const first = Math.min(last, Math.max(0, state.first + by * state.layout));
  return first === state.first ? state : { ...state, first, chosen: first };
}

/** The next group, and after the last the first again. */
export function cycle(state: WallState): WallState {
  const next = state.first + state.layout;
  const first = next < state.cameras ? next : 0;
  return first === state.first ? state : { ...state, first, chosen: first };
}

export function withLayout(state: WallState, layout: Layout): WallState {
  const first = Math.floor(state.chosen / layout) * layout;
  return { ...state, layout, first };
}

function move(state: WallState, by: number): WallState {
  const chosen = state.chosen + by;
  if (chosen < 0 || chosen >= state.cameras) return state;
  return { ...state, chosen, first: Math.floor(chosen / state.layout) * state.layout };
}

/** What a key does to the wall; null when it means nothing here. */
export function press(state: WallState, key: string): WallState | null {
  if (state.big !== null) return key === "Escape" ? { ...state, big: null } : null;
  switch (key) {
    case "ArrowLeft":
      return move(state, -1);
    case "ArrowRight":
      return move(state, 1);
    case "ArrowUp":
      return move(state, -columns(state.layout));
    case "ArrowDown":
      return move(state, columns(state.layout));
    case "PageUp":
      return page(state, -1);
    case "PageDown":
      return page(state, 1);
    case "1":
    case "2":
    case "3":
    case "4":
      return withLayout(state, LAYOUTS[Number(key) - 1] ?? state.layout);
    case "Enter":
      return state.cameras > 0 ? { ...state, big: state.chosen } : null;
    case "f":
    case "F":
      return { ...state, screen: !state.screen };
    case "?":
      return { ...state, help: !state.help };
    case "Escape":
      if (state.help) return { ...state, help: false };
      return state.screen ? { ...state, screen: false } : null;
    default:
      return null;
  }
}
