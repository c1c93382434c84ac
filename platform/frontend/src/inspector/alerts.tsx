import { Link } from "react-router";
import { placeOf } from "../alerts/place";
import { evidenceUrl } from "../api/queries";
import { SeverityTag, Tag } from "../ui/tag";
import { useOutbox, useToday } from "./day";
import type { FieldAlert, Place, Site } from "./entries";
import { distanceTo, nearestFirst } from "./nearness";
import { Distance, Empty } from "./pieces";
import { useHere } from "./place";
import { useWords } from "./words";

/** Alerts nobody has judged, nearest first; those judged come last. */
export function useNearAlerts(): FieldAlert[] {
  const { day } = useToday();
  const { place } = useHere();
  const siteOf = sitesById(day.sites);
  const near = nearestFirst(day.alerts, ({ project }) => siteOf(project), place);
  return [...near.filter(({ verdict }) => !verdict), ...near.filter(({ verdict }) => verdict)];
}

export function sitesById(sites: Site[]): (id: string) => Site | undefined {
  const byId = new Map(sites.map((site) => [site.id, site]));
  return (id) => byId.get(id);
}

export function AlertList({ alerts }: { alerts: FieldAlert[] }) {
  const { w } = useWords();
  const { day } = useToday();
  const { place } = useHere();
  const { acts } = useOutbox();
  const siteOf = sitesById(day.sites);
  if (alerts.length === 0) return <Empty title={w.near.none} note={w.near.noneNote} />;
  const queued = new Set(acts.filter(({ state }) => state !== "sent").map(({ body }) => ("alert" in body ? body.alert : null)));
  return (
    <ul className="field-list">
      {alerts.map((alert) => (
        <li key={alert.id}>
          <AlertCard alert={alert} site={siteOf(alert.project)} here={place} queued={queued.has(alert.id)} />
        </li>
      ))}
    </ul>
  );
}

interface CardProps {
  alert: FieldAlert;
  site: Site | undefined;
  here: Place | null;
  queued: boolean;
}

function AlertCard({ alert, site, here, queued }: CardProps) {
  const { w, say, t } = useWords();
  return (
    <Link className="field-card field-alert" to={`/inspection/alerts/${String(alert.id)}`} data-testid="alert">
      {alert.evidence ? <img src={evidenceUrl(alert.evidence)} alt="" width={88} height={66} /> : <span className="field-no-picture" aria-hidden="true" />}
      <span className="field-card-text">
        <strong>{say(alert.title)}</strong>
        <span className="sub">{say(alert.project_name)}</span>
        <span className="sub">{placeOf(alert, say)}</span>
        <span className="field-tags">
          <SeverityTag severity={alert.severity} />
          {queued && <Tag tone="calm">{w.near.queued}</Tag>}
          {alert.verdict && <Tag tone="plain">{t.alerts.verdicts[alert.verdict]}</Tag>}
          <Distance metres={distanceTo(site, here)} />
        </span>
      </span>
    </Link>
  );
}
