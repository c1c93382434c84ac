import type { EChartsCoreOption } from "echarts/core";
import type { Forecast, SCurve, Series } from "../api/types";
import { asLength, grouped } from "../format/money";
import { exact } from "../format/time";
import type { Dictionary } from "../i18n/zh";

const INK = "#48606d";
const LINE = "#e1e8ec";
const FONT = "inherit";
const HOUR = 3_600_000;

/** An instant's place on a chart whose axis reads Shanghai's clock (UTC+8, no summer time): drawn
 * as if it were UTC and eight hours later, because ECharts knows only UTC and the browser's zone. */
export const onWallClock = (at: number): number => at + 8 * HOUR;

const base = {
  animation: false,
  textStyle: { fontFamily: FONT, color: INK },
  grid: { left: 12, right: 18, top: 60, bottom: 8, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
} as const;

interface Hovered {
  axisValueLabel: string;
  seriesName: string;
  dataIndex: number;
  marker: string;
  value: [string, number | null];
}

/** Planned, earned and paid value by day, with a line at today. Amounts are only lengths here. */
export function sCurveOption(curve: SCurve, today: string, t: Dictionary, forecast: Forecast | null = null): EChartsCoreOption {
  const words = t.project;
  const amounts = { [words.planned]: curve.planned, [words.earned]: curve.earned, [words.paid]: curve.paid };
  // What is still to come has no value and no point: a stepped line would reach out for it.
  const points = (values: (string | null)[]) =>
    curve.dates.flatMap((date, i) => (values[i] == null ? [] : [[date, asLength(values[i]) / 10_000]]));
  const line = { type: "line", symbol: "none", connectNulls: false } as const;
  return {
    ...base,
    legend: { top: 4, left: 8, itemWidth: 18, textStyle: { color: INK } },
    tooltip: {
      trigger: "axis",
      confine: true,
      formatter: (hovered: Hovered[]) =>
        [
          hovered[0]?.value[0].slice(0, 10) ?? "",
          ...hovered.flatMap(({ seriesName, dataIndex, marker }) => {
            const amount = amounts[seriesName]?.[dataIndex];
            return amount == null ? [] : [`${marker}${seriesName}  ¥ ${grouped(amount)}`];
          }),
        ].join("<br>"),
    },
    xAxis: { type: "time", axisLine: { lineStyle: { color: LINE } }, axisLabel: { color: INK, hideOverlap: true } },
    yAxis: {
      type: "value",
      name: t.common.chartUnit,
      nameTextStyle: { color: INK, align: "left" },
      axisLabel: { color: INK },
      splitLine: { lineStyle: { color: LINE } },
    },
    series: [
      {
        ...line,
        name: words.planned,
        data: points(curve.planned),
        lineStyle: { type: "dashed", width: 2, color: "#7f95a1" },
        itemStyle: { color: "#7f95a1" },
        markLine: {
          symbol: "none",
          silent: true,
          label: { formatter: words.today, color: INK, position: "insideEndTop" },
          lineStyle: { color: "#14242e", type: "solid", width: 1 },
          data: [{ xAxis: today }],
        },
      },
      {
        ...line,
        name: words.earned,
        data: points(curve.earned),
        lineStyle: { width: 3, color: "#0b6b7d" },
        itemStyle: { color: "#0b6b7d" },
        areaStyle: { color: "rgba(11,107,125,0.10)" },
      },
      {
        ...line,
        name: words.paid,
        data: points(curve.paid),
        step: "end",
        lineStyle: { width: 2, color: "#c76a12" },
        itemStyle: { color: "#c76a12" },
      },
      ...(forecast?.finish && forecast.finish > today
        ? [
            {
              ...line,
              name: t.rooms.forecastLine,
              silent: true,
              data: [
                [today, asLength(curve.earned_value) / 10_000],
                [forecast.finish, asLength(curve.budget_at_completion) / 10_000],
              ],
              lineStyle: { type: "dotted", width: 2, color: "#0b6b7d" },
              itemStyle: { color: "#0b6b7d" },
            },
          ]
        : []),
    ],
  };
}

export interface Limit {
  value: number;
  name: string;
  colour: string;
}

/** A metric's mean within its min–max band, its limits, and the nights where they matter. */
export function seriesOption(
  series: Series,
  name: string,
  limits: Limit[],
  nights: boolean,
  t: Dictionary,
): EChartsCoreOption {
  const rows = withGaps(series.points, 3 * Math.max(series.bucket_seconds * 1000, usualStep(series.points)));
  const first = Date.parse(series.points[0]?.ts ?? "");
  const last = Date.parse(series.points.at(-1)?.ts ?? "");
  const top = Math.max(...series.points.map(({ max }) => max), ...limits.map(({ value }) => value));
  const bottom = Math.min(...series.points.map(({ min }) => min), 0);
  const silent = { type: "line", symbol: "none", silent: true, lineStyle: { opacity: 0 }, stack: "band" } as const;
  const place = ({ at }: Row) => onWallClock(at);
  return {
    ...base,
    useUTC: true,
    grid: { ...base.grid, top: 30 },
    tooltip: {
      trigger: "axis",
      confine: true,
      formatter: (hovered: Hovered[]) => {
        const row = rows[hovered[0]?.dataIndex ?? 0];
        if (!row?.point) return "";
        const { ts, mean, min, max } = row.point;
        const at = exact(ts);
        return `${at}<br>${t.project.mean} ${mean.toFixed(1)} ${series.unit}<br>${t.project.range} ${min.toFixed(1)}–${max.toFixed(1)}`;
      },
    },
    xAxis: { type: "time", axisLine: { lineStyle: { color: LINE } }, axisLabel: { color: INK, hideOverlap: true } },
    yAxis: {
      type: "value",
      name: series.unit,
      nameTextStyle: { color: INK, align: "left" },
      min: bottom < 0 ? Math.floor(bottom) : 0,
      max: ceiling(top * 1.05),
      axisLabel: { color: INK },
      splitLine: { lineStyle: { color: LINE } },
    },
    series: [
      { ...silent, data: rows.map((row) => [place(row), row.point?.min ?? null]) },
      {
        ...silent,
        data: rows.map((row) => [place(row), row.point ? row.point.max - row.point.min : null]),
        areaStyle: { color: "rgba(11,107,125,0.16)" },
      },
      {
        type: "line",
        name,
        symbol: "none",
        data: rows.map((row) => [place(row), row.point?.mean ?? null]),
        lineStyle: { width: 1.6, color: "#0b6b7d" },
        itemStyle: { color: "#0b6b7d" },
        markLine: {
          symbol: "none",
          silent: true,
          data: limits.map((limit) => ({
            yAxis: limit.value,
            label: { formatter: limit.name, color: limit.colour, position: "insideStartTop", fontSize: 11 },
            lineStyle: { color: limit.colour, type: "dashed" },
          })),
        },
        markArea: nights
          ? { silent: true, itemStyle: { color: "rgba(20,45,80,0.07)" }, data: nightsBetween(first, last).map((night) => night.map(({ xAxis }) => ({ xAxis: onWallClock(xAxis) }))) }
          : undefined,
      },
    ],
  };
}

/** The next round number above, so that the axis ends on a tick. */
function ceiling(top: number): number {
  const step = 10 ** Math.floor(Math.log10(Math.max(top, 1))) / 2;
  return Math.ceil(top / step) * step;
}

interface Row {
  at: number;
  point: Series["points"][number] | null;
}

/** The median time between two points: a device may speak less often than a bucket is long. */
export function usualStep(points: Series["points"]): number {
  const times = points.map(({ ts }) => Date.parse(ts));
  const steps = times.slice(1).map((at, i) => at - (times[i] ?? at));
  return steps.sort((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0;
}

/** The points with an empty row where data is missing, so that a gap shows as a gap. */
export function withGaps(points: Series["points"], gap: number): Row[] {
  const rows: Row[] = [];
  for (const point of points) {
    const at = Date.parse(point.ts);
    const before = rows.at(-1);
    if (before && at - before.at > gap) rows.push({ at: before.at + 1, point: null });
    rows.push({ at, point });
  }
  return rows;
}

/** The legal nights, 22:00 to 06:00 in Shanghai (UTC+8, no summer time), touching a span. */
export function nightsBetween(start: number, end: number): [{ xAxis: number }, { xAxis: number }][] {
  if (Number.isNaN(start) || Number.isNaN(end) || end - start > 15 * 24 * HOUR) return [];
  const day = 24 * HOUR;
  const nights: [{ xAxis: number }, { xAxis: number }][] = [];
  for (let dusk = Math.floor(start / day) * day - day + 14 * HOUR; dusk < end; dusk += day) {
    const dawn = dusk + 8 * HOUR;
    if (dawn > start) nights.push([{ xAxis: Math.max(dusk, start) }, { xAxis: Math.min(dawn, end) }]);
  }
  return nights;
}

