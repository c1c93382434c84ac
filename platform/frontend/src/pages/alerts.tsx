import { Button, Select } from "antd";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { AlertDrawer } from "../alerts/drawer";
import { placeOf } from "../alerts/place";
import { alertPages, type AlertFilter } from "../alerts/queries";
import { overview } from "../api/queries";
import type { Alert } from "../api/types";
import { useNow } from "../app/clock";
import { ago, exact } from "../format/time";
import { useLanguage, word } from "../i18n/language";
import { Evidence } from "../ui/evidence";
import { Loaded, Notice } from "../ui/state";
import { SeverityTag, Tag } from "../ui/tag";
import "../styles/alerts.css";

const FILTERS = ["project", "severity", "state", "kind"] as const;

export default function Alerts() {
  const { t } = useLanguage();
  const [params, setParams] = useSearchParams();
  const filter = filterOf(params);
  const query = useInfiniteQuery(alertPages(filter));
  const open = Number(params.get("open")) || null;

  function change(name: string, value: string | null) {
    const next = new URLSearchParams(params);
    if (value) next.set(name, value);
    else next.delete(name);
    setParams(next, { replace: true });
  }

  return (
    <div className="page">
      <div className="page-head">
        <h1>{t.nav.alerts}</h1>
        <span className="sub grow">{query.data?.pages[0] && t.alerts.total(query.data.pages[0].total)}</span>
      </div>
      <Filters filter={filter} onChange={change} />
      <Loaded query={query} rows={12}>
        {({ pages }) => {
          const alerts = pages.flatMap((page) => page.alerts);
          if (alerts.length === 0) return <Notice title={t.alerts.empty} note={t.alerts.emptyNote} />;
          return (
            <ul className="alert-list">
              {alerts.map((alert) => (
                <AlertRow key={alert.id} alert={alert} onOpen={() => { change("open", String(alert.id)); }} />
              ))}
            </ul>
          );
        }}
      </Loaded>
      {query.hasNextPage && (
        <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t.common.more}
        </Button>
      )}
      <AlertDrawer id={open} onClose={() => { change("open", null); }} />
    </div>
  );
}

/** The filter in the address; the server refuses values it does not know. */
function filterOf(params: URLSearchParams): AlertFilter {
  return Object.fromEntries(FILTERS.flatMap((name) => (params.get(name) ? [[name, params.get(name)]] : [])));
}

interface FiltersProps {
  filter: AlertFilter;
  onChange: (name: string, value: string | null) => void;
}

function Filters({ filter, onChange }: FiltersProps) {
  const { t, say } = useLanguage();
  const { data } = useQuery(overview);
  const choices: Record<(typeof FILTERS)[number], { value: string; label: string }[]> = {
    project: (data?.projects ?? []).map(({ id, name }) => ({ value: id, label: say(name) })),
    severity: Object.entries(t.severity).map(([value, label]) => ({ value, label })),
    state: Object.entries(t.alerts.states).map(([value, label]) => ({ value, label })),
    kind: Object.entries(t.kinds)
      .filter(([kind]) => kind !== "person")
      .map(([value, label]) => ({ value, label })),
  };
  return (
    <div className="filters" role="group">
      {FILTERS.map((name) => (
        <Select
          key={name}
          allowClear
          aria-label={t.alerts[name]}
          placeholder={`${t.alerts[name]}${t.common.colon}${t.common.all}`}
          options={choices[name]}
          value={filter[name] ?? null}
          onChange={(value: string | null) => { onChange(name, value); }}
        />
      ))}
    </div>
  );
}

function AlertRow({ alert, onOpen }: { alert: Alert; onOpen: () => void }) {
  const { t, say } = useLanguage();
  const now = useNow();
  const at = alert.fired_at ?? alert.started_at;
  return (
    <li>
      <button type="button" className={`alert-row alert-${alert.state}`} onClick={onOpen} data-testid={`alert-${String(alert.id)}`}>
        <span className="alert-thumb">
          {!alert.evidence && alert.value !== null ? (
            <span className="alert-number">
              <strong>
                {Math.round(alert.value * 100) / 100} <small>{alert.unit}</small>
              </strong>
              {alert.limit !== null && (
                <span className="sub">
                  {t.alerts.limit} {alert.limit}
                </span>
              )}
            </span>
          ) : (
            <Evidence sha256={alert.evidence} signature={wary(alert.evidence_signature)} alt="" box={alert.box} />
          )}
        </span>
        <span className="alert-text">
          <span className="alert-title">
            <SeverityTag severity={alert.severity} />
            <strong>{say(alert.title)}</strong>
            {alert.count > 1 && <span className="sub">{t.alerts.times(alert.count)}</span>}
          </span>
          <span>{say(alert.summary)}</span>
          <span className="sub">
            {[say(alert.project_name), placeOf(alert, say)].filter(Boolean).join(" · ")} · <time title={exact(at)}>{t.common.ago(ago(at, now))}</time>
          </span>
        </span>
        <span className="alert-state">
          <Tag tone={alert.state === "firing" ? "bad" : alert.state === "pending" ? "watch" : "good"}>
            {t.alerts.states[alert.state]}
          </Tag>
          <span className="sub">
            {alert.verdict
              ? word(t.alerts.verdicts, alert.verdict)
              : alert.acknowledged_by
                ? t.alerts.acknowledged(alert.acknowledged_by)
                : t.alerts.notJudged}
          </span>
        </span>
      </button>
    </li>
  );
}

/** A thumbnail is too small to say that all is well; it only says what to be wary of. */
function wary(signature: Alert["evidence_signature"]): Alert["evidence_signature"] {
  return signature === "verified" ? null : signature;
}
