import { expect, test } from "vitest";
import { drawBoxes } from "../src/live/boxes";
import type { FrameHeader } from "../src/live/frame";
import { zh } from "../src/i18n/zh";

const BOXES: FrameHeader["boxes"] = [
  { kind: "person", box: [0.1, 0.2, 0.1, 0.3], confidence: 0.93 },
  { kind: "intrusion", box: [0.9, 0.0, 0.1, 0.3], confidence: 0.876 },
];

/** What is drawn on a picture of 640 by 360: boxes, and labels with their left and top. */
function drawn(everybody: boolean) {
  const boxes: number[][] = [];
  const labels: string[] = [];
  const plates: number[][] = [];
  const context = {
    canvas: { width: 640, height: 360 },
    measureText: (text: string) => ({ width: text.length * 12 }),
    strokeRect: (...at: number[]) => boxes.push(at),
    fillRect: (...at: number[]) => plates.push(at),
    fillText: (text: string) => labels.push(text),
  };
  drawBoxes(context as unknown as CanvasRenderingContext2D, BOXES, zh.kinds, everybody);
  return { boxes, labels, plates };
}

test("on a tile everybody has a box and only hazards a label", () => {
  const { boxes, labels } = drawn(false);
  expect(boxes).toEqual([
    [64, 72, 64, 108],
    [576, 0, 64, 108],
  ]);
  expect(labels).toEqual(["闯入危险区 88%"]);
});

test("enlarged, persons are named too", () => {
  expect(drawn(true).labels).toEqual(["人员 93%", "闯入危险区 88%"]);
});

test("a label at the edge stays within the picture", () => {
  const [left = -1, top = -1, width = 0, height = 0] = drawn(false).plates[0] ?? [];
  expect(left).toBeGreaterThanOrEqual(0);
  expect(left + width).toBeLessThanOrEqual(640);
  expect(top).toBeGreaterThanOrEqual(0);
  expect(top + height).toBeLessThanOrEqual(360);
});
