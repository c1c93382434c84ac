import { client, take } from "../api/client";
import type { ClaimAction, ClaimDetail, LegalBasis } from "../api/types";
import { minus } from "../format/money";
import type { ActionSpec, Field, Values } from "./actions";
import { money, path, text } from "./action-values";

const reason: Field = { name: "reason", kind: "reason", label: "reason" };
const note: Field = { name: "note", kind: "note", label: "note" };
const basis: Field = { name: "basis", kind: "basis", label: "basis" };
const amount: Field = { name: "amount", kind: "amount", label: "amount" };

function why(values: Values) {
  return { reason: text(values, "reason") };
}

function certificate(values: Values) {
  return { amount: money(values, "amount"), note: text(values, "note") };
}

const certifying: Pick<ActionSpec, "fields" | "initial" | "amount"> = {
  fields: (claim) => [{ ...amount, limit: claim.payable }, note],
  initial: (claim) => ({ amount: claim.payable, note: "" }),
  amount: (_, values) => money(values, "amount"),
};
const reasoned: Pick<ActionSpec, "fields" | "initial" | "amount"> = {
  fields: () => [reason],
  initial: () => ({}),
  amount: (claim) => claim.payable,
};

/** What has still to come back of a clawback that was ordered. */
function outstanding(claim: ClaimDetail) {
  const last = claim.clawbacks.at(-1);
  return last ? minus(last.amount, last.returned) : "0.00";
}

type ProcedureAction = Exclude<
  ClaimAction,
  | "sign"
  | "opinion"
  | "decide"
  | "open_audit"
  | "conclude_audit"
  | "release"
  | "pay_wages"
  | "pay_works"
  | "withdraw"
>;

/** The full procedure's acts: certificates, instruction, objections and clawbacks. */
export const PROCEDURE_ACTIONS: Record<ProcedureAction, ActionSpec> = {
  submit: {
    testId: "claim-submit",
    fields: () => [amount, note],
    initial: (claim) => ({ amount: claim.amount, note: "" }),
    amount: (_, values) => money(values, "amount"),
    send: (claim, values) =>
      take(client.POST("/api/v1/claims/{claim}/submission", { ...path(claim), body: certificate(values) })),
  },
  certify: {
    testId: "claim-certify",
    ...certifying,
    send: (claim, values) =>
      take(client.POST("/api/v1/claims/{claim}/certificate", { ...path(claim), body: certificate(values) })),
  },
  agree: {
    testId: "claim-agree",
    ...certifying,
    send: (claim, values) =>
      take(client.POST("/api/v1/claims/{claim}/owner-certificate", { ...path(claim), body: certificate(values) })),
  },
  return: {
    testId: "claim-return",
    ...reasoned,
    send: (claim, values) =>
      take(client.POST("/api/v1/claims/{claim}/return", { ...path(claim), body: why(values) })),
  },
  reject: {
    testId: "claim-reject",
    ...reasoned,
    send: (claim, values) =>
      take(client.POST("/api/v1/claims/{claim}/rejection", { ...path(claim), body: why(values) })),
  },
  instruct: {
    testId: "claim-instruct",
    fields: () => [],
    initial: () => ({}),
    amount: (claim) => minus(minus(claim.payable, claim.wage_amount), claim.works_paid),
    send: (claim) => take(client.POST("/api/v1/claims/{claim}/instruction", path(claim))),
  },
  cancel_instruction: {
    testId: "claim-cancel-instruction",
    ...reasoned,
    send: (claim, values) =>
      take(client.POST("/api/v1/claims/{claim}/instruction/cancellation", { ...path(claim), body: why(values) })),
  },
  appeal: {
    testId: "claim-appeal",
    fields: () => [reason],
    initial: () => ({}),
    amount: (claim) => claim.hold?.amount ?? null,
    send: (claim, values) =>
      take(
        client.POST("/api/v1/claims/{claim}/appeal", {
          ...path(claim),
          body: { text: text(values, "reason"), evidence: [] },
        }),
      ),
  },
  reply: {
    testId: "claim-reply",
    fields: () => [{ name: "outcome", kind: "decision", label: "decision", choices: ["upheld", "rejected"] }, reason],
    initial: () => ({ outcome: "rejected" }),
    amount: () => null,
    send: (claim, values) =>
      take(
        client.POST("/api/v1/claims/{claim}/appeal/reply", {
          ...path(claim),
          body: { outcome: values["outcome"] === "upheld" ? "upheld" : "rejected", text: text(values, "reason") },
        }),
      ),
  },
  propose_clawback: {
    testId: "clawback-propose",
    fields: (claim) => [{ ...amount, limit: claim.works_paid }, basis, reason],
    initial: () => ({ amount: "", basis: "GOV_INVEST_REG_34" }),
    amount: (_, values) => money(values, "amount"),
    send: (claim, values) =>
      take(
        client.POST("/api/v1/claims/{claim}/clawback", {
          ...path(claim),
          body: { amount: money(values, "amount"), basis: text(values, "basis") as LegalBasis, ...why(values) },
        }),
      ),
  },
  decide_clawback: {
    testId: "clawback-decide",
    fields: () => [{ name: "decision", kind: "decision", label: "decision", choices: ["order", "decline"] }, reason],
    initial: () => ({ decision: "order" }),
    amount: (claim) => claim.clawbacks.at(-1)?.amount ?? null,
    send: (claim, values) =>
      take(
        client.POST("/api/v1/claims/{claim}/clawback/decision", {
          ...path(claim),
          body: { decision: values["decision"] === "order" ? "order" : "decline", ...why(values) },
        }),
      ),
  },
  record_refund: {
    testId: "clawback-refund",
    fields: (claim) => [
      { ...amount, limit: outstanding(claim) },
      { name: "returned_on", kind: "date", label: "date" },
      { name: "bank_reference", kind: "reference", label: "bankReference" },
    ],
    initial: (claim, today) => ({ amount: outstanding(claim), returned_on: today, bank_reference: "" }),
    amount: (_, values) => money(values, "amount"),
    send: (claim, values) =>
      take(
        client.POST("/api/v1/claims/{claim}/clawback/refund", {
          ...path(claim),
          body: {
            amount: money(values, "amount"),
            returned_on: text(values, "returned_on"),
            bank_reference: text(values, "bank_reference"),
          },
        }),
      ),
  },
};
