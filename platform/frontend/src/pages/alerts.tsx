import { Button, Checkbox } from "antd";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useSearchParams } from "react-router";
import { BulkBar, useAcknowledge } from "../alerts/bulk";
import { AlertDrawer } from "../alerts/drawer";
import { filterOf, Filters } from "../alerts/filters";
import { grouped, single, type Group } from "../alerts/groups";
import { alertPages } from "../alerts/queries";
import { AlertRow } from "../alerts/row";
import type { Alert } from "../api/types";
import { mayJudgeAlerts } from "../app/roles";
import { useMe } from "../app/session";
import { useLanguage } from "../i18n/language";
import { AlarmSettings } from "../live/alarm-settings";
import { KeyHelp, useKeys } from "../ui/keys";
import { Loaded, Notice } from "../ui/state";
import "../styles/alerts.css";
import "../styles/triage.css";

const KEEP_GROUPED = "siteward.alerts.grouped";

export default function Alerts() {
  const { t } = useLanguage();
  const judges = mayJudgeAlerts(useMe().role);
  const [params, setParams] = useSearchParams();
  const [together, setTogether] = useState(localStorage.getItem(KEEP_GROUPED) === "1");
  const filter = filterOf(params);
  const query = useInfiniteQuery(alertPages(filter));
  const open = Number(params.get("open")) || null;

  function change(changes: Record<string, string | null>) {
    const next = new URLSearchParams(params);
    for (const [name, value] of Object.entries(changes)) {
      if (value) next.set(name, value);
      else next.delete(name);
    }
    setParams(next, { replace: true });
  }

  return (
    <div className="page">
      <div className="page-head">
        <h1>{t.nav.alerts}</h1>
        <span className="sub grow">{query.data?.pages[0] && t.alerts.total(query.data.pages[0].total)}</span>
        <Checkbox
          checked={together}
          data-testid="alerts-grouped"
          onChange={(event) => {
            setTogether(event.target.checked);
            localStorage.setItem(KEEP_GROUPED, event.target.checked ? "1" : "0");
          }}
        >
          {t.desk.triage.grouped}
        </Checkbox>
        <AlarmSettings />
      </div>
      <Filters filter={filter} judges={judges} onChange={change} />
      <Loaded query={query} rows={12}>
        {({ pages }) => {
          const alerts = pages.flatMap((page) => page.alerts);
          if (alerts.length === 0) return <Notice title={t.alerts.empty} note={t.alerts.emptyNote} />;
          return (
            <Triage
              groups={together ? grouped(alerts) : single(alerts)}
              judges={judges}
              open={open}
              onOpen={(id) => { change({ open: id === null ? null : String(id) }); }}
            />
          );
        }}
      </Loaded>
      {query.hasNextPage && (
        <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t.common.more}
        </Button>
      )}
      <AlertDrawer id={open} onClose={() => { change({ open: null }); }} />
    </div>
  );
}

interface TriageProps {
  groups: Group[];
  judges: boolean;
  open: number | null;
  onOpen: (id: number | null) => void;
}

function free({ state, acknowledged_at }: Alert): boolean {
  return state === "firing" && acknowledged_at === null;
}

function Triage({ groups, judges, open, onOpen }: TriageProps) {
  const { t } = useLanguage();
  const words = t.desk.triage;
  const [picked, setPicked] = useState<ReadonlySet<number>>(new Set());
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const [at, setAt] = useState<number | null>(null);
  const [help, setHelp] = useState(false);
  const { acknowledge, busy } = useAcknowledge();
  const rows = groups.flatMap(({ key, alerts }) => (unfolded.has(key) ? alerts : [alerts[0]]));
  const selectable = groups.flatMap(({ alerts }) => alerts).filter(free);
  // What somebody else has taken meanwhile falls out of the selection.
  const selected = selectable.filter(({ id }) => picked.has(id)).map(({ id }) => id);
  const current = rows.find(({ id }) => id === at) ?? null;

  function pick(alerts: Alert[], on: boolean) {
    const next = new Set(picked);
    for (const alert of alerts.filter(free)) {
      if (on) next.add(alert.id);
      else next.delete(alert.id);
    }
    setPicked(next);
  }
  function members(alert: Alert): Alert[] {
    return groups.find(({ key, alerts }) => !unfolded.has(key) && alerts[0].id === alert.id)?.alerts ?? [alert];
  }
  function take(ids: number[]) {
    if (ids.length === 0) return;
    acknowledge(ids);
    setPicked(new Set());
  }
  function step(by: number) {
    const next = rows[Math.max(0, Math.min(rows.length - 1, current ? rows.indexOf(current) + by : 0))];
    if (next) setAt(next.id);
    return true;
  }
  useKeys((key) => {
    if (open !== null) return false;
    if (key === "ArrowDown" || key === "j") return step(1);
    if (key === "ArrowUp" || key === "k") return step(-1);
    if (key === "?") setHelp(true);
    else if (key === "Escape" && selected.length > 0) setPicked(new Set());
    else if (!current) return false;
    else if (key === "Enter") onOpen(current.id);
    else if (judges && (key === "x" || key === " ")) pick(members(current), !picked.has(current.id));
    else if (judges && key === "a") take(selected.length > 0 ? selected : members(current).filter(free).map(({ id }) => id));
    else return false;
    return true;
  });
  useEffect(() => {
    document.querySelector("[data-current='true']")?.scrollIntoView({ block: "nearest" });
  }, [at]);

  return (
    <>
      {judges && selectable.length > 0 && (
        <Checkbox
          className="select-all"
          checked={selected.length === selectable.length}
          indeterminate={selected.length > 0 && selected.length < selectable.length}
          onChange={(event) => { pick(selectable, event.target.checked); }}
        >
          {words.selectAll}
        </Checkbox>
      )}
      <ul className="alert-list">
        {groups.map(({ key, alerts }) => (
          <li key={key}>
            {(unfolded.has(key) ? alerts : [alerts[0]]).map((alert) => (
              <AlertRow
                key={alert.id}
                alert={alert}
                current={alert.id === current?.id}
                selected={selected.includes(alert.id)}
                onSelect={judges ? (on) => { pick(members(alert), on); } : null}
                onOpen={() => { onOpen(alert.id); }}
              />
            ))}
            {alerts.length > 1 && (
              <button
                type="button"
                className="alert-fold"
                aria-expanded={unfolded.has(key)}
                onClick={() => {
                  const next = new Set(unfolded);
                  if (!next.delete(key)) next.add(key);
                  setUnfolded(next);
                }}
              >
                {words.group(alerts.length)} · {unfolded.has(key) ? words.collapse : words.expand}
              </button>
            )}
          </li>
        ))}
      </ul>
      <BulkBar
        count={selected.length}
        busy={busy}
        onAcknowledge={() => { take(selected); }}
        onClear={() => { setPicked(new Set()); }}
      />
      <KeyHelp open={help} keys={words.keys} onClose={() => { setHelp(false); }} />
    </>
  );
}
