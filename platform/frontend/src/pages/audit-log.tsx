import { Button } from "antd";
import { useInfiniteQuery } from "@tanstack/react-query";
import { client, take } from "../api/client";
import type { AuditEntry } from "../api/types";
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
            <tr key={entry.seq}>
              <td className="mono">{entry.seq}</td>
              <td>{exact(entry.at)}</td>
              <td>
                {word(t.common.actors, entry.who)} <span className="sub">{entry.role === "system" ? words.system : word(t.roles, entry.role)}</span>
              </td>
              <td title={entry.action}>{word(words.actions, entry.action)}</td>
              <td className="mono">{entry.subject}</td>
              <td className="log-detail">
                {Object.entries(entry.detail).map(([name, value]) => (
                  <Detail key={name} name={name} value={value} />
                ))}
              </td>
              <td className="mono sub" title={entry.hash}>
                {entry.hash.slice(0, 12)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const LONG = 60;

/** One named value of an entry; a long one is folded away. */
function Detail({ name, value }: { name: string; value: unknown }) {
  const { t } = useLanguage();
  const text = typeof value === "string" ? value : JSON.stringify(value);
  if (value === null || text === "" || text === "[]") return null;
  if (typeof value === "string" || text.length < LONG) {
    return (
      <span>
        <span className="sub">{name}</span> {text}
      </span>
    );
  }
  return (
    <details>
      <summary>
        <span className="sub">{name}</span> {t.auditLog.more}
      </summary>
      <pre className="mono">{JSON.stringify(value, null, 1)}</pre>
    </details>
  );
}
