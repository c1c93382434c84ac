import { useCallback, useEffect, useRef, useState } from "react";
import { useLanguage, word } from "../i18n/language";
import type { Frame, FrameHeader } from "./frame";
import { useFrames } from "./provider";

/** What a tile knows of its camera, renewed at most once a second so that React stays calm. */
export interface Seen {
  health: FrameHeader["health"];
  at: number;
  lastGood: number | null;
  fps: number;
}

interface Props {
  camera: string;
  fps: number;
  label: string;
  onSeen?: (seen: Seen) => void;
  /** Also shows, small, what a blind camera gives now. */
  inset?: boolean;
}

const WARN = "#f2b84b";
const CALM = "#7fd6d0";

/**
 * A camera's picture, drawn as it comes with what was found in it. While the camera is blind
 * the last good picture stays. A slow browser drops frames; it never queues them.
 */
export function Picture({ camera, fps, label, onSeen, inset = false }: Props) {
  const { t } = useLanguage();
  const canvas = useRef<HTMLCanvasElement>(null);
  const small = useRef<HTMLCanvasElement>(null);
  const main = useRef<Slot>({ next: null, busy: false });
  const now = useRef<Slot>({ next: null, busy: false });
  const lastGood = useRef<number | null>(null);
  const told = useRef({ at: 0, frames: 0 });
  const [drawn, setDrawn] = useState(false);
  const [keeping, setKeeping] = useState(false);
  const words = useRef(t.kinds);
  useEffect(() => {
    words.current = t.kinds;
  }, [t]);

  const onFrame = useCallback(
    (frame: Frame) => {
      const at = Date.now();
      if (frame.header.health === "ok") lastGood.current = at;
      told.current.frames += 1;
      const since = at - told.current.at;
      if (since >= 1000) {
        const rate = told.current.at === 0 ? 0 : (told.current.frames * 1000) / since;
        told.current = { at, frames: 0 };
        onSeen?.({ health: frame.header.health, at, lastGood: lastGood.current, fps: rate });
      }
      const blind = frame.header.health !== "ok" && frame.header.health !== "moved";
      const keep = blind && lastGood.current !== null;
      setKeeping(keep);
      if (!keep) {
        show(frame, main.current, canvas, words, () => {
          setDrawn(true);
        });
      } else if (inset) {
        show(frame, now.current, small, words, () => undefined);
      }
    },
    [onSeen, inset],
  );
  useFrames(camera, fps, onFrame);

  return (
    <>
      <canvas ref={canvas} className="picture" role="img" aria-label={label} data-drawn={drawn} />
      {inset && (
        <div className="picture-now" hidden={!keeping}>
          <span>{t.live.currentView}</span>
          <canvas ref={small} role="img" aria-label={t.live.currentView} />
        </div>
      )}
    </>
  );
}

/** The newest frame still to be drawn on a canvas, and whether one is being drawn. */
interface Slot {
  next: Frame | null;
  busy: boolean;
}

/** Draws a frame, or leaves it to be drawn next when the one before is not ready yet. */
function show(
  frame: Frame,
  slot: Slot,
  canvas: { current: HTMLCanvasElement | null },
  words: { current: Record<string, string> },
  onDrawn: () => void,
) {
  slot.next = frame;
  if (slot.busy) return;
  slot.busy = true;
  void draw(canvas, slot, words).finally(() => {
    slot.busy = false;
    onDrawn();
  });
}

async function draw(
  canvas: { current: HTMLCanvasElement | null },
  slot: Slot,
  words: { current: Record<string, string> },
): Promise<void> {
  for (let frame = slot.next; frame; frame = slot.next) {
    slot.next = null;
    const bitmap = await createImageBitmap(new Blob([frame.jpeg], { type: "image/jpeg" })).catch(() => null);
    const target = canvas.current;
    const context = target?.getContext("2d");
    if (!bitmap || !target || !context) {
      bitmap?.close();
      continue;
    }
    if (target.width !== bitmap.width || target.height !== bitmap.height) {
      target.width = bitmap.width;
      target.height = bitmap.height;
    }
    context.drawImage(bitmap, 0, 0);
    bitmap.close();
    drawBoxes(context, frame.header, words.current);
  }
}

function drawBoxes(context: CanvasRenderingContext2D, header: FrameHeader, words: Record<string, string>) {
  const { width, height } = context.canvas;
  const size = Math.max(12, Math.round(height / 24));
  context.font = `600 ${String(size)}px sans-serif`;
  context.textBaseline = "middle";
  for (const { kind, box, confidence } of header.boxes) {
    const [x, y, w, h] = [box[0] * width, box[1] * height, box[2] * width, box[3] * height];
    const anybody = kind === "person";
    const colour = anybody ? CALM : WARN;
    const text = `${word(words, kind)} ${String(Math.round(confidence * 100))}%`;
    const tag = size * 1.5;
    const tagWidth = context.measureText(text).width + size;
    const left = Math.max(0, Math.min(x, width - tagWidth));
    const top = y >= tag ? y - tag : Math.min(y + h, height - tag);
    context.strokeStyle = colour;
    context.lineWidth = Math.max(2, height / 240);
    context.strokeRect(x, y, w, h);
    if (anybody) continue; // where people stand close, their labels would hide them
    context.fillStyle = colour;
    context.fillRect(left, top, tagWidth, tag);
    context.fillStyle = "#10212b";
    context.fillText(text, left + size / 2, top + tag / 2);
  }
}
