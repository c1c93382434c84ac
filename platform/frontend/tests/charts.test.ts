// @vitest-environment node
import { LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { init, use as register } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { afterEach, expect, test } from "vitest";
import type { SCurve, Series } from "../src/api/types";
import { nightsBetween, onWallClock, sCurveOption, seriesOption } from "../src/charts/options";
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

register([LineChart, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent, SVGRenderer]);

const HOME = process.env["TZ"];
afterEach(() => {
  process.env["TZ"] = HOME;
});

test.each([
  ["UTC", 0],
  ["America/New_York", 300],
  ["Asia/Shanghai", -480],
])("in a browser in %s the night's edge is where the axis says 22:00", (zone, offset) => {
  process.env["TZ"] = zone;
  expect(new Date(POINTS[0]?.ts ?? "").getTimezoneOffset()).toBe(offset);
  const chart = init(null, null, { renderer: "svg", ssr: true, width: 600, height: 300 });
  chart.setOption(seriesOption(SERIES, "噪声", [], true, zh));
  const before = chart.renderToSVGString().split(">22:00<")[0] ?? "";
  const place = Number(/translate\(([\d.]+) [\d.]+\)[^(]*$/.exec(before)?.[1]);
  expect(place).toBeCloseTo(chart.convertToPixel({ xAxisIndex: 0 }, onWallClock(Date.UTC(2026, 10, 24, 14))), 0);
  chart.dispose();
});

test("what is still to come has no point on the curve", () => {
  const curve: SCurve = {
    dates: ["2026-11-23", "2026-11-24", "2026-11-25"],
    planned: ["100.00", "200.00", "300.00"],
    earned: ["50.00", "60.00", null],
    paid: ["0.00", "60.00", null],
    planned_value: "200.00",
    earned_value: "60.00",
    actual_cost: "60.00",
    budget_at_completion: "300.00",
    spi: 0.3,
    cpi: 1,
  };
  const drawn = sCurveOption(curve, "2026-11-24", zh) as unknown as { series: { data: [string, number][] }[] };
  expect(drawn.series.map(({ data }) => data.at(-1)?.[0])).toEqual(["2026-11-25", "2026-11-24", "2026-11-24"]);
});
