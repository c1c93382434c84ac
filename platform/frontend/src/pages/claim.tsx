import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";
import { claim as claimQuery } from "../api/queries";
import type { ClaimDetail } from "../api/types";
import { useNow } from "../app/clock";
import { NotFound } from "../app/errors";
import { moment } from "../format/time";
import { useLanguage } from "../i18n/language";
import { ActionPanel } from "../money/action-panel";
import { Amounts, ComparisonBars, Fact, Flow, History, HoldCard, Records } from "../money/claim-parts";
import { FindingCard } from "../money/finding-card";
import { asPercent, asShare } from "../ui/bar";
import { Loaded, Notice } from "../ui/state";
import { MilestoneName } from "../ui/place";
import { ClaimTag } from "../ui/tag";
import "../styles/claim.css";

export default function Claim() {
  const id = Number(useParams()["claim"]);
  const query = useQuery({ ...claimQuery(id), enabled: Number.isInteger(id) });
  if (!Number.isInteger(id)) return <NotFound />;
  return (
    <div className="page">
      <Loaded query={query} rows={14}>
        {(claim) => <Case claim={claim} />}
      </Loaded>
    </div>
  );
}

function Case({ claim }: { claim: ClaimDetail }) {
  const { t } = useLanguage();
  const words = t.claims.page;
  const order = ["critical", "high", "medium", "low", "info"];
  const findings = [...claim.findings].sort(
    (a, b) => Number(a.cleared_at !== null) - Number(b.cleared_at !== null) || order.indexOf(a.severity) - order.indexOf(b.severity),
  );
  return (
    <>
      <Title claim={claim} />
      <Flow claim={claim} />
      <div className="claim-columns">
        <div className="claim-main">
          <Amounts claim={claim} />
          <section className="flags">
            <div className="flags-head">
              <h2>
                {words.flags} <span className="flags-count">{claim.flags.length}</span>
              </h2>
              <Evaluated claim={claim} />
            </div>
            {findings.length === 0 && claim.evaluated_at && <Notice title={words.noFlags} note={words.noFlagsNote} />}
            <div className="findings">
              {findings.map((finding) => (
                <FindingCard key={`${finding.rule}-${finding.found_at}`} finding={finding} />
              ))}
            </div>
          </section>
        </div>
        <aside className="claim-side">
          {claim.hold && <HoldCard hold={claim.hold} />}
          <ActionPanel claim={claim} />
          <ComparisonBars claim={claim} />
          <Papers claim={claim} />
          <Records claim={claim} />
          <History claim={claim} />
        </aside>
      </div>
    </>
  );
}

function Title({ claim }: { claim: ClaimDetail }) {
  const { t, say } = useLanguage();
  return (
    <div className="page-head">
      <div className="grow">
        <p className="sub">
          <Link to="/claims">{t.nav.claims}</Link> / <Link to={`/projects/${claim.project}`}>{say(claim.project_name)}</Link>
        </p>
        <h1>
          {claim.title} <span className="claim-number">№ {claim.id}</span>
        </h1>
      </div>
      <ClaimTag claim={claim} />
    </div>
  );
}

function Evaluated({ claim }: { claim: ClaimDetail }) {
  const { t } = useLanguage();
  const now = useNow();
  const words = t.claims.page;
  if (!claim.evaluated_at) return <span className="sub">{words.evaluating}</span>;
  return (
    <span className="sub">
      {words.risk} {asShare(claim.risk)} · {words.evaluated(moment(claim.evaluated_at, now))}
    </span>
  );
}

function Papers({ claim }: { claim: ClaimDetail }) {
  const { t } = useLanguage();
  const words = t.claims.page;
  return (
    <section className="panel">
      <dl className="facts">
        <Fact name={words.milestone}>
          <MilestoneName project={claim.project} milestone={claim.milestone} />
        </Fact>
        <Fact name={words.claimedPercent}>{asPercent(claim.claimed_percent)}</Fact>
        <Fact name={words.payee}>
          <span className="mono">{claim.payee_account}</span>
        </Fact>
        <Fact name={words.invoice}>
          <span className="mono">{claim.invoice || t.common.none}</span>
        </Fact>
        <Fact name={words.filedBy}>
          {claim.filed_by} · {claim.claimed_on}
        </Fact>
        <Fact name={words.signed}>{claim.signed_by ? `${claim.signed_by} · ${claim.signed_on ?? ""}` : words.unsigned}</Fact>
      </dl>
      {!claim.signed_by && <p className="sub papers-note">{words.unsignedNote}</p>}
    </section>
  );
}
