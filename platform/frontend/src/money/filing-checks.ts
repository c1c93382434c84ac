import type { ProjectDetail } from "../api/types";
import { asLength, fromFen, minus, plus, toFen, type Yuan } from "../format/money";
import { daysUntil } from "../format/time";

export interface Draft {
  milestone?: string;
  amount?: string;
  wage_amount?: string;
  claimed_percent?: string;
  payee_account?: string;
}

export type CheckName =
  | "wageWithin"
  | "withinContract"
  | "wageShare"
  | "withinCeiling"
  | "milestoneAccepted"
  | "payeeMatches"
  | "accountSettled"
  | "percentMatches";

export interface Check {
  name: CheckName;
  /** `block` is refused by the server, `warn` will be flagged, `unknown` waits for input. */
  result: "pass" | "warn" | "block" | "unknown";
}

/** Allowed difference of claimed and camera progress in points, and days an account must rest (FR-21, FR-09). */
const POINTS = 10;
const ACCOUNT_DAYS = 30;

/** What of the contract and its variations is not paid yet. */
export function remaining(project: ProjectDetail): Yuan {
  const { contract } = project;
  return minus(plus(contract.contract_sum, contract.approved_variations), contract.paid);
}

/** A draft claim checked as the server and its fund rules will check it. */
export function checksOf(project: ProjectDetail, draft: Draft, now: Date): Check[] {
  const { contract } = project;
  const amount = toFen(draft.amount ?? "");
  const wage = toFen(draft.wage_amount ?? "");
  const percent = draft.claimed_percent ? Number(draft.claimed_percent) : Number.NaN;
  const milestone = project.milestones.find(({ id }) => id === draft.milestone);
  const left = toFen(remaining(project)) ?? 0n;
  const room = toFen(minus(contract.payable_ceiling, contract.paid)) ?? 0n;
  const changed = contract.payee_account_changed_on;
  const camera = project.camera_percent;
  return [
    { name: "wageWithin", result: amount === null || wage === null ? "unknown" : wage <= amount ? "pass" : "block" },
    { name: "withinContract", result: amount === null ? "unknown" : amount <= left ? "pass" : "block" },
    {
      name: "wageShare",
      result:
        amount === null || wage === null
          ? "unknown"
          : asLength(fromFen(wage)) + 0.005 >= asLength(fromFen(amount)) * contract.wage_share
            ? "pass"
            : "warn",
    },
    { name: "withinCeiling", result: amount === null ? "unknown" : amount <= room ? "pass" : "warn" },
    {
      name: "milestoneAccepted",
      result: milestone === undefined ? "unknown" : milestone.status === "accepted" ? "pass" : "warn",
    },
    {
      name: "payeeMatches",
      result: !draft.payee_account ? "unknown" : draft.payee_account === contract.payee_account ? "pass" : "warn",
    },
    { name: "accountSettled", result: changed && -daysUntil(changed, now) < ACCOUNT_DAYS ? "warn" : "pass" },
    {
      name: "percentMatches",
      result: Number.isNaN(percent) || camera === null ? "unknown" : percent - camera <= POINTS ? "pass" : "warn",
    },
  ];
}
