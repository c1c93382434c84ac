import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { agenda } from "../api/queries";
import type { AgendaItem } from "../api/types";
import { useNow } from "../app/clock";
import { ago } from "../format/time";
import { until } from "../format/until";
import { useLanguage, word } from "../i18n/language";
import { Money } from "../ui/money";
import { Notice } from "../ui/state";
import { SeverityTag, Tag } from "../ui/tag";

/** The other outcome of a step that is named already. */
const OTHERWISE = new Set(["fail", "relapse", "dismiss"]);

/** What needs the person looking, most urgent first, as the server orders it. */
export function AgendaList() {
  const { t } = useLanguage();
  const { data } = useQuery(agenda);
  return (
    <section className="panel todo" data-testid="agenda">
      <h2>
        {t.overview.needsMe}
        {data !== undefined && data.total > 0 && <span className="todo-count">{data.total}</span>}
      </h2>
      <ul aria-busy={data === undefined}>
        {data?.items.map((item) => (
          <Row key={`${item.kind} ${item.project} ${item.id}`} item={item} />
        ))}
        {data === undefined && Array.from({ length: 5 }, (_, i) => <li key={i} className="todo-blank" />)}
      </ul>
      {data && data.total > data.items.length && <p className="sub">{t.desk.agenda.more(data.total - data.items.length)}</p>}
      {data?.total === 0 && <Notice title={t.overview.nothing} note={t.overview.nothingNote} />}
    </section>
  );
}

/** Where a thing is dealt with. */
export function placeOfItem({ kind, id, project }: Pick<AgendaItem, "kind" | "id" | "project">): string {
  switch (kind) {
    case "claim":
      return `/claims/${id}`;
    case "alert":
      return `/alerts?open=${id}`;
    case "hazard":
      return `/hazards?open=${id}`;
    case "milestone":
      return `/projects/${project}`;
  }
}

function Row({ item }: { item: AgendaItem }) {
  const { t, say } = useLanguage();
  const words = t.desk.agenda;
  const actions = { ...words.actions, ...(item.kind === "claim" ? t.claims.actions : {}) };
  return (
    <li className={item.overdue ? "todo-late" : `todo-${item.kind}`}>
      <Link to={placeOfItem(item)}>
        <span className="todo-what">
          {item.severity ? <SeverityTag severity={item.severity} /> : <Tag tone="calm">{words.kinds[item.kind]}</Tag>}
          <strong>{say(item.title)}</strong>
        </span>
        <span className="sub">
          {say(item.project_name)}
          {item.amount !== null && (
            <>
              {" · "}
              <Money amount={item.amount} />
            </>
          )}
          {item.held && ` · ${words.held}`}
          {item.flags > 0 && ` · ${words.flags(item.flags)}`}
        </span>
        <span className="todo-foot">
          <span>{item.actions.filter((action) => !OTHERWISE.has(action)).slice(0, 2).map((action) => word(actions, action)).join(t.common.and)}</span>
          <Due item={item} />
        </span>
      </Link>
    </li>
  );
}

/** The limit that runs, or since when it waits. */
function Due({ item }: { item: AgendaItem }) {
  const { t } = useLanguage();
  const now = useNow();
  const words = t.desk.agenda;
  if (item.due === null) return <span className="sub">{t.common.ago(ago(item.since, now))}</span>;
  const name = item.clock ? word(words.clocks, item.clock) : "";
  const left = item.overdue
    ? words.overdue(t.common.lasting(ago(item.due, now)))
    : words.dueIn(t.common.lasting(until(item.due, now)));
  return <span className={item.overdue ? "late" : "sub"}>{[name, left].filter(Boolean).join(" ")}</span>;
}
