import type { ClaimDetail, Hold } from "../src/api/types";

/** The kindergarten's claim as it stands once a hold is recommended. */
export function kindergartenClaim(changes: Partial<ClaimDetail> = {}): ClaimDetail {
  return {
    id: 7,
    project: "kindergarten",
    project_name: { zh: "幼儿园扩建", en: "Kindergarten extension" },
    title: "主体封顶进度款",
    milestone: "topping-out",
    amount: "2900000.00",
    wage_amount: "580000.00",
    claimed_percent: 68.75,
    claimed_on: "2026-11-24",
    state: "held",
    risk: 0.98,
    flags: ["FR-01", "FR-02", "FR-09", "FR-19", "FR-21"],
    hold_state: "recommended",
    held: "2320000.00",
    wage_paid: "0.00",
    works_paid: "0.00",
    payee_account: "6222-0001",
    invoice: "",
    filed_by: "department",
    filed_at: "2026-11-24T08:00:00Z",
    signed_by: null,
    signed_on: null,
    evaluated_at: "2026-11-24T08:00:10Z",
    findings: [],
    hold: hold(),
    opinions: [],
    audit_case: null,
    payments: [],
    comparison: { claimed: 68.75, accepted: 43.75, camera: 45, coverage: 0.76, paid: 32.5, paid_with_claim: 68.75 },
    timeline: [],
    allowed_actions: [],
    ...changes,
  } as ClaimDetail;
}

export function hold(changes: Partial<Hold> = {}): Hold {
  return {
    state: "recommended",
    amount: "2320000.00",
    wage_excluded: "580000.00",
    basis: "BUDGET_IMPL_57_3",
    recommended_by: "siteward",
    recommended_at: "2026-11-24T08:00:10Z",
    decided_by: null,
    decided_at: null,
    reason: null,
    review_due: "2026-12-03",
    released: "0.00",
    reduced: "0.00",
    ...changes,
  };
}
