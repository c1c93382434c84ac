import { useRef, type PointerEvent } from "react";
import type { Signature } from "./entries";
import { useWords } from "./words";

/** The field a signature is drawn on; strokes are points on it, whatever the screen's size. */
const WIDTH = 1000;
const HEIGHT = 400;
const CLOSER_IS_THE_SAME = 6;
const POINTS = 600;
const STROKES = 60;

interface Props {
  value: Signature;
  onChange: (value: Signature) => void;
}

export function isSigned({ name, strokes }: Signature): boolean {
  return name.trim() !== "" && strokes.some((stroke) => stroke.length > 1);
}

/** A name drawn by finger, with the name in letters for those who cannot use a finger. */
export function SignaturePad({ value, onChange }: Props) {
  const { w } = useWords();
  const drawing = useRef(false);
  const { strokes } = value;

  function point(event: PointerEvent<SVGSVGElement>): [number, number] {
    const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
    const x = Math.round(((event.clientX - left) / width) * WIDTH);
    const y = Math.round(((event.clientY - top) / height) * HEIGHT);
    return [Math.max(0, Math.min(WIDTH, x)), Math.max(0, Math.min(HEIGHT, y))];
  }

  function begin(event: PointerEvent<SVGSVGElement>) {
    if (strokes.length >= STROKES) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    drawing.current = true;
    onChange({ ...value, strokes: [...strokes, [point(event)]] });
  }

  function draw(event: PointerEvent<SVGSVGElement>) {
    const current = strokes.at(-1);
    const [x, y] = point(event);
    const last = current?.at(-1);
    if (!drawing.current || !current || !last || current.length >= POINTS) return;
    if (Math.hypot(x - (last[0] ?? 0), y - (last[1] ?? 0)) < CLOSER_IS_THE_SAME) return;
    onChange({ ...value, strokes: [...strokes.slice(0, -1), [...current, [x, y]]] });
  }

  function end() {
    drawing.current = false;
  }

  return (
    <section className="field-signature" aria-label={w.signature.heading}>
      <label>
        {w.signature.name}
        <input
          value={value.name}
          maxLength={60}
          autoComplete="name"
          onChange={(event) => {
            onChange({ ...value, name: event.target.value });
          }}
        />
      </label>
      <svg
        viewBox={`0 0 ${String(WIDTH)} ${String(HEIGHT)}`}
        role="img"
        aria-label={strokes.length > 0 ? w.signature.drawn : w.signature.hint}
        data-testid="signature"
        onPointerDown={begin}
        onPointerMove={draw}
        onPointerUp={end}
        onPointerCancel={end}
      >
        {strokes.length === 0 && (
          <text x={WIDTH / 2} y={HEIGHT / 2} textAnchor="middle">
            {w.signature.hint}
          </text>
        )}
        {strokes.map((stroke, index) => (
          <polyline key={index} points={stroke.map((at) => at.join(",")).join(" ")} />
        ))}
      </svg>
      <button
        type="button"
        className="field-button"
        onClick={() => {
          onChange({ ...value, strokes: [] });
        }}
      >
        {w.signature.clear}
      </button>
    </section>
  );
}
