import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from "echarts";
import type { EChartsCoreOption } from "echarts/core";
import type { Milestone, ProjectDetail, Text } from "../api/types";
import type { Dictionary } from "../i18n/zh";

const INK = "#48606d";
const LINE = "#e1e8ec";
const BASELINE = "#b9dbe0";
const ACCEPTED = "#0b6b7d";
const DAY = 86_400_000;
const MARKS: Record<Milestone["status"], string> = {
  planned: "#6b7f8a",
  claimed: "#cf7d0c",
  accepted: "#17683f",
  rejected: "#bf2f2f",
};

/** A row of the plan: a work item's bar, or a milestone's mark. */
export type PlanRow =
  | { kind: "item"; name: string; start: string; end: string; accepted: number }
  | { kind: "milestone"; name: string; due: string; status: Milestone["status"]; on: string | null };

/** Work items in their order, then milestones as they fall due. */
export function planRows(project: ProjectDetail, say: (text: Text) => string): PlanRow[] {
  const items = project.work_items.map((item): PlanRow => ({
    kind: "item",
    name: say(item.name),
    start: item.planned_start,
    end: item.planned_finish,
    accepted: item.accepted_percent,
  }));
  const stones = [...project.milestones]
    .sort((a, b) => a.due.localeCompare(b.due))
    .map((stone): PlanRow => ({
      kind: "milestone",
      name: say(stone.name),
      due: stone.due,
      status: stone.status,
      on: stone.accepted_on ?? stone.claimed_on,
    }));
  return [...items, ...stones];
}

const at = (date: string) => Date.parse(date);

/** First and last instant of the plan, what happened and today included. */
export function planSpan(rows: PlanRow[], today: string): [number, number] {
  const days = rows.flatMap((row) => (row.kind === "item" ? [at(row.start), at(row.end) + DAY] : [at(row.due), row.on ? at(row.on) : at(row.due)]));
  const all = [...days, at(today)];
  return [Math.min(...all) - 3 * DAY, Math.max(...all) + 3 * DAY];
}

export function planOption(rows: PlanRow[], today: string, words: Dictionary["rooms"], t: Dictionary): EChartsCoreOption {
  const [first, last] = planSpan(rows, today);
  const draw = (params: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) => {
    const row = rows[params.dataIndex];
    return row ? (row.kind === "item" ? bar(row, params.dataIndex, api) : marks(row, params.dataIndex, api)) : null;
  };
  return {
    animation: false,
    textStyle: { fontFamily: "inherit", color: INK },
    grid: { left: 8, right: 16, top: 26, bottom: 6, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    tooltip: {
      trigger: "item",
      confine: true,
      formatter: ({ dataIndex }: { dataIndex: number }) => tip(rows[dataIndex], words, t),
    },
    xAxis: {
      type: "time",
      min: first,
      max: last,
      axisLine: { lineStyle: { color: LINE } },
      splitLine: { show: true, lineStyle: { color: LINE } },
      axisLabel: { color: INK, hideOverlap: true },
    },
    yAxis: {
      type: "category",
      inverse: true,
      data: rows.map(({ name }) => name),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: LINE } },
      axisLabel: { color: INK, interval: 0, width: 128, overflow: "truncate" },
    },
    series: [
      {
        type: "custom",
        renderItem: draw,
        encode: { x: [1, 2], y: 0 },
        data: rows.map((row, n) => (row.kind === "item" ? [n, at(row.start), at(row.end) + DAY] : [n, at(row.due), row.on ? at(row.on) : at(row.due)])),
        markLine: {
          symbol: "none",
          silent: true,
          label: { formatter: t.project.today, color: INK, position: "end" },
          lineStyle: { color: "#14242e", type: "solid", width: 1 },
          data: [{ xAxis: at(today) }],
        },
      },
    ],
  };
}

function bar(row: Extract<PlanRow, { kind: "item" }>, n: number, api: CustomSeriesRenderItemAPI) {
  const [left = 0, middle = 0] = api.coord([at(row.start), n]);
  const [right = 0] = api.coord([at(row.end) + DAY, n]);
  const shape = (width: number) => ({ x: left, y: middle - 7, width, height: 14, r: 3 });
  return {
    type: "group",
    children: [
      { type: "rect", shape: shape(right - left), style: { fill: BASELINE } },
      { type: "rect", shape: shape(((right - left) * Math.min(100, row.accepted)) / 100), style: { fill: ACCEPTED } },
    ],
  };
}

function marks(row: Extract<PlanRow, { kind: "milestone" }>, n: number, api: CustomSeriesRenderItemAPI) {
  const colour = MARKS[row.status];
  const [due = 0, y = 0] = api.coord([at(row.due), n]);
  const diamond = (x: number, filled: boolean) => ({
    type: "polygon",
    shape: { points: [[x, y - 8], [x + 8, y], [x, y + 8], [x - 8, y]] },
    style: filled ? { fill: colour } : { fill: "#fff", stroke: colour, lineWidth: 2 },
  });
  if (!row.on) return { type: "group", children: [diamond(due, false)] };
  const [on = 0] = api.coord([at(row.on), n]);
  const way = { type: "line", shape: { x1: due, y1: y, x2: on, y2: y }, style: { stroke: colour, lineWidth: 2 } };
  return { type: "group", children: [way, diamond(due, false), diamond(on, true)] };
}

function tip(row: PlanRow | undefined, words: Dictionary["rooms"], t: Dictionary): string {
  if (!row) return "";
  const name = row.name.replace(/[&<>]/g, (c) => `&#${String(c.charCodeAt(0))};`);
  if (row.kind === "item") {
    return `${name}<br>${words.baseline} ${row.start} – ${row.end}<br>${words.acceptedPart} ${row.accepted.toFixed(1)}%`;
  }
  const done = row.on ? `<br>${t.project.milestoneStates[row.status]} ${row.on}` : "";
  return `${name}<br>${words.dueMark} ${row.due}${done}`;
}
