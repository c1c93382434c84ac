import { Input } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import Markdown from "react-markdown";
import { rules as rulesQuery } from "../api/queries";
import type { Rule, Severity, FindingSeverity } from "../api/types";
import { useLanguage, word } from "../i18n/language";
import { Loaded, Notice } from "../ui/state";
import { FlagTag, SeverityTag, TrustTag } from "../ui/tag";
import "../styles/rules.css";

const FAMILIES = ["fund", "stream"] as const;

export default function Rules() {
  const { t } = useLanguage();
  const query = useQuery(rulesQuery);
  const [wanted, setWanted] = useState("");
  return (
    <div className="page">
      <div className="page-head">
        <div className="grow">
          <h1>{t.nav.rules}</h1>
          <p className="sub">{t.rules.intro}</p>
        </div>
        <Input
          allowClear
          className="rules-search"
          aria-label={t.rules.search}
          placeholder={t.rules.search}
          value={wanted}
          onChange={(event) => { setWanted(event.target.value); }}
        />
      </div>
      <Loaded query={query} rows={12}>
        {(rules) =>
          FAMILIES.map((family) => (
            <Family key={family} name={t.rules.families[family]} rules={rules.filter((r) => r.family === family && found(r, wanted))} />
          ))
        }
      </Loaded>
    </div>
  );
}

function found(rule: Rule, wanted: string): boolean {
  const text = `${rule.id} ${rule.title.zh} ${rule.title.en}`.toLowerCase();
  return text.includes(wanted.trim().toLowerCase());
}

function Family({ name, rules }: { name: string; rules: Rule[] }) {
  const { t } = useLanguage();
  return (
    <section>
      <h2 className="section-title">{name}</h2>
      {rules.length === 0 && <Notice title={t.rules.empty} />}
      <div className="rule-cards">
        {rules.map((rule) => (
          <RuleCard key={rule.id} rule={rule} />
        ))}
      </div>
    </section>
  );
}

function RuleCard({ rule }: { rule: Rule }) {
  const { t, say } = useLanguage();
  return (
    <article className="panel rule">
      <header>
        <span className="mono sub">{rule.id}</span>
        <h3>{say(rule.title)}</h3>
        {rule.family === "fund" ? (
          <FlagTag severity={rule.severity as FindingSeverity} />
        ) : (
          <SeverityTag severity={rule.severity as Severity} />
        )}
        {rule.action && <span className="sub">{word(t.claims.findingActions, rule.action)}</span>}
      </header>
      <p className="formula mono">{say(rule.condition)}</p>
      {rule.reads.length > 0 && (
        <p className="sub">
          {t.rules.reads}
          {t.common.colon}
          {rule.reads.map(say).join(t.common.and)}
        </p>
      )}
      <footer>
        <span className="sub">
          {t.common.source}{t.common.colon}{rule.source}
        </span>
        <TrustTag trust={rule.trust} />
      </footer>
      {rule.page && (
        <details>
          <summary>{t.rules.page}</summary>
          <div className="sub rule-page">
            <Markdown>{rule.page}</Markdown>
          </div>
        </details>
      )}
    </article>
  );
}
