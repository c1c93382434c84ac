import { describe, expect, it } from "vitest";
import type { ProjectDetail } from "../src/api/types";
import { planRows, planSpan } from "../src/charts/plan";

const named = (zh: string) => ({ zh, en: zh });
const PROJECT = {
  work_items: [{ id: "a", name: named("主体"), planned_start: "2026-03-01", planned_finish: "2026-06-30", accepted_percent: 70 }],
  milestones: [
    { id: "top", name: named("封顶"), due: "2026-06-30", status: "planned", claimed_on: null, accepted_on: null },
    { id: "base", name: named("基础"), due: "2026-04-15", status: "accepted", claimed_on: "2026-05-01", accepted_on: "2026-05-20" },
  ],
} as unknown as ProjectDetail;

describe("the plan over time", () => {
  const rows = planRows(PROJECT, ({ zh }) => zh);

  it("has work items first, then milestones as they fall due", () => {
    expect(rows.map(({ name }) => name)).toEqual(["主体", "基础", "封顶"]);
  });

  it("marks a milestone where it was accepted, not where it was claimed", () => {
    expect(rows[1]).toMatchObject({ due: "2026-04-15", on: "2026-05-20", status: "accepted" });
  });

  it("reaches to today when the plan has run out", () => {
    const [first, last] = planSpan(rows, "2026-09-01");
    expect(first).toBeLessThan(Date.parse("2026-03-01"));
    expect(last).toBeGreaterThan(Date.parse("2026-09-01"));
  });
});
