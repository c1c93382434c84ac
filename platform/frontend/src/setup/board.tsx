import { useRef, type KeyboardEvent, type PointerEvent } from "react";
import { useLanguage } from "../i18n/language";
import type { Shape } from "./draft";
import { middleOf, moveCorner, onPicture, removeCorner, shift, splitEdge, type Point, type Polygon } from "./polygon";

export interface Chosen {
  shape: number;
  corner: number | null;
}

interface Props {
  shapes: readonly Shape[];
  chosen: Chosen | null;
  /** Corners set so far of a shape that is being drawn; null when none is. */
  drawn: Polygon | null;
  editable: boolean;
  onChoose: (chosen: Chosen | null) => void;
  onChange: (shape: number, polygon: Polygon, goesOn: boolean) => void;
  /** The next corner of what is being drawn; `closes` when it is its first again. */
  onPlace: (at: Point, closes: boolean) => void;
}

interface Drag {
  shape: number;
  /** Null moves the shape as a whole. */
  corner: number | null;
  from: Point;
  before: Polygon;
  moved: boolean;
}

const NUDGE = 0.004;
const CLOSE_AT = 0.03;
const ARROWS: Record<string, Point> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const percent = (value: number) => `${String(value * 100)}%`;
const corners = (polygon: Polygon) => polygon.map(([x, y]) => `${String(x)},${String(y)}`).join(" ");

/** Shapes over a picture, to be drawn and moved with mouse, finger or keys. Fills its parent. */
export function Board({ shapes, chosen, drawn, editable, onChoose, onChange, onPlace }: Props) {
  const board = useRef<HTMLDivElement>(null);
  const drag = useRef<Drag | null>(null);

  function place(event: PointerEvent): Point {
    const box = board.current?.getBoundingClientRect();
    if (!box) return [0, 0];
    return onPicture((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  }

  function take(event: PointerEvent, shape: number, corner: number | null, polygon?: Polygon) {
    if (!editable || drawn) return;
    event.stopPropagation();
    onChoose({ shape, corner });
    const before = polygon ?? shapes[shape]?.polygon ?? [];
    drag.current = { shape, corner, from: place(event), before, moved: false };
    board.current?.setPointerCapture(event.pointerId);
  }

  function move(event: PointerEvent) {
    const held = drag.current;
    if (!held) return;
    const to = place(event);
    const [dx, dy] = [to[0] - held.from[0], to[1] - held.from[1]];
    if (!held.moved && Math.hypot(dx, dy) < 0.003) return;
    const next = held.corner === null ? shift(held.before, dx, dy) : moveCorner(held.before, held.corner, to);
    onChange(held.shape, next, held.moved);
    held.moved = true;
  }

  function set(event: PointerEvent) {
    if (!drawn) {
      onChoose(null);
      return;
    }
    const at = place(event);
    const first = drawn[0];
    onPlace(at, drawn.length > 2 && first !== undefined && Math.hypot(at[0] - first[0], at[1] - first[1]) < CLOSE_AT);
  }

  function addCorner(event: PointerEvent, shape: number, edge: number) {
    const polygon = splitEdge(shapes[shape]?.polygon ?? [], edge);
    onChange(shape, polygon, false);
    take(event, shape, edge + 1, polygon);
    if (drag.current) drag.current.moved = true;
  }

  function press(event: KeyboardEvent, shape: number, corner: number) {
    const polygon = shapes[shape]?.polygon ?? [];
    const way = ARROWS[event.key];
    if (way) {
      const [x, y] = polygon[corner] ?? [0, 0];
      onChange(shape, moveCorner(polygon, corner, [x + way[0] * NUDGE, y + way[1] * NUDGE]), false);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      onChange(shape, removeCorner(polygon, corner), false);
      onChoose({ shape, corner: null });
    } else return;
    event.preventDefault();
  }

  return (
    <div
      ref={board}
      className={drawn ? "board board-drawing" : "board"}
      data-testid="board"
      onPointerDown={set}
      onPointerMove={move}
      onPointerUp={() => { drag.current = null; }}
      onPointerCancel={() => { drag.current = null; }}
    >
      <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
        {shapes.map(({ polygon, kind }, n) => (
          <polygon
            key={n}
            points={corners(polygon)}
            className={`board-${kind}${chosen?.shape === n ? " board-chosen" : ""}`}
            onPointerDown={(event) => { take(event, n, null); }}
          />
        ))}
        {drawn && <polyline points={corners(drawn)} className="board-new" />}
      </svg>
      {shapes.map((shape, n) => (
        <Label key={n} shape={shape} chosen={chosen?.shape === n} />
      ))}
      {drawn?.map(([x, y], n) => (
        <span key={n} className="corner corner-new" style={{ left: percent(x), top: percent(y) }} aria-hidden="true" />
      ))}
      {editable && !drawn && chosen && (
        <Corners shape={shapes[chosen.shape]} chosen={chosen} onTake={take} onSplit={addCorner} onPress={press} />
      )}
    </div>
  );
}

function Label({ shape, chosen }: { shape: Shape; chosen: boolean }) {
  const { say } = useLanguage();
  const top = shape.polygon.reduce<Point>((best, corner) => (corner[1] < best[1] ? corner : best), [0, 1]);
  return (
    <span
      className={`board-label board-label-${shape.kind}${chosen ? " board-label-chosen" : ""}`}
      style={{ left: percent(Math.min(0.86, top[0])), top: percent(Math.max(0.05, top[1])) }}
    >
      {say(shape.name)}
    </span>
  );
}

interface CornersProps {
  shape: Shape | undefined;
  chosen: Chosen;
  onTake: (event: PointerEvent, shape: number, corner: number) => void;
  onSplit: (event: PointerEvent, shape: number, edge: number) => void;
  onPress: (event: KeyboardEvent, shape: number, corner: number) => void;
}

function Corners({ shape, chosen, onTake, onSplit, onPress }: CornersProps) {
  const { t, say } = useLanguage();
  if (!shape) return null;
  return (
    <>
      {shape.polygon.map((_, n) => {
        const [x, y] = middleOf(shape.polygon, n);
        return (
          <span
            key={`edge-${String(n)}`}
            className="corner corner-middle"
            style={{ left: percent(x), top: percent(y) }}
            data-testid={`edge-${String(n)}`}
            aria-hidden="true"
            onPointerDown={(event) => { onSplit(event, chosen.shape, n); }}
          />
        );
      })}
      {shape.polygon.map(([x, y], n) => (
        <button
          key={n}
          type="button"
          className={chosen.corner === n ? "corner corner-chosen" : "corner"}
          style={{ left: percent(x), top: percent(y) }}
          data-testid={`corner-${String(n)}`}
          aria-label={t.rooms.editor.cornerOf(n + 1, say(shape.name))}
          onPointerDown={(event) => { onTake(event, chosen.shape, n); }}
          onKeyDown={(event) => { onPress(event, chosen.shape, n); }}
        />
      ))}
    </>
  );
}
