import { lazy, Suspense, useMemo } from "react";
import type { ProjectDetail } from "../api/types";
import { useNow } from "../app/clock";
import { planOption, planRows } from "../charts/plan";
import { today } from "../format/time";
import { useLanguage } from "../i18n/language";

const Chart = lazy(() => import("../charts/chart"));
const ROW = 30;
const AXES = 64;

/** Work items and milestones over time: planned, accepted, claimed, and today. */
export function Plan({ project }: { project: ProjectDetail }) {
  const { t, say } = useLanguage();
  const day = today(useNow());
  const words = t.rooms;
  const rows = useMemo(() => planRows(project, say), [project, say]);
  const option = useMemo(() => planOption(rows, day, words, t), [rows, day, words, t]);
  if (rows.length === 0) return null;
  return (
    <section className="panel" id="plan">
      <h2>{words.plan}</h2>
      <p className="sub">{words.planNote}</p>
      <div className="plan-chart" style={{ height: rows.length * ROW + AXES }}>
        <Suspense fallback={null}>
          <Chart option={option} label={words.plan} />
        </Suspense>
      </div>
    </section>
  );
}
