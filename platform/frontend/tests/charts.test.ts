import { expect, test } from "vitest";
import type { Series } from "../src/api/types";
import { nightsBetween, seriesOption } from "../src/charts/options";
import { zh } from "../src/i18n/zh";

const POINTS = [0, 1, 2].map((hours) => ({
  ts: new Date(Date.UTC(2026, 10, 24, 13 + hours)).toISOString(),
  mean: 50,
  min: 49,
  max: 51,
}));
const SERIES: Series = {
  site: "kindergarten",
  device: "dust-1",
  metric: "noise_laeq",
  name: { zh: "噪声", en: "Noise" },
  unit: "dB(A)",
  bucket_seconds: 3600,
  points: POINTS,
};

interface Drawn {
  useUTC: boolean;
  series: { data: [number, number][]; markArea?: { data: { xAxis: number }[][] } }[];
}

test("a chart's axis reads Shanghai's clock, and nights begin at 22:00 on it", () => {
  const drawn = seriesOption(SERIES, "噪声", [], true, zh) as unknown as Drawn;
  const line = drawn.series.at(-1);
  expect(drawn.useUTC).toBe(true);
  expect(new Date(line?.data[0]?.[0] ?? 0).getUTCHours()).toBe(21);
  const [dusk] = line?.markArea?.data[0] ?? [];
  expect(new Date(dusk?.xAxis ?? 0).getUTCHours()).toBe(22);
});

test("legal nights are instants, cut to the span", () => {
  const start = Date.UTC(2026, 10, 24, 13);
  const end = Date.UTC(2026, 10, 24, 15);
  expect(nightsBetween(start, end)).toEqual([[{ xAxis: Date.UTC(2026, 10, 24, 14) }, { xAxis: end }]]);
});
