import type { Finding } from "../api/types";
import { useNow } from "../app/clock";
import { moment } from "../format/time";
import { useLanguage, word } from "../i18n/language";
import { Evidence } from "../ui/evidence";
import { FlagTag, Tag, TrustTag } from "../ui/tag";

/** A red flag with its arithmetic: what was reckoned, on what, by which rule, what would clear it. */
export function FindingCard({ finding }: { finding: Finding }) {
  const { t, say } = useLanguage();
  const now = useNow();
  const words = t.claims.finding;
  return (
    <article className={`finding finding-${finding.severity}`} data-testid={`finding-${finding.rule}`}>
      <header>
        <span className="finding-rule mono">{finding.rule}</span>
        <h3>{say(finding.title)}</h3>
        <FlagTag severity={finding.severity} />
        {finding.cleared_at ? (
          <Tag tone="good">{t.claims.page.cleared}</Tag>
        ) : (
          <span className="sub">{word(t.claims.findingActions, finding.action)}</span>
        )}
      </header>
      <p>{say(finding.explanation)}</p>
      <p className="formula mono">
        <span className="sub">{words.formula}</span>
        {say(finding.formula)}
      </p>
      <table className="numbers">
        <tbody>
          {finding.numbers.map((number) => (
            <tr key={number.name.zh}>
              <th scope="row">{say(number.name)}</th>
              <td>
                {typeof number.value === "string" ? written(number.value) : say(number.value)}{" "}
                <span className="sub">{say(number.unit)}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {finding.evidence.length > 0 && (
        <div className="finding-evidence" aria-label={words.evidence}>
          {finding.evidence.slice(0, 3).map((sha256) => (
            <Evidence
              key={sha256}
              sha256={sha256}
              signature={finding.evidence_signatures?.[sha256]}
              alt={`${words.evidence} ${say(finding.title)}`}
            />
          ))}
        </div>
      )}
      <p className="clears">
        <strong>{words.clears}</strong>
        {say(finding.clears_when)}
      </p>
      <footer className="sub">
        <span>
          {words.basis}{t.common.colon}{finding.basis}
        </span>
        <TrustTag trust={finding.trust} />
        <span>
          {words.version} {finding.rule_version}
        </span>
        <span>{words.found(moment(finding.found_at, now))}</span>
      </footer>
    </article>
  );
}

/** Groups the digits of a plain number; anything else is shown as it is. */
function written(value: string): string {
  const match = /^(-?)(\d{4,})(\.\d+)?$/.exec(value);
  if (!match) return value;
  const [, sign = "", whole = "", rest = ""] = match;
  return `${sign}${whole.replace(/\B(?=(\d{3})+$)/g, ",")}${rest}`;
}
