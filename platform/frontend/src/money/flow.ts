import type { ClaimDetail } from "../api/types";

export type StepName =
  | "filed"
  | "checked"
  | "opinion"
  | "decision"
  | "audit"
  | "conclusion"
  | "release"
  | "payment";

export interface Step {
  name: StepName;
  status: "done" | "current" | "waiting" | "skipped";
  who: string | null;
  at: string | null;
}

interface Fact {
  done: boolean;
  who?: string | null | undefined;
  at?: string | null | undefined;
}

/**
 * The steps of a claim in order, with who did each and when. A step passed over is skipped, the
 * first one neither done nor passed over is current. Without a hold, the steps of a hold are left out.
 */
export function flowOf(claim: ClaimDetail): Step[] {
  const facts = factsOf(claim);
  const names = (Object.keys(facts) as StepName[]).filter((name) => claim.hold !== null || !HOLD_ONLY.has(name));
  const last = names.findLastIndex((name) => facts[name].done);
  const over = OVER.has(claim.state);
  let current = false;
  return names.map((name, index) => {
    const { done, who = null, at = null } = facts[name];
    if (done) return { name, status: "done", who, at };
    if (index < last || over || (claim.hold?.state === "decided_release" && HOLD_ONLY.has(name))) {
      return { name, status: "skipped", who: null, at: null };
    }
    const status = current ? "waiting" : "current";
    current = true;
    return { name, status, who: null, at: null };
  });
}

const OVER: ReadonlySet<ClaimDetail["state"]> = new Set([
  "paid",
  "settled",
  "reconciled",
  "clawback",
  "rejected",
  "withdrawn",
]);
const HOLD_ONLY: ReadonlySet<StepName> = new Set(["opinion", "decision", "audit", "conclusion", "release"]);

function factsOf(claim: ClaimDetail): Record<StepName, Fact> {
  const { hold, audit_case: audit, timeline } = claim;
  const opinion = claim.opinions.at(-1);
  const release = timeline.findLast(({ action }) => /release/.test(action) && !/decid|decision/.test(action));
  const released = hold !== null && /[1-9]/.test(hold.released);
  const works = claim.payments.findLast(({ amount, wage_amount }) => amount !== wage_amount);
  return {
    filed: { done: true, who: claim.filed_by, at: claim.filed_at },
    checked: { done: claim.evaluated_at !== null, at: claim.evaluated_at },
    opinion: { done: opinion !== undefined, who: opinion?.by, at: opinion?.at },
    decision: { done: hold?.decided_at != null, who: hold?.decided_by, at: hold?.decided_at },
    audit: { done: audit !== null, who: audit?.opened_by, at: audit?.opened_at },
    conclusion: { done: audit?.concluded_at != null, who: audit?.concluded_by, at: audit?.concluded_at },
    release: { done: released, who: release?.who, at: release?.at },
    payment: { done: works !== undefined, at: works?.paid_on },
  };
}
