import { Button } from "antd";
import { useInfiniteQuery, useQueries, useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { client, take } from "../api/client";
import { overview, project as projectQuery, rules as rulesQuery } from "../api/queries";
import type { AuditEntry } from "../api/types";
import { projectOf, saidOf, subjectOf, type Names, type Said } from "../audit/entry";
import { exact } from "../format/time";
import { useLanguage, word } from "../i18n/language";
import { Loaded, Notice } from "../ui/state";
import "../styles/rules.css";

const PAGE = 50;

export default function AuditLog() {
  const { t } = useLanguage();
  const query = useInfiniteQuery({
    queryKey: ["audit-log"],
    queryFn: ({ pageParam }) => {
      const before = pageParam === undefined ? {} : { before: pageParam };
      return take(client.GET("/api/v1/audit-log", { params: { query: { ...before, limit: PAGE } } }));
    },
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => (page.length < PAGE ? undefined : page.at(-1)?.seq),
  });
  return (
    <div className="page">
      <div className="page-head">
        <div className="grow">
          <h1>{t.nav.auditLog}</h1>
          <p className="sub">{t.auditLog.intro}</p>
        </div>
      </div>
      <Loaded query={query} rows={12}>
        {({ pages }) => <Entries entries={pages.flat()} />}
      </Loaded>
      {query.hasNextPage && (
        <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t.common.more}
        </Button>
      )}
    </div>
  );
}

function Entries({ entries }: { entries: AuditEntry[] }) {
  const { t } = useLanguage();
  const words = t.auditLog;
  const names = useNames(entries);
  if (entries.length === 0) return <Notice title={words.empty} />;
  return (
    <section className="panel">
      <table className="log">
        <thead>
          <tr>
            {[words.seq, words.at, words.who, words.action, words.subject, words.detail, words.hash].map((name) => (
              <th key={name}>{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <Row key={entry.seq} entry={entry} names={names} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ entry, names }: { entry: AuditEntry; names: Names }) {
  const { t } = useLanguage();
  const system = entry.role === "system";
  const subject = subjectOf(entry, names, t);
  return (
    <tr>
      <td className="log-seq sub">{entry.seq}</td>
      <td className="log-at">{exact(entry.at)}</td>
      <td className="log-who">
        {system ? word(t.common.actors, entry.who) : word(t.roles, entry.role)}
        {!system && <span className="sub"> {entry.who}</span>}
      </td>
      <td className="log-action">
        <strong>{word(t.auditLog.actions, entry.action)}</strong>
      </td>
      <td className="log-subject">{subject.to ? <Link to={subject.to}>{subject.text}</Link> : subject.text}</td>
      <td className="log-detail">
        {saidOf(entry, names, t).map((said) => (
          <Detail key={said.name} said={said} />
        ))}
      </td>
      <td className="log-hash mono sub" title={entry.hash}>
        {entry.hash.slice(0, 12)}
      </td>
    </tr>
  );
}

/** The names of the projects, their parts and the rules the entries speak of, as far as known. */
function useNames(entries: AuditEntry[]): Names {
  const { say } = useLanguage();
  const { data: known } = useQuery(overview);
  const { data: rules } = useQuery(rulesQuery);
  const ids = new Set(known?.projects.map(({ id }) => id));
  const spoken = [...new Set(entries.map(projectOf))].filter((id) => ids.has(id));
  const details = useQueries({ queries: spoken.map((id) => projectQuery(id)) }).flatMap(({ data }) => (data ? [data] : []));
  const parts = details.flatMap(({ id, milestones, work_items }) =>
    [...milestones, ...work_items].map((part) => [`${id}/${part.id}`, say(part.name)]),
  );
  return {
    projects: Object.fromEntries((known?.projects ?? []).map(({ id, name }) => [id, say(name)])),
    parts: Object.fromEntries(parts) as Names["parts"],
    rules: Object.fromEntries((rules ?? []).map(({ id, title }) => [id, say(title)])),
  };
}

/** One named value of an entry; a whole record is folded away. */
function Detail({ said: { name, text, record } }: { said: Said }) {
  const { t } = useLanguage();
  if (!record) {
    return (
      <span className="log-field">
        <span className="sub">{name}</span> {text}
      </span>
    );
  }
  return (
    <details>
      <summary>
        <span className="sub">{name}</span> {t.auditLog.more}
      </summary>
      <pre className="mono">{text}</pre>
    </details>
  );
}
