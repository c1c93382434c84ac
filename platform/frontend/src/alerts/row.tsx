import { Checkbox } from "antd";
import type { Alert } from "../api/types";
import { useNow } from "../app/clock";
import { ago, exact } from "../format/time";
import { useLanguage, word } from "../i18n/language";
import { Evidence } from "../ui/evidence";
import { SeverityTag, Tag } from "../ui/tag";
import { placeOf } from "./place";

interface Props {
  alert: Alert;
  selected: boolean;
  current: boolean;
  /** Null where the person may not acknowledge. */
  onSelect: ((selected: boolean) => void) | null;
  onOpen: () => void;
}

export function AlertRow({ alert, selected, current, onSelect, onOpen }: Props) {
  const { t, say } = useLanguage();
  const now = useNow();
  const at = alert.fired_at ?? alert.started_at;
  const free = alert.state === "firing" && alert.acknowledged_at === null;
  return (
    <div className={current ? "alert-line alert-current" : "alert-line"} data-current={current}>
      {onSelect && (
        <Checkbox
          aria-label={t.desk.triage.select(`№ ${String(alert.id)}`)}
          checked={selected}
          disabled={!free}
          data-testid={`select-${String(alert.id)}`}
          onChange={(event) => { onSelect(event.target.checked); }}
        />
      )}
      <button type="button" className={`alert-row alert-${alert.state}`} onClick={onOpen} data-testid={`alert-${String(alert.id)}`}>
        <span className="alert-thumb">
          <Thumb alert={alert} />
        </span>
        <span className="alert-text">
          <span className="alert-title">
            <SeverityTag severity={alert.severity} />
            <strong>{say(alert.title)}</strong>
            {alert.count > 1 && <span className="sub">{t.alerts.times(alert.count)}</span>}
          </span>
          <span>{say(alert.summary)}</span>
          <span className="sub">
            {[say(alert.project_name), placeOf(alert, say)].filter(Boolean).join(" · ")} ·{" "}
            <time title={exact(at)}>{t.common.ago(ago(at, now))}</time>
          </span>
        </span>
        <span className="alert-state">
          <Tag tone={alert.state === "firing" ? "bad" : alert.state === "pending" ? "watch" : "good"}>
            {t.alerts.states[alert.state]}
          </Tag>
          <span className="sub">{standing(alert, t)}</span>
        </span>
      </button>
    </div>
  );
}

function standing(alert: Alert, t: ReturnType<typeof useLanguage>["t"]): string {
  if (alert.verdict) return word(t.alerts.verdicts, alert.verdict);
  if (alert.assigned_to) return `${t.desk.triage.assigned}${t.common.colon}${alert.assigned_to}`;
  return alert.acknowledged_by ? t.alerts.acknowledged(alert.acknowledged_by) : t.alerts.notJudged;
}

function Thumb({ alert }: { alert: Alert }) {
  const { t } = useLanguage();
  if (alert.evidence || alert.value === null) {
    return <Evidence sha256={alert.evidence} signature={wary(alert.evidence_signature)} alt="" box={alert.box} />;
  }
  return (
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
  );
}

/** A thumbnail is too small to say that all is well; it only says what to be wary of. */
function wary(signature: Alert["evidence_signature"]): Alert["evidence_signature"] {
  return signature === "verified" ? null : signature;
}
