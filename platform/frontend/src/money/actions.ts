import { client, take } from "../api/client";
import type { ClaimAction, ClaimDetail, LegalBasis } from "../api/types";
import { fromFen, minus, plus, toFen, type Yuan } from "../format/money";
import { money, path, text } from "./action-values";
import { PROCEDURE_ACTIONS } from "./procedure-actions";

export type FieldKind = "basis" | "reason" | "note" | "date" | "decision" | "amount" | "payable" | "reference";

export interface Field {
  name: string;
  /** For decisions: what to choose from, keys of the form's words. */
  choices?: readonly ("hold" | "noHold" | "order" | "decline" | "upheld" | "rejected")[];
  kind: FieldKind;
  /** What the field is called, a key of the form's words. */
  label: "basis" | "text" | "reason" | "note" | "date" | "subject" | "decision" | "amount" | "payable" | "bankReference";
  /** For amounts: no more than this. */
  limit?: Yuan;
  /** For amounts: whether nothing at all may be entered. */
  mayBeZero?: boolean;
}

export type Values = Record<string, string>;

export interface ActionSpec {
  testId: string;
  fields: (claim: ClaimDetail) => Field[];
  initial: (claim: ClaimDetail, today: string) => Values;
  /** The money the action is about, shown before it is confirmed; null when it moves none. */
  amount: (claim: ClaimDetail, values: Values) => Yuan | null;
  send: (claim: ClaimDetail, values: Values) => Promise<ClaimDetail>;
}

/** The part of what is asked for now that is not wages. */
export function worksOf(claim: Pick<ClaimDetail, "payable" | "wage_amount">): Yuan {
  return minus(claim.payable, claim.wage_amount);
}

/** Works money that may still go out: all of it but what is held and not released. */
export function worksPayable(claim: ClaimDetail): Yuan {
  const works = minus(worksOf(claim), claim.works_paid);
  const { hold } = claim;
  if (!hold || hold.state === "decided_release") return works;
  return plus(minus(works, hold.amount), hold.released);
}

/** What of a hold is neither released nor reduced yet. */
export function stillHeld(claim: ClaimDetail): Yuan {
  const { hold } = claim;
  if (!hold || hold.state === "decided_release") return "0.00";
  return minus(minus(hold.amount, hold.released), hold.reduced);
}

/** What an audit reduces when it finds this much payable; null while that is no amount. */
export function reductionOf(claim: ClaimDetail, payable: string): Yuan | null {
  const fen = toFen(payable);
  return fen === null ? null : minus(worksOf(claim), fromFen(fen));
}

const reason: Field = { name: "reason", kind: "reason", label: "reason" };
const basis: Field = { name: "basis", kind: "basis", label: "basis" };
const DEFAULT_BASIS: LegalBasis = "BUDGET_IMPL_57_3";

function payment(kind: "wage" | "works"): Pick<ActionSpec, "fields" | "initial"> {
  return {
    fields: () => [
      { name: "paid_on", kind: "date", label: "date" },
      { name: "bank_reference", kind: "reference", label: "bankReference" },
    ],
    initial: (claim, today) => ({
      paid_on: today,
      bank_reference: `${today.replaceAll("-", "")}-${String(claim.id)}-${kind === "wage" ? "GZ" : "GC"}`,
    }),
  };
}

function paymentBody(values: Values) {
  return { paid_on: text(values, "paid_on"), bank_reference: text(values, "bank_reference") };
}

export const ACTIONS: Record<ClaimAction, ActionSpec> = {
  ...PROCEDURE_ACTIONS,
  pay_wages: {
    testId: "pay-wages",
    ...payment("wage"),
    amount: (claim) => claim.wage_amount,
    send: (claim, values) =>
      take(client.POST("/api/v1/claims/{claim}/wage-payment", { ...path(claim), body: paymentBody(values) })),
  },
  sign: {
    testId: "claim-sign",
    fields: () => [
      { name: "signed_on", kind: "date", label: "date" },
      { name: "note", kind: "note", label: "note" },
    ],
    initial: (_, today) => ({ signed_on: today, note: "" }),
    amount: (claim) => worksOf(claim),
    send: (claim, values) =>
      take(
        client.POST("/api/v1/claims/{claim}/signature", {
          ...path(claim),
          body: { signed_on: text(values, "signed_on"), note: text(values, "note") },
        }),
      ),
  },
  opinion: {
    testId: "claim-opinion",
    fields: () => [basis, { ...reason, label: "text" }],
    initial: () => ({ basis: DEFAULT_BASIS }),
    amount: (claim) => claim.hold?.amount ?? null,
    send: (claim, values) =>
      take(
        client.POST("/api/v1/claims/{claim}/opinion", {
          ...path(claim),
          body: { basis: text(values, "basis") as LegalBasis, text: text(values, "reason") },
        }),
      ),
  },
  decide: {
    testId: "claim-decide",
    fields: (claim) => [
      { name: "decision", kind: "decision", label: "decision" },
      { name: "amount", kind: "amount", label: "amount", limit: claim.hold?.amount ?? worksOf(claim) },
      basis,
      reason,
    ],
    initial: (claim) => ({
      decision: "hold",
      amount: claim.hold?.amount ?? worksOf(claim),
      basis: claim.opinions.at(-1)?.basis ?? DEFAULT_BASIS,
    }),
    amount: (_, values) => (values["decision"] === "hold" ? money(values, "amount") : "0.00"),
    send: (claim, values) => {
      const decision = values["decision"] === "hold" ? "hold" : "release";
      return take(
        client.POST("/api/v1/claims/{claim}/decision", {
          ...path(claim),
          body: {
            decision,
            amount: decision === "hold" ? money(values, "amount") : "0.00",
            basis: text(values, "basis") as LegalBasis,
            reason: text(values, "reason"),
          },
        }),
      );
    },
  },
  open_audit: {
    testId: "audit-open",
    fields: () => [{ ...reason, label: "subject" }],
    initial: () => ({}),
    amount: (claim) => claim.hold?.amount ?? null,
    send: (claim, values) =>
      take(client.POST("/api/v1/claims/{claim}/audit", { ...path(claim), body: { subject: text(values, "reason") } })),
  },
  conclude_audit: {
    testId: "audit-conclude",
    fields: (claim) => [
      { name: "payable_works", kind: "payable", label: "payable", limit: worksOf(claim), mayBeZero: true },
      reason,
    ],
    initial: () => ({ payable_works: "" }),
    amount: (_, values) => money(values, "payable_works"),
    send: (claim, values) =>
      take(
        client.POST("/api/v1/claims/{claim}/audit/conclusion", {
          ...path(claim),
          body: { payable_works: money(values, "payable_works"), reason: text(values, "reason") },
        }),
      ),
  },
  release: {
    testId: "claim-release",
    fields: (claim) => [{ name: "amount", kind: "amount", label: "amount", limit: stillHeld(claim) }, reason],
    initial: (claim) => ({ amount: claim.audit_case?.payable_works ?? stillHeld(claim) }),
    amount: (_, values) => money(values, "amount"),
    send: (claim, values) =>
      take(
        client.POST("/api/v1/claims/{claim}/release", {
          ...path(claim),
          body: { amount: money(values, "amount"), reason: text(values, "reason") },
        }),
      ),
  },
  pay_works: {
    testId: "pay-works",
    ...payment("works"),
    amount: (claim) => worksPayable(claim),
    send: (claim, values) =>
      take(client.POST("/api/v1/claims/{claim}/works-payment", { ...path(claim), body: paymentBody(values) })),
  },
  withdraw: {
    testId: "claim-withdraw",
    fields: () => [],
    initial: () => ({}),
    amount: (claim) => claim.amount,
    send: (claim) => take(client.POST("/api/v1/claims/{claim}/withdrawal", path(claim))),
  },
};
