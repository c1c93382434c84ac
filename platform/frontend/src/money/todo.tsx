import { useQueries, useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { alerts as alertsQuery } from "../alerts/queries";
import { claim as claimQuery, claims as claimsQuery } from "../api/queries";
import type { Alert, ClaimAction, ClaimDetail, ClaimSummary } from "../api/types";
import { useNow } from "../app/clock";
import { mayJudgeAlerts } from "../app/roles";
import { useMe } from "../app/session";
import { ago } from "../format/time";
import { useLanguage } from "../i18n/language";
import { Money } from "../ui/money";
import { Notice } from "../ui/state";
import { SeverityTag, Tag } from "../ui/tag";

const OVER = new Set<ClaimSummary["state"]>([
  "paid",
  "settled",
  "reconciled",
  "rejected",
  "withdrawn",
]);
const LOOKED_AT = 12;
const SHOWN = 6;

/** Taking a claim back is possible, but nobody is waiting for it. */
function urgent(action: ClaimAction): boolean {
  return action !== "withdraw";
}

/** What needs the person looking: claims with an action of theirs, and alerts nobody has taken. */
export function Todo() {
  const { t } = useLanguage();
  const { role } = useMe();
  const judges = mayJudgeAlerts(role);
  const { data: claims } = useQuery(claimsQuery());
  const open = (claims ?? []).filter(({ state }) => !OVER.has(state)).slice(0, LOOKED_AT);
  const details = useQueries({ queries: open.map(({ id }) => claimQuery(id)) });
  const { data: page } = useQuery({ ...alertsQuery({ state: "firing" }), enabled: judges });
  const mine = details.flatMap(({ data }) => (data?.allowed_actions.some(urgent) ? [data] : []));
  const untaken = judges ? (page?.alerts ?? []).filter(({ acknowledged_at }) => !acknowledged_at) : [];
  const alerts = [...untaken].sort((a, b) => weight(b) - weight(a)).slice(0, SHOWN);
  const settled = claims !== undefined && details.every(({ isPending }) => !isPending) && (!judges || page !== undefined);
  return (
    <section className="panel todo">
      <h2>
        {t.overview.needsMe}
        {mine.length + untaken.length > 0 && <span className="todo-count">{mine.length + untaken.length}</span>}
      </h2>
      <ul aria-busy={!settled}>
        {mine.map((claim) => (
          <ClaimRow key={`claim-${String(claim.id)}`} claim={claim} />
        ))}
        {alerts.map((alert) => (
          <AlertRow key={`alert-${String(alert.id)}`} alert={alert} />
        ))}
      </ul>
      {settled && mine.length + alerts.length === 0 && <Notice title={t.overview.nothing} note={t.overview.nothingNote} />}
    </section>
  );
}

function weight({ severity }: Alert): number {
  return ["info", "general", "serious", "suspected_major", "major"].indexOf(severity);
}

function ClaimRow({ claim }: { claim: ClaimDetail }) {
  const { t, say } = useLanguage();
  return (
    <li>
      <Link to={`/claims/${String(claim.id)}`}>
        <span className="todo-what">
          {claim.allowed_actions.filter(urgent).map((action) => (
            <Tag key={action} tone="calm">
              {t.claims.actions[action]}
            </Tag>
          ))}
          <strong>{claim.title}</strong>
        </span>
        <span className="sub">
          {say(claim.project_name)} · <Money amount={claim.amount} />
          {claim.flags.length > 0 && " · "}
          {claim.flags.length > 0 && <span className="keep">{t.claims.flow.flagsFound(claim.flags.length)}</span>}
        </span>
      </Link>
    </li>
  );
}

function AlertRow({ alert }: { alert: Alert }) {
  const { t, say } = useLanguage();
  const now = useNow();
  return (
    <li>
      <Link to={`/alerts?open=${String(alert.id)}`}>
        <span className="todo-what">
          <SeverityTag severity={alert.severity} />
          <strong>{say(alert.title)}</strong>
        </span>
        <span className="sub">
          {say(alert.project_name)} · {t.common.ago(ago(alert.fired_at ?? alert.started_at, now))}
        </span>
      </Link>
    </li>
  );
}
