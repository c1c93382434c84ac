import type { ReactNode } from "react";
import type { ClaimDetail, Hold } from "../api/types";
import { useNow } from "../app/clock";
import { asLength, isPositive, yuan } from "../format/money";
import { daysUntil, exact, moment } from "../format/time";
import { useLanguage, word } from "../i18n/language";
import { asShare, Bar } from "../ui/bar";
import { Money } from "../ui/money";
import { Tag } from "../ui/tag";
import { worksOf } from "./actions";
import { flowOf } from "./flow";

/** The claimed amount, split into wages that always flow and works money. */
export function Amounts({ claim }: { claim: ClaimDetail }) {
  const { t } = useLanguage();
  const words = t.claims.page;
  const wageShare = (asLength(claim.wage_amount) / asLength(claim.amount)) * 100;
  return (
    <section className="panel amounts">
      <div className="amounts-total">
        <span className="sub">{words.amount}</span>
        <Money amount={claim.amount} hint />
      </div>
      <div className="amounts-split" aria-hidden="true">
        <span className="split-wage" style={{ width: `${String(wageShare)}%` }} />
        <span className="split-works" />
      </div>
      <div className="amounts-parts">
        <Part name={words.wage} amount={claim.wage_amount} paid={claim.wage_paid} note={words.wageNote} kind="wage" />
        <Part name={words.works} amount={worksOf(claim)} paid={claim.works_paid} kind="works" />
      </div>
    </section>
  );
}

interface PartProps {
  name: string;
  amount: string;
  paid: string;
  note?: string;
  kind: "wage" | "works";
}

function Part({ name, amount, paid, note, kind }: PartProps) {
  const { t } = useLanguage();
  return (
    <div className={`amounts-part part-${kind}`}>
      <span className="sub">{name}</span>
      <Money amount={amount} hint />
      <span className="sub">
        {isPositive(paid) ? (
          <Tag tone="good">
            {t.claims.page.paid} {yuan(paid)}
          </Tag>
        ) : (
          <Tag tone="plain">{t.claims.page.unpaid}</Tag>
        )}
        {note && ` ${note}`}
      </span>
    </div>
  );
}

function holdPhase(hold: Hold): "recommended" | "held" | "over" {
  if (hold.state === "recommended" || hold.state === "under_review") return "recommended";
  return ["released", "reduced", "decided_release"].includes(hold.state) ? "over" : "held";
}

/** What is held, why, by whom and until when; and that wages are not. */
export function HoldCard({ hold }: { hold: Hold }) {
  const { t } = useLanguage();
  const now = useNow();
  const words = t.claims.hold;
  const phase = holdPhase(hold);
  const left = hold.review_due ? daysUntil(hold.review_due, now) : null;
  return (
    <section className={`panel hold hold-${phase}`} data-testid="hold">
      <div className="hold-head">
        <h2>{words.title[phase]}</h2>
        <Tag tone={phase === "over" ? "good" : "bad"}>{t.claims.holdStates[hold.state]}</Tag>
      </div>
      <p className="hold-amount">
        <Money amount={hold.amount} hint testId="hold-amount" />
      </p>
      <p className="hold-wages">{words.protects(yuan(hold.wage_excluded))}</p>
      <dl className="facts">
        {hold.basis && <Fact name={words.basis}>{word(t.claims.bases, hold.basis)}</Fact>}
        <Fact name={words.recommendedBy}>
          {word(t.common.actors, hold.recommended_by)} · {moment(hold.recommended_at, now)}
        </Fact>
        {hold.decided_by && hold.decided_at && (
          <Fact name={words.decidedBy}>
            {hold.decided_by} · {moment(hold.decided_at, now)}
          </Fact>
        )}
        {phase !== "over" && hold.review_due && left !== null && (
          <Fact name={words.reviewDue}>
            {hold.review_due} · {left >= 0 ? words.reviewLeft(left) : words.reviewOver(-left)}
          </Fact>
        )}
        {isPositive(hold.released) && (
          <Fact name={words.released}>
            <Money amount={hold.released} hint />
          </Fact>
        )}
        {isPositive(hold.reduced) && (
          <Fact name={words.reduced}>
            <Money amount={hold.reduced} hint testId="hold-reduced" />
          </Fact>
        )}
      </dl>
      {hold.reason && <blockquote>{hold.reason}</blockquote>}
    </section>
  );
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** The steps from filing to payment: who took each, when, and which is next. */
export function Flow({ claim }: { claim: ClaimDetail }) {
  const { t } = useLanguage();
  const now = useNow();
  const words = t.claims.flow;
  return (
    <ol className="flow panel">
      {flowOf(claim).map((step, index) => (
        <li key={step.name} className={`flow-${step.status}`} aria-current={step.status === "current" ? "step" : undefined}>
          <span className="flow-dot" aria-hidden="true">
            {step.status === "done" ? "✓" : index + 1}
          </span>
          <strong>{words[step.name]}</strong>
          <span className="sub">
            {step.status === "done" ? (step.name === "checked" ? words.flagsFound(claim.flags.length) : step.who) : null}
            {step.status === "current" && words.waiting}
            {step.status === "skipped" && words.skipped}
          </span>
          {step.at && <time className="sub">{step.at.length > 10 ? moment(step.at, now) : step.at}</time>}
        </li>
      ))}
    </ol>
  );
}

/** Four accounts of one progress, side by side, and what paying would make of it. */
export function ComparisonBars({ claim }: { claim: ClaimDetail }) {
  const { t } = useLanguage();
  const { comparison } = claim;
  const words = t.claims.comparison;
  const unknown = t.common.unknown;
  return (
    <section className="panel comparison">
      <h2>{t.claims.page.reports}</h2>
      <Bar name={words.claimed} percent={comparison.claimed} kind="claimed" unknown={unknown} />
      <Bar name={words.accepted} percent={comparison.accepted} kind="accepted" unknown={unknown} />
      <Bar
        name={words.camera}
        percent={comparison.camera}
        kind="camera"
        unknown={unknown}
        note={comparison.camera === null ? words.unseen : words.coverage(asShare(comparison.coverage))}
      />
      <Bar name={words.paid} percent={comparison.paid} kind="paid" unknown={unknown} />
      <Bar name={words.paidWith} percent={comparison.paid_with_claim} kind="after" unknown={unknown} />
      <p className="sub">{t.claims.page.comparisonNote}</p>
    </section>
  );
}

/** Opinions, the audit and the payments of a claim, each as a short record. */
export function Records({ claim }: { claim: ClaimDetail }) {
  const { t } = useLanguage();
  const now = useNow();
  const words = t.claims;
  const { audit_case: audit } = claim;
  return (
    <section className="panel records">
      {claim.opinions.map((opinion) => (
        <article key={opinion.at}>
          <h3>{words.page.opinions}</h3>
          <p className="sub">
            {opinion.by} · {moment(opinion.at, now)} · {word(words.bases, opinion.basis)}
          </p>
          <blockquote>{opinion.text}</blockquote>
        </article>
      ))}
      {audit && (
        <article>
          <h3>{words.page.audit}</h3>
          <p className="sub">
            {audit.opened_by} · {moment(audit.opened_at, now)}
          </p>
          <blockquote>{audit.subject}</blockquote>
          {audit.payable_works !== null && (
            <p>
              {words.form.payableShare} <Money amount={audit.payable_works} /> · {words.form.reduction}{" "}
              <strong>
                <Money amount={audit.reduction ?? "0.00"} hint />
              </strong>
            </p>
          )}
          {audit.reason && <blockquote>{audit.reason}</blockquote>}
        </article>
      )}
      <article>
        <h3>{words.page.payments}</h3>
        {claim.payments.length === 0 && <p className="sub">{words.page.noPayments}</p>}
        <ul>
          {claim.payments.map((payment) => (
            <li key={payment.id} className="payment">
              <span>{word(words.purposes, payment.purpose)}</span>
              <strong>
                <Money amount={payment.amount} />
              </strong>
              <span className="sub">
                {payment.paid_on} · <span className="mono">{payment.bank_reference}</span>
              </span>
            </li>
          ))}
        </ul>
      </article>
    </section>
  );
}

/** The claim's history from the audit log, newest first. */
export function History({ claim }: { claim: ClaimDetail }) {
  const { t, say } = useLanguage();
  const now = useNow();
  return (
    <section className="panel">
      <h2>{t.claims.page.history}</h2>
      <ol className="history">
        {[...claim.timeline].reverse().map((entry) => (
          <li key={`${entry.at}-${entry.action}`}>
            <time className="sub" title={exact(entry.at)}>
              {moment(entry.at, now)}
            </time>
            <span>
              {say(entry.text)} <span className="sub">{word(t.common.actors, entry.who)}</span>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

