import { word } from "../i18n/language";
import type { FrameHeader } from "./frame";

const WARN = "#f2b84b";
const CALM = "#7fd6d0";

/** Draws what was found in a picture. Hazards are always named; plain persons only when wanted,
 * because where people stand close their labels would hide them. */
export function drawBoxes(
  context: CanvasRenderingContext2D,
  boxes: FrameHeader["boxes"],
  words: Record<string, string>,
  everybody: boolean,
) {
  const { width, height } = context.canvas;
  const size = Math.max(12, Math.round(height / 24));
  context.font = `600 ${String(size)}px sans-serif`;
  context.textBaseline = "middle";
  for (const { kind, box, confidence } of boxes) {
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
    if (anybody && !everybody) continue;
    context.fillStyle = colour;
    context.fillRect(left, top, tagWidth, tag);
    context.fillStyle = "#10212b";
    context.fillText(text, left + size / 2, top + tag / 2);
  }
}
