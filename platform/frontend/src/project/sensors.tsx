import { Segmented } from "antd";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useMemo, useState } from "react";
import { series as seriesQuery } from "../api/queries";
import type { Device, ProjectDetail, Series } from "../api/types";
import { useNow } from "../app/clock";
import { seriesOption, type Limit } from "../charts/options";
import type { Dictionary } from "../i18n/zh";
import { useLanguage } from "../i18n/language";
import { Loaded, Notice } from "../ui/state";

const Chart = lazy(() => import("../charts/chart"));

const HOURS = { day: 24, week: 168, quarter: 2160 } as const;
type Window = keyof typeof HOURS;
const POINTS = 480;
const STEP_MS = 300_000;

interface Plot {
  metric: string;
  kind: Device["kind"];
  nights?: boolean;
  limits: (t: Dictionary) => Limit[];
}

const ALARM = "#a52424";
const WATCH = "#8a5106";

/** What is drawn, and against which limits: GB 12523 noise, rated moment, force 6 wind. */
const PLOTS: Plot[] = [
  {
    metric: "noise_laeq",
    kind: "dust_box",
    nights: true,
    limits: (t) => [
      { value: 70, name: t.project.dayLimit, colour: ALARM },
      { value: 55, name: t.project.nightLimit, colour: WATCH },
    ],
  },
  { metric: "pm10", kind: "dust_box", limits: () => [] },
  {
    metric: "wind_speed",
    kind: "dust_box",
    limits: (t) => [{ value: 10.8, name: t.project.windLimit, colour: WATCH }],
  },
  {
    metric: "crane_moment_pct",
    kind: "crane",
    limits: (t) => [{ value: 100, name: t.project.momentLimit, colour: ALARM }],
  },
];

export function Sensors({ project }: { project: ProjectDetail }) {
  const { t } = useLanguage();
  const [window, setWindow] = useState<Window>("day");
  const plots = PLOTS.flatMap((plot) =>
    project.devices.filter(({ kind }) => kind === plot.kind).map((device) => ({ plot, device })),
  );
  return (
    <section className="panel" id="sensors">
      <div className="panel-head">
        <h2>{t.project.sections.sensors}</h2>
        <Segmented
          aria-label={t.project.window}
          value={window}
          options={(Object.keys(HOURS) as Window[]).map((value) => ({ value, label: t.project.windows[value] }))}
          onChange={setWindow}
        />
      </div>
      {plots.length === 0 && <Notice title={t.project.noDevices} />}
      <div className="grid-2">
        {plots.map(({ plot, device }) => (
          <SensorChart
            key={`${device.id}-${plot.metric}`}
            project={project.id}
            device={device}
            plot={plot}
            hours={HOURS[window]}
          />
        ))}
      </div>
    </section>
  );
}

interface SensorChartProps {
  project: string;
  device: Device;
  plot: Plot;
  hours: number;
}

function SensorChart({ project, device, plot, hours }: SensorChartProps) {
  const { t, say } = useLanguage();
  const now = useNow();
  // Whole five minutes, so that the same question is asked for a while and its answer kept.
  const end = Math.ceil(now.getTime() / STEP_MS) * STEP_MS;
  const wanted = {
    site: project,
    device: device.id,
    metric: plot.metric,
    start: new Date(end - hours * 3_600_000).toISOString(),
    end: new Date(end).toISOString(),
    points: POINTS,
  };
  const query = useQuery(seriesQuery(wanted));
  const reading = device.readings.find(({ metric }) => metric === plot.metric);
  return (
    <div className="sensor">
      <p className="sensor-head">
        <strong>{reading ? say(reading.name) : query.data ? say(query.data.name) : plot.metric}</strong>
        <span className="sub">{say(device.name)}</span>
        {reading && (
          <span className="sensor-now">
            {reading.value.toFixed(1)} <small>{reading.unit}</small>
          </span>
        )}
      </p>
      <Loaded query={query} rows={4}>
        {(data) => (data.points.length === 0 ? <Empty /> : <Plotted series={data} plot={plot} name={say(data.name)} />)}
      </Loaded>
      {plot.nights && <p className="sub">{t.project.nightHours}</p>}
    </div>
  );
}

function Empty() {
  const { t } = useLanguage();
  return (
    <div className="chart-box chart-none">
      <strong>{t.project.noSeries}</strong>
      <span className="sub">{t.project.noSeriesNote}</span>
    </div>
  );
}

function Plotted({ series, plot, name }: { series: Series; plot: Plot; name: string }) {
  const { t } = useLanguage();
  const option = useMemo(
    () => seriesOption(series, name, plot.limits(t), plot.nights ?? false, t),
    [series, name, plot, t],
  );
  return (
    <div className="chart-box">
      <Suspense fallback={null}>
        <Chart option={option} label={name} />
      </Suspense>
    </div>
  );
}
