import { lazy, Suspense, useMemo } from "react";
import { useQuery } from "@tanstack/react-query";
import { sCurve } from "../api/queries";
import type { Forecast, ProjectDetail, SCurve } from "../api/types";
import { useNow } from "../app/clock";
import { sCurveOption } from "../charts/options";
import { today } from "../format/time";
import { useLanguage } from "../i18n/language";
import { Money } from "../ui/money";
import { Loaded } from "../ui/state";
import { Tag, type Tone } from "../ui/tag";
import { forecast as forecastQuery } from "./queries";

const Chart = lazy(() => import("../charts/chart"));

/** Thresholds of SPI and CPI: 0.95 and above is normal, below 0.85 an alarm. */
function tone(index: number | null): Tone {
  if (index === null) return "plain";
  return index >= 0.95 ? "good" : index >= 0.85 ? "watch" : "bad";
}

export function Curve({ project }: { project: ProjectDetail }) {
  const { t } = useLanguage();
  const query = useQuery(sCurve(project.id));
  return (
    <section className="panel" id="progress">
      <h2>{t.project.sections.progress}</h2>
      <Loaded query={query} rows={8}>
        {(curve) => <Drawn curve={curve} project={project.id} />}
      </Loaded>
    </section>
  );
}

function Drawn({ curve, project }: { curve: SCurve; project: string }) {
  const { t } = useLanguage();
  const now = useNow();
  const day = today(now);
  const forecast = useQuery(forecastQuery(project)).data ?? null;
  const option = useMemo(() => sCurveOption(curve, day, t, forecast), [curve, day, t, forecast]);
  const words = t.project;
  return (
    <>
      <div className="curve-figures">
        <Index name={words.spi} value={curve.spi} note={words.spiNote} />
        <Index name={words.cpi} value={curve.cpi} note={words.cpiNote} />
        <Amount name={words.planned} amount={curve.planned_value} />
        <Amount name={words.earned} amount={curve.earned_value} />
        <Amount name={words.paid} amount={curve.actual_cost} />
        <Amount name={words.bac} amount={curve.budget_at_completion} />
      </div>
      <div className="chart-box chart-tall">
        <Suspense fallback={null}>
          <Chart option={option} label={words.sections.progress} />
        </Suspense>
      </div>
      <Ahead forecast={forecast} />
    </>
  );
}

function Index({ name, value, note }: { name: string; value: number | null; note: string }) {
  return (
    <div title={note}>
      <span className="sub">{name}</span>
      <Tag tone={tone(value)}>{value === null ? "—" : value.toFixed(2)}</Tag>
    </div>
  );
}

function Amount({ name, amount }: { name: string; amount: string }) {
  return (
    <div>
      <span className="sub">{name}</span>
      <strong>
        <Money amount={amount} />
      </strong>
    </div>
  );
}

/** What follows from today's earned value; the height is kept before it comes. */
function Ahead({ forecast }: { forecast: Forecast | null }) {
  const { t } = useLanguage();
  const words = t.rooms;
  if (!forecast) return <div className="forecast forecast-wait" aria-busy="true" />;
  return (
    <div className="forecast" data-testid="forecast">
      <div title={words.finishNote}>
        <span className="sub">{words.finish}</span>
        <strong>{forecast.finish ?? words.noForecast}</strong>
        <span className="sub">
          {t.project.due} {forecast.planned_finish}
        </span>
      </div>
      {forecast.estimates.map(({ supposes, formula, amount }) => (
        <div key={supposes}>
          <span className="sub">
            {words.eac} = {formula}
          </span>
          <strong>{amount === null ? "—" : <Money amount={amount} />}</strong>
          <span className="sub">{words.supposes[supposes]}</span>
        </div>
      ))}
      <Amount name={words.sv} amount={forecast.schedule_variance} />
      <Amount name={words.cv} amount={forecast.cost_variance} />
      {forecast.variance_at_completion !== null && <Amount name={words.vac} amount={forecast.variance_at_completion} />}
      <div title={words.tcpiNote}>
        <span className="sub">{words.tcpi}</span>
        <strong>{forecast.to_complete_index === null ? "—" : forecast.to_complete_index.toFixed(2)}</strong>
        <span className="sub">{words.tcpiNote}</span>
      </div>
    </div>
  );
}
