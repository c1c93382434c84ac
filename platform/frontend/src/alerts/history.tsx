import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import type { Alert } from "../api/types";
import { useNow } from "../app/clock";
import { moment } from "../format/time";
import { useLanguage, word } from "../i18n/language";
import { Tag } from "../ui/tag";
import { alerts } from "./queries";

const SHOWN = 6;

/** What the same place had of the same kind before: a pattern, or a rule that is often wrong. */
export function History({ alert }: { alert: Alert }) {
  const { t } = useLanguage();
  const now = useNow();
  const words = t.desk.triage;
  const { data } = useQuery(
    alerts({
      project: alert.project,
      kind: alert.kind,
      ...(alert.device ? { device: alert.device } : {}),
      ...(alert.zone ? { zone: alert.zone } : {}),
    }),
  );
  const before = (data?.alerts ?? []).filter(({ id }) => id !== alert.id);
  const wrong = before.filter(({ verdict }) => verdict === "false_alarm").length;
  return (
    <section className="history">
      <h3>{words.history}</h3>
      {data && before.length === 0 && <p className="sub">{words.historyEmpty}</p>}
      {data && before.length > 0 && <p className="sub">{words.historyCount(data.total - 1, wrong)}</p>}
      <ul>
        {before.slice(0, SHOWN).map((other) => (
          <li key={other.id}>
            <Link to={`/alerts?open=${String(other.id)}`}>{moment(other.started_at, now)}</Link>
            <Tag tone={other.state === "firing" ? "bad" : "plain"}>{t.alerts.states[other.state]}</Tag>
            <span className="sub">{other.verdict ? word(t.alerts.verdicts, other.verdict) : t.alerts.notJudged}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
