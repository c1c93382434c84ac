/** A value with its past and what was undone of it. Pure. */
export interface History<T> {
  past: readonly T[];
  now: T;
  future: readonly T[];
}

const LONGEST = 200;

export const begin = <T>(now: T): History<T> => ({ past: [], now, future: [] });

/** A step that can be undone. */
export function step<T>(history: History<T>, next: T): History<T> {
  if (next === history.now) return history;
  return { past: [...history.past.slice(1 - LONGEST), history.now], now: next, future: [] };
}

/** Goes on within the last step: a corner that is dragged is one step, however far. */
export function amend<T>(history: History<T>, next: T): History<T> {
  return { ...history, now: next, future: [] };
}

export function undo<T>(history: History<T>): History<T> {
  const before = history.past.at(-1);
  if (before === undefined) return history;
  return { past: history.past.slice(0, -1), now: before, future: [history.now, ...history.future] };
}

export function redo<T>(history: History<T>): History<T> {
  const [after, ...later] = history.future;
  if (after === undefined) return history;
  return { past: [...history.past, history.now], now: after, future: later };
}
