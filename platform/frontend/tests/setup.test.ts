import { describe, expect, it } from "vitest";
import type { CameraSettings, CameraSetup } from "../src/api/types";
import { draftOf, faultsOf, freshCode, settingsOf, type Draft, type Shape } from "../src/setup/draft";
import { compared } from "../src/setup/fingerprint";
import { amend, begin, redo, step, undo } from "../src/setup/history";
import { isCrossed, isTooSmall, moveCorner, removeCorner, shift, splitEdge, type Polygon } from "../src/setup/polygon";

const SQUARE: Polygon = [
  [0.1, 0.1],
  [0.5, 0.1],
  [0.5, 0.5],
  [0.1, 0.5],
];
const BOW: Polygon = [
  [0.1, 0.1],
  [0.5, 0.5],
  [0.5, 0.1],
  [0.1, 0.5],
];
const NAME = { zh: "甲栋", en: "Block A" };

describe("a polygon on a picture", () => {
  it("keeps its corners on the picture when one is dragged off it", () => {
    expect(moveCorner(SQUARE, 0, [-0.2, 1.7])[0]).toEqual([0, 1]);
  });

  it("gains a corner in the middle of an edge, the last edge included", () => {
    expect(splitEdge(SQUARE, 0)[1]).toEqual([0.3, 0.1]);
    expect(splitEdge(SQUARE, 3)[4]).toEqual([0.1, 0.3]);
  });

  it("loses corners down to three", () => {
    const triangle = removeCorner(SQUARE, 1);
    expect(triangle).toHaveLength(3);
    expect(removeCorner(triangle, 0)).toHaveLength(3);
  });

  it("is shifted whole and stops at the edge with its form kept", () => {
    expect(shift(SQUARE, 0.9, -0.9)).toEqual([
      [0.6, 0],
      [1, 0],
      [1, 0.4],
      [0.6, 0.4],
    ]);
  });

  it("is known to cross itself, to be too small, or to be in order", () => {
    expect([isCrossed(BOW), isCrossed(SQUARE)]).toEqual([true, false]);
    expect([isTooSmall(SQUARE.slice(0, 2)), isTooSmall(SQUARE)]).toEqual([true, false]);
  });
});

describe("a history", () => {
  it("goes back and forward, and forgets what was undone once something else is done", () => {
    const drawn = step(step(begin(1), 2), 3);
    expect([undo(drawn).now, redo(undo(drawn)).now]).toEqual([2, 3]);
    expect(step(undo(drawn), 9).future).toEqual([]);
    expect(undo(begin(1)).now).toBe(1);
  });

  it("takes a drag as one step, however far it goes", () => {
    const dragged = amend(amend(step(begin(1), 2), 3), 4);
    expect([dragged.now, undo(dragged).now]).toEqual([4, 1]);
  });
});

const SETUP = {
  project: "k",
  camera: "cam-1",
  danger_zones: [{ id: "edge", name: { zh: "临边", en: "Edge" } }],
  zones: [
    {
      id: "block-a", name: NAME, work_item: "structure", weight: 0.5, polygon: SQUARE.map((p) => [...p]),
      states: [{ code: "a", name: NAME, percent: 0 }, { code: "b", name: NAME, percent: 100 }],
    },
  ],
} as unknown as CameraSetup; // prettier-ignore

const settings = (said: Record<string, unknown>) => ({ settings: said, version: 1 }) as unknown as CameraSettings;

function danger(id: string): Shape {
  return { kind: "danger", id, name: NAME, polygon: SQUARE, workItem: "", weight: 0, states: [], template: null, more: {} };
}

describe("what is sent of a camera", () => {
  it("says nothing of what was not touched, so that the agent's file goes on holding", () => {
    const start = draftOf(SETUP, settings({}));
    expect(settingsOf({}, start, start)).toEqual({});
    const drawn: Draft = { ...start, shapes: [...start.shapes, danger("pit")] };
    expect(settingsOf({}, start, drawn)).toEqual({ danger_zones: [{ id: "pit", polygon: SQUARE }] });
  });

  it("keeps what the settings say beyond the drawing: bands, patterns, windows", () => {
    const before = {
      zones: [{ id: "block-a", polygon: SQUARE, bands: 2, states: [{ code: "a", percent: 0, pattern: ["x", "y"] }] }],
      danger_zones: [{ id: "edge", polygon: SQUARE, inertia: 4 }],
    };
    const start = draftOf(SETUP, settings(before));
    const moved = start.shapes.map((shape) => ({ ...shape, polygon: shift(shape.polygon, 0.1, 0) }));
    const sent = settingsOf(before, start, { ...start, shapes: moved });
    expect(sent["zones"]).toEqual([
      expect.objectContaining({
        bands: 2,
        states: [{ code: "a", percent: 0, pattern: ["x", "y"] }, { code: "b", percent: 100 }],
      }),
    ]);
    expect(sent["danger_zones"]).toEqual([expect.objectContaining({ id: "edge", inertia: 4 })]);
  });

  it("names a template instead of listing its states", () => {
    const start = draftOf(SETUP, settings({}));
    const shapes = start.shapes.map((shape) => ({ ...shape, template: { name: "kindergarten", storeys: 3 } }));
    const [zone] = settingsOf({}, start, { ...start, shapes })["zones"] as Record<string, unknown>[];
    expect(zone).toMatchObject({ template: "kindergarten", storeys: 3 });
    expect(zone).not.toHaveProperty("states");
  });

  it("turns a hazard off and on again, and clears a threshold back to the file's", () => {
    const before = { detector: { threshold: 0.4 }, hazards: { no_vest: "off" } };
    const start = draftOf(SETUP, settings(before));
    expect(start.thresholds).toMatchObject({ threshold: 0.4, off: ["no_vest"] });
    const thresholds = { ...start.thresholds, threshold: null, off: ["no_helmet"] };
    expect(settingsOf(before, start, { ...start, thresholds })).toEqual({ hazards: { no_vest: {}, no_helmet: "off" } });
  });

  it("is refused before it is sent when a zone crosses itself, has no name, item or states", () => {
    const start = draftOf(SETUP, settings({}));
    const bad = start.shapes.map((zone) => ({ ...zone, polygon: BOW, workItem: "", states: [], name: { zh: " ", en: "" } }));
    const found = faultsOf({ ...start, shapes: [...bad, danger("pit"), danger("pit")] }).map(({ what }) => what);
    expect(found).toEqual(["unnamed", "sameCode", "small", "noItem", "noStates"]);
    expect(faultsOf(start)).toEqual([]);
  });

  it("gives a new shape a code nobody has", () => {
    expect(freshCode([danger("danger-1"), danger("danger-3")], "danger")).toBe("danger-2");
  });
});

describe("a fingerprint read out", () => {
  const shown = "db70 2aa4 1111 2222 3333";
  it.each([
    ["DB70 2AA4 1111 2222", "match"],
    ["db70-2aa4-1111-2222-3333", "match"],
    ["db70 2aa4", "short"],
    ["db70 2aa5", "mismatch"],
    ["", "short"],
  ] as const)("%s is a %s", (typed, verdict) => {
    expect(compared(typed, shown)).toBe(verdict);
  });
});
