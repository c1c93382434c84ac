import type { ReactNode } from "react";
import type { ClaimSummary, FindingSeverity, Severity } from "../api/types";
import { useLanguage, word } from "../i18n/language";

export type Tone = "good" | "watch" | "bad" | "grave" | "calm" | "plain";

export function Tag({ tone, children }: { tone: Tone; children: ReactNode }) {
  return <span className={`tag tag-${tone}`}>{children}</span>;
}

const SEVERITY: Record<Severity, Tone> = {
  info: "calm",
  general: "watch",
  serious: "bad",
  suspected_major: "grave",
  major: "grave",
};

export function SeverityTag({ severity }: { severity: Severity }) {
  const { t } = useLanguage();
  return <Tag tone={SEVERITY[severity]}>{t.severity[severity]}</Tag>;
}

const FLAG: Record<FindingSeverity, Tone> = {
  info: "plain",
  low: "calm",
  medium: "watch",
  high: "bad",
  critical: "grave",
};

export function FlagTag({ severity }: { severity: FindingSeverity }) {
  const { t } = useLanguage();
  return <Tag tone={FLAG[severity]}>{t.claims.severities[severity]}</Tag>;
}

const CLAIM: Record<ClaimSummary["state"], Tone> = {
  draft: "plain",
  submitted: "calm",
  supervisor_review: "calm",
  returned: "watch",
  supervisor_certified: "calm",
  owner_review: "calm",
  partially_agreed: "watch",
  interim_certified: "calm",
  owner_certified: "calm",
  treasury_instructed: "watch",
  reconciled: "good",
  clawback: "bad",
  rejected: "plain",
  risk_check: "calm",
  finance_review: "watch",
  held: "bad",
  paid: "good",
  settled: "good",
  withdrawn: "plain",
};

const HOLD_OVER = new Set(["decided_release", "released", "reduced"]);

/** A claim's state; while money is held, the hold's own state says more. */
export function ClaimTag({ claim }: { claim: Pick<ClaimSummary, "state" | "hold_state"> }) {
  const { t } = useLanguage();
  if (claim.state === "held" && claim.hold_state) {
    const tone = HOLD_OVER.has(claim.hold_state) ? "good" : "bad";
    return <Tag tone={tone}>{word(t.claims.holdStates, claim.hold_state)}</Tag>;
  }
  return <Tag tone={CLAIM[claim.state]}>{t.claims.states[claim.state]}</Tag>;
}

const TRUST: Record<string, Tone> = { read: "good", default: "calm", verify: "watch" };

/** How far a source is trusted: read in the text, to be verified, or a default of ours. */
export function TrustTag({ trust }: { trust: string }) {
  const { t } = useLanguage();
  return <Tag tone={TRUST[trust] ?? "watch"}>{word(t.claims.trust, trust)}</Tag>;
}
