import { Button } from "antd";
import { useInfiniteQuery } from "@tanstack/react-query";
import { client, take } from "../api/client";
import type { AuditEntry, Role } from "../api/types";
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
                {entry.who} <span className="sub">{word(t.roles, entry.role as Role)}</span>
              </td>
              <td className="mono">{entry.action}</td>
              <td className="mono">{entry.subject}</td>
              <td className="log-detail">
                {Object.entries(entry.detail).map(([name, value]) => (
                  <span key={name}>
                    <span className="sub">{name}</span> {typeof value === "string" ? value : JSON.stringify(value)}
                  </span>
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
