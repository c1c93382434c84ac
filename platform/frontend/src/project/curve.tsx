import { lazy, Suspense, useMemo } from "react";
import { useQuery } from "@tanstack/react-query";
import { sCurve } from "../api/queries";
import type { ProjectDetail, SCurve } from "../api/types";
import { useNow } from "../app/clock";
import { sCurveOption } from "../charts/options";
import { today } from "../format/time";
import { useLanguage } from "../i18n/language";
import { Money } from "../ui/money";
import { Loaded } from "../ui/state";
import { Tag, type Tone } from "../ui/tag";

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
        {(curve) => <Drawn curve={curve} />}
      </Loaded>
    </section>
  );
}

function Drawn({ curve }: { curve: SCurve }) {
  const { t } = useLanguage();
  const now = useNow();
  const day = today(now);
  const option = useMemo(() => sCurveOption(curve, day, t), [curve, day, t]);
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
