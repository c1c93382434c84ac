import { useCallback, useEffect, useRef, useState } from "react";
import { useLanguage } from "../i18n/language";
import { drawBoxes } from "./boxes";
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
  /** Enlarged: also names plain persons, and shows, small, what a blind camera gives now. */
  big?: boolean;
}

/**
 * A camera's picture, drawn as it comes with what was found in it. While the camera is blind
 * the last good picture stays. A slow browser drops frames; it never queues them.
 */
export function Picture({ camera, fps, label, onSeen, big = false }: Props) {
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
        show(frame, main.current, canvas, words, big, () => {
          setDrawn(true);
        });
      } else if (big) {
        show(frame, now.current, small, words, false, () => undefined);
      }
    },
    [onSeen, big],
  );
  useFrames(camera, fps, onFrame);

  return (
    <>
      <canvas ref={canvas} className="picture" role="img" aria-label={label} data-drawn={drawn} />
      {big && (
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
  everybody: boolean,
  onDrawn: () => void,
) {
  slot.next = frame;
  if (slot.busy) return;
  slot.busy = true;
  void draw(canvas, slot, words, everybody).finally(() => {
    slot.busy = false;
    onDrawn();
  });
}

async function draw(
  canvas: { current: HTMLCanvasElement | null },
  slot: Slot,
  words: { current: Record<string, string> },
  everybody: boolean,
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
    drawBoxes(context, frame.header.boxes, words.current, everybody);
    target.dataset["ts"] = frame.header.ts; // when what is on the screen was taken
  }
}
