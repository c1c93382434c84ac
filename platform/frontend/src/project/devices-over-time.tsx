import { Segmented } from "antd";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { DeviceTimeline, ProjectDetail } from "../api/types";
import { useNow } from "../app/clock";
import { moment } from "../format/time";
import { useLanguage } from "../i18n/language";
import { asShare } from "../ui/bar";
import { Loaded, Notice } from "../ui/state";
import { Tag } from "../ui/tag";
import { deviceTimelines } from "./queries";

const RANGES = ["1", "7", "30"] as const;
type Range = (typeof RANGES)[number];
const CONDITIONS = ["ok", "unfit", "silent", "unknown"] as const;
const HOUR = 3_600_000;

/** When each device was fit, blind or silent, with every interruption of an hour or more. */
export function DevicesOverTime({ project }: { project: ProjectDetail }) {
  const { t } = useLanguage();
  const words = t.rooms.devices;
  const [range, setRange] = useState<Range>("7");
  const query = useQuery({ ...deviceTimelines(project.id, Number(range)), placeholderData: keepPreviousData });
  return (
    <section className="panel" id="device-timelines">
      <div className="panel-head">
        <h2>{words.heading}</h2>
        <Segmented<Range>
          value={range}
          aria-label={words.range}
          options={RANGES.map((value) => ({ value, label: words.ranges[value] }))}
          onChange={setRange}
        />
      </div>
      <Loaded query={query} rows={5}>
        {(devices) => (devices.length === 0 ? <Notice title={t.project.noDevices} /> : <Strips devices={devices} />)}
      </Loaded>
    </section>
  );
}

function Strips({ devices }: { devices: DeviceTimeline[] }) {
  const { t } = useLanguage();
  const now = useNow();
  const words = t.rooms.devices;
  const stretches = devices.flatMap((device) => device.stretches);
  const start = Math.min(...stretches.map((s) => Date.parse(s.start)));
  const end = Math.max(...stretches.map((s) => Date.parse(s.end)));
  if (stretches.length === 0) return <Notice title={t.project.noSeries} note={t.project.noSeriesNote} />;
  return (
    <div className="strips">
      <div className="strip-legend" aria-label={words.legend}>
        {CONDITIONS.map((condition) => (
          <span key={condition}>
            <i className={`strip-${condition}`} />
            {words.conditions[condition]}
          </span>
        ))}
      </div>
      {devices.map((device) => (
        <Strip key={device.device} device={device} start={start} end={end} />
      ))}
      <div className="strip">
        <span className="strip-axis">
          {[0, 0.5, 1].map((share) => (
            <span key={share}>{moment(new Date(start + share * (end - start)).toISOString(), now)}</span>
          ))}
        </span>
      </div>
      <Lost devices={devices} />
    </div>
  );
}

interface StripProps {
  device: DeviceTimeline;
  start: number;
  end: number;
}

function Strip({ device, start, end }: StripProps) {
  const { t, say } = useLanguage();
  const now = useNow();
  const words = t.rooms.devices;
  const place = (from: string, to: string | null) => {
    const left = Math.max(0, (Date.parse(from) - start) / (end - start));
    const right = Math.min(1, ((to === null ? end : Date.parse(to)) - start) / (end - start));
    return { left: `${String(left * 100)}%`, width: `${String(Math.max(0, right - left) * 100)}%` };
  };
  const fit = device.fit_ratio === null ? words.never : words.fit(asShare(device.fit_ratio));
  return (
    <div className="strip" data-testid={`strip-${device.device}`}>
      <span className="strip-name">{say(device.name)}</span>
      <div className="strip-bar" role="img" aria-label={`${say(device.name)} ${fit}`}>
        {device.stretches.map((s) => (
          <span
            key={s.start}
            className={`strip-${s.condition}`}
            style={place(s.start, s.end)}
            title={`${words.conditions[s.condition]} ${moment(s.start, now)} – ${moment(s.end, now)}`}
          />
        ))}
        {device.alerts.map((a) => (
          <span key={a.id} className="strip-alert" style={place(a.start, a.end)} title={`${words.alert} ${say(a.title)} ${moment(a.start, now)}`} />
        ))}
      </div>
      <span className="strip-value">{fit}</span>
    </div>
  );
}

function Lost({ devices }: { devices: DeviceTimeline[] }) {
  const { t, say } = useLanguage();
  const now = useNow();
  const words = t.rooms.devices;
  const lost = devices.flatMap((device) =>
    device.stretches
      .filter(({ condition }) => condition === "unfit" || condition === "silent")
      .map((s) => ({ device, ...s, hours: (Date.parse(s.end) - Date.parse(s.start)) / HOUR }))
      .filter(({ hours }) => hours >= 1),
  );
  if (lost.length === 0) return <p className="sub">{words.none}</p>;
  lost.sort((a, b) => b.start.localeCompare(a.start));
  return (
    <details className="lost">
      <summary>{words.interruptions(lost.length)}</summary>
      <div className="scroll-x">
        <table className="items">
          <thead>
            <tr>
              <th>{words.device}</th>
              <th>{words.from}</th>
              <th>{words.to}</th>
              <th className="number">{words.hours}</th>
              <th>{words.why}</th>
            </tr>
          </thead>
          <tbody>
            {lost.map(({ device, start, end, hours, condition }) => (
              <tr key={device.device + start}>
                <td>{say(device.name)}</td>
                <td>{moment(start, now)}</td>
                <td>{moment(end, now)}</td>
                <td className="number">{hours.toFixed(1)}</td>
                <td>
                  <Tag tone={condition === "unfit" ? "bad" : "watch"}>{words.conditions[condition]}</Tag>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
