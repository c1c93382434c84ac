import { describe, expect, it } from "vitest";
import { grouped } from "../src/alerts/groups";
import type { Alert, HazardDetail } from "../src/api/types";
import { placeOfItem } from "../src/desk/agenda";
import { distance, layOut } from "../src/desk/plan-layout";
import { bodyOf } from "../src/hazards/step-form";
import { FIELDS, formsOf } from "../src/hazards/steps";
import { matchers } from "../src/alerts/care";
import { outlineIn } from "../src/alerts/zone";

const alert = (id: number, changes: Partial<Alert> = {}): Alert =>
  ({ id, project: "a", kind: "intrusion", device: "cam-1", zone: "z", rule: "SR-1", state: "firing", ...changes }) as Alert;

describe("the plan of sites", () => {
  const sites = [
    { id: "north", latitude: 30.2, longitude: 120.0 },
    { id: "south", latitude: 30.1, longitude: 120.0 },
    { id: "east", latitude: 30.15, longitude: 120.1 },
  ];

  it("puts north up, east right, all within the margin", () => {
    const spots = new Map(layOut(sites, 600, 200, 40)?.spots.map((spot) => [spot.id, spot]));
    const at = (id: string) => spots.get(id) ?? { x: NaN, y: NaN };
    expect(at("north").y).toBeLessThan(at("south").y);
    expect(at("east").x).toBeGreaterThan(at("north").x);
    for (const { x, y } of spots.values()) {
      expect(x >= 40 && x <= 560 && y >= 39.9 && y <= 160.1).toBe(true);
    }
  });

  it("draws a scale that is true: 0.1 degree of latitude is 11 km", () => {
    const layout = layOut(sites, 600, 200, 40);
    const [north, south] = [layout?.spots[0], layout?.spots[1]];
    const unit = ((south?.y ?? 0) - (north?.y ?? 0)) / 11_132;
    expect((layout?.scale.length ?? 0) / (layout?.scale.metres ?? 1)).toBeCloseTo(unit, 4);
    expect(distance(5000)).toBe("5 km");
    expect(distance(200)).toBe("200 m");
  });

  it("gives way to the cards where there are no two places", () => {
    expect(layOut(sites.slice(0, 1), 600, 200, 40)).toBeNull();
    expect(layOut([{ id: "a", latitude: 0, longitude: 0 }, { id: "b", latitude: 0, longitude: 0 }], 600, 200, 40)).toBeNull();
  });
});

describe("triage", () => {
  it("puts alike alerts together and keeps what fires apart from what is over", () => {
    const groups = grouped([alert(4), alert(3, { zone: "y" }), alert(2), alert(1, { state: "resolved" })]);
    expect(groups.map(({ alerts }) => alerts.map(({ id }) => id))).toEqual([[4, 2], [3], [1]]);
  });

  it("never silences more than the rule in its project", () => {
    expect(matchers(alert(1), "rule").map(({ field }) => field)).toEqual(["project", "rule"]);
    expect(matchers(alert(1), "zone").map(({ field }) => field)).toEqual(["project", "rule", "device", "zone"]);
    expect(matchers(alert(1, { device: null, zone: null }), "zone").map(({ field }) => field)).toEqual(["project", "rule"]);
  });
});

describe("the outline of a danger zone", () => {
  it("is drawn where it was set on the platform, and nowhere else", () => {
    const drawn = [{ id: "pit", polygon: [[0, 0], [1, 0], [1, 1]] }];
    expect(outlineIn(drawn, "pit")).toEqual([[0, 0], [1, 0], [1, 1]]);
    expect(outlineIn(drawn, "hoist")).toBeUndefined();
    expect(outlineIn(undefined, "pit")).toBeUndefined();
    expect(outlineIn([{ id: "pit" }], "pit")).toBeUndefined();
  });
});

describe("what needs me", () => {
  it("leads to where it is dealt with", () => {
    expect(placeOfItem({ kind: "claim", id: "7", project: "a" })).toBe("/claims/7");
    expect(placeOfItem({ kind: "alert", id: "7", project: "a" })).toBe("/alerts?open=7");
    expect(placeOfItem({ kind: "hazard", id: "7", project: "a" })).toBe("/hazards?open=7");
    expect(placeOfItem({ kind: "milestone", id: "roof", project: "a" })).toBe("/projects/a");
  });
});

describe("the steps of a hazard", () => {
  const hazard = (changes: Partial<HazardDetail>) =>
    ({ state: "submitted", supervised: false, suspended: false, allowed_steps: [], ...changes }) as HazardDetail;

  it("ask once for what passes or fails, with what is rarely done last", () => {
    const steps = formsOf(hazard({ allowed_steps: ["grade", "pass", "fail", "supervise", "end_supervision"] }));
    expect(steps).toEqual(["recheck", "grade", "supervise"]);
  });

  it("offer to end only what holds", () => {
    const allowed = { allowed_steps: ["resume", "supervise", "end_supervision"] } satisfies Partial<HazardDetail>;
    expect(formsOf(hazard(allowed))).toEqual(["supervise"]);
    expect(formsOf(hazard({ ...allowed, supervised: true, suspended: true }))).toEqual(["resume", "end_supervision"]);
  });

  it("send only what was asked and filled in", () => {
    const values = { severity: "general", reason: "够了够了", edition: "2024", quoted: "" };
    const asked = FIELDS.grade.filter(({ when }) => !when || when(values));
    expect(bodyOf(asked, values)).toEqual({ severity: "general", reason: "够了够了" });
  });
});
