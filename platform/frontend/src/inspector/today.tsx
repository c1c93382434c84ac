import { useEffect } from "react";
import { Link } from "react-router";
import { evidenceUrl } from "../api/queries";
import { Tag } from "../ui/tag";
import { AlertList, sitesById, useNearAlerts } from "./alerts";
import { useToday } from "./day";
import type { Visit } from "./entries";
import { distanceTo } from "./nearness";
import { LocationLine } from "./near";
import { Distance, Empty } from "./pieces";
import { useHere } from "./place";
import { useWords } from "./words";

const NEAREST = 3;

export default function Today() {
  const { w, t } = useWords();
  const { day, kept, who } = useToday();
  const alerts = useNearAlerts().filter(({ verdict }) => !verdict);
  usePicturesAtHand(alerts.map(({ evidence }) => evidence), !kept);
  const inspects = who.role !== "department";
  return (
    <div className="field-page">
      <h1>{w.today.heading}</h1>
      {day.visits.length === 0 && <Empty title={w.today.none} note={w.today.noneNote} />}
      <ul className="field-list">
        {day.visits.map((visit) => (
          <li key={visit.id}>
            <VisitCard visit={visit} />
          </li>
        ))}
      </ul>
      {inspects && (
        <div className="field-row">
          <Link className="field-button" to="/inspection/visits/new">
            {w.today.free}
          </Link>
          <Link className="field-button" to="/inspection/plan">
            {w.today.plan}
          </Link>
        </div>
      )}
      <h2>{w.today.near}</h2>
      <LocationLine />
      <AlertList alerts={alerts.slice(0, NEAREST)} />
      {alerts.length > NEAREST && (
        <Link className="field-button" to="/inspection/near">
          {w.today.allNear}
          {t.common.bracketed(String(alerts.length))}
        </Link>
      )}
    </div>
  );
}

function VisitCard({ visit }: { visit: Visit }) {
  const { w, say } = useWords();
  const { day } = useToday();
  const { place } = useHere();
  const site = sitesById(day.sites)(visit.project);
  const list = day.checklists.find(({ id }) => id === visit.checklist);
  return (
    <article className="field-card field-visit" data-testid="visit">
      <span className="field-card-text">
        <strong>{visit.purpose}</strong>
        <span className="sub">{site ? say(site.name) : visit.project}</span>
        <span className="field-tags">
          {list && <Tag tone="calm">{say(list.name)}</Tag>}
          {visit.planned_on < day.today && <Tag tone="watch">{w.today.late(visit.planned_on)}</Tag>}
          <span className="sub">{visit.inspector_name ?? w.today.anybody}</span>
          <Distance metres={distanceTo(site, place)} />
        </span>
      </span>
      {visit.done_by ? (
        <Tag tone="good">{w.today.done(visit.done_by)}</Tag>
      ) : (
        <Link className="field-button field-button-main" to={`/inspection/visits/${String(visit.id)}`}>
          {w.today.start}
        </Link>
      )}
    </article>
  );
}

/** Looks at the pictures while there is a line, so that they are there when there is none. */
function usePicturesAtHand(hashes: (string | null)[], line: boolean) {
  const wanted = [...new Set(hashes.filter((hash) => hash !== null))].slice(0, 60).join(" ");
  useEffect(() => {
    if (!line || !navigator.serviceWorker?.controller) return;
    for (const hash of wanted.split(" ").filter(Boolean)) void fetch(evidenceUrl(hash)).catch(() => undefined);
  }, [wanted, line]);
}
