import { describe, expect, it } from "vitest";
import type { ProjectDetail } from "../src/api/types";
import { nightsBetween, usualStep, withGaps } from "../src/charts/options";
import { ago, daysUntil, exact, moment, today } from "../src/format/time";
import { checksOf, remaining, type CheckName, type Draft } from "../src/money/filing-checks";

const NOW = new Date("2026-11-24T08:00:00Z");

const PROJECT = {
  camera_percent: 45,
  milestones: [
    { id: "foundation", status: "accepted" },
    { id: "topping-out", status: "planned" },
  ],
  contract: {
    contract_sum: "8000000.00",
    approved_variations: "0.00",
    paid: "2600000.00",
    payable_ceiling: "3395000.00",
    wage_share: 0.2,
    payee_account: "6222-0001",
    payee_account_changed_on: "2026-11-18",
  },
} as unknown as ProjectDetail;

function resultOf(name: CheckName, draft: Draft): string | undefined {
  return checksOf(PROJECT, draft, NOW).find((check) => check.name === name)?.result;
}

describe("checks before a claim is filed", () => {
  it("say what of the contract is left", () => {
    expect(remaining(PROJECT)).toBe("5400000.00");
  });

  it.each<[CheckName, Draft, string]>([
    ["withinContract", { amount: "5400000.00" }, "pass"],
    ["withinContract", { amount: "5400000.01" }, "block"],
    ["wageWithin", { amount: "100.00", wage_amount: "100.01" }, "block"],
    ["wageWithin", { amount: "100.00", wage_amount: "100.00" }, "pass"],
    ["wageShare", { amount: "2900000.00", wage_amount: "580000.00" }, "pass"],
    ["wageShare", { amount: "2900000.00", wage_amount: "579999.99" }, "warn"],
    ["withinCeiling", { amount: "795000.00" }, "pass"],
    ["withinCeiling", { amount: "2900000.00" }, "warn"],
    ["milestoneAccepted", { milestone: "foundation" }, "pass"],
    ["milestoneAccepted", { milestone: "topping-out" }, "warn"],
    ["payeeMatches", { payee_account: "6222-0002" }, "warn"],
    ["accountSettled", {}, "warn"],
    ["percentMatches", { claimed_percent: "55" }, "pass"],
    ["percentMatches", { claimed_percent: "68.75" }, "warn"],
    ["withinContract", { amount: "" }, "unknown"],
  ])("%s of %j is %s", (name, draft, result) => {
    expect(resultOf(name, draft)).toBe(result);
  });

  it("does not judge against cameras that see nothing", () => {
    const blind = { ...PROJECT, camera_percent: null };
    const check = checksOf(blind, { claimed_percent: "90" }, NOW).find(({ name }) => name === "percentMatches");
    expect(check?.result).toBe("unknown");
  });
});

describe("a sensor chart", () => {
  it("shades 22:00 to 06:00 in Shanghai, whatever the browser's time zone", () => {
    const start = Date.parse("2026-11-23T08:00:00Z");
    const nights = nightsBetween(start, Date.parse("2026-11-24T08:00:00Z"));
    expect(nights).toEqual([
      [{ xAxis: Date.parse("2026-11-23T14:00:00Z") }, { xAxis: Date.parse("2026-11-23T22:00:00Z") }],
    ]);
  });

  it("starts within a night that began before it", () => {
    const start = Date.parse("2026-11-23T20:00:00Z");
    expect(nightsBetween(start, start + 3_600_000)[0]?.[0].xAxis).toBe(start);
  });

  it("shows a gap where data is missing instead of a line across it", () => {
    const point = (ts: string) => ({ ts, mean: 1, min: 1, max: 1 });
    const rows = withGaps([point("2026-11-24T00:00:00Z"), point("2026-11-24T00:01:00Z"), point("2026-11-24T01:00:00Z")], 180_000);
    expect(rows.map(({ point: p }) => p === null)).toEqual([false, false, true, false]);
  });
});

describe("a device that speaks less often than a bucket is long", () => {
  it("is still drawn as a line: its own rhythm decides what a gap is", () => {
    const minutes = [0, 10, 20, 30, 90, 100];
    const points = minutes.map((m) => ({ ts: new Date(m * 60_000).toISOString(), mean: 1, min: 1, max: 1 }));
    expect(usualStep(points)).toBe(600_000);
    expect(withGaps(points, 3 * usualStep(points)).filter(({ point }) => point === null)).toHaveLength(1);
    expect(usualStep([])).toBe(0);
  });
});

describe("ages", () => {
  it("are told in the largest whole unit, and the future is now", () => {
    expect(ago("2026-11-24T07:58:30Z", NOW)).toEqual({ count: 1, unit: "minute" });
    expect(ago("2026-11-21T07:00:00Z", NOW)).toEqual({ count: 3, unit: "day" });
    expect(ago("2026-11-24T09:00:00Z", NOW)).toEqual({ count: 0, unit: "second" });
  });

  it("are reckoned on Shanghai's clock, where the day may already be the next one", () => {
    const evening = new Date("2026-12-31T17:30:00Z");
    expect(today(evening)).toBe("2027-01-01");
    expect(exact("2026-12-31T17:30:00Z")).toBe("2027-01-01 01:30:00");
    expect(moment("2026-12-31T17:30:00Z", evening)).toBe("01-01 01:30");
    expect(moment("2026-12-31T15:00:00Z", evening)).toBe("2026-12-31 23:00");
    expect(daysUntil("2027-01-02", evening)).toBe(1);
  });

  it("count whole days to a date", () => {
    expect(daysUntil("2026-11-23", NOW)).toBe(-1);
    expect(daysUntil("2026-12-03", NOW)).toBe(9);
  });
});
