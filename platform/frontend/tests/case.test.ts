import { describe, expect, it } from "vitest";
import { ACTIONS, reductionOf, stillHeld, worksOf, worksPayable } from "../src/money/actions";
import { flowOf } from "../src/money/flow";
import { hold, kindergartenClaim } from "./kindergarten";

const statuses = (claim: ReturnType<typeof kindergartenClaim>) => flowOf(claim).map(({ name, status }) => `${name} ${status}`);

describe("the money of a held claim", () => {
  it("never counts wages among works", () => {
    expect(worksOf(kindergartenClaim())).toBe("2320000.00");
  });

  it("pays nothing of the works part while all of it is held", () => {
    expect(worksPayable(kindergartenClaim())).toBe("0.00");
  });

  it("pays what is released, and no more once it is paid", () => {
    const released = hold({ state: "reduced", released: "215000.00", reduced: "2105000.00" });
    expect(worksPayable(kindergartenClaim({ hold: released }))).toBe("215000.00");
    expect(worksPayable(kindergartenClaim({ hold: released, works_paid: "215000.00" }))).toBe("0.00");
    expect(stillHeld(kindergartenClaim({ hold: released }))).toBe("0.00");
  });

  it("pays the undisputed part beside a partial hold", () => {
    expect(worksPayable(kindergartenClaim({ hold: hold({ amount: "2000000.00" }) }))).toBe("320000.00");
  });

  it("pays all works when there is no hold or finance decided against one", () => {
    expect(worksPayable(kindergartenClaim({ hold: null }))).toBe("2320000.00");
    expect(worksPayable(kindergartenClaim({ hold: hold({ state: "decided_release" }) }))).toBe("2320000.00");
  });

  it("reckons the reduction as the auditor types", () => {
    expect(reductionOf(kindergartenClaim(), "215000")).toBe("2105000.00");
    expect(reductionOf(kindergartenClaim(), "215000.")).toBeNull();
    expect(reductionOf(kindergartenClaim(), "")).toBeNull();
  });
});

describe("an action's form", () => {
  it("offers finance the recommended hold and the basis of the supervisor's opinion", () => {
    const opinion = { by: "supervisor", at: "2026-11-24T09:00:00Z", basis: "GOV_INVEST_REG_34", text: "建议暂缓" };
    const initial = ACTIONS.decide.initial(kindergartenClaim({ opinions: [opinion] }), "2026-11-24");
    expect(initial).toEqual({ decision: "hold", amount: "2320000.00", basis: "GOV_INVEST_REG_34" });
  });

  it("offers the release the audit found payable", () => {
    const audit = {
      opened_by: "auditor",
      opened_at: "2026-11-24T10:00:00Z",
      subject: "核查",
      payable_works: "215000.00",
      reduction: "2105000.00",
      concluded_by: "auditor",
      concluded_at: "2026-11-24T11:00:00Z",
      reason: "按核定量",
    };
    expect(ACTIONS.release.initial(kindergartenClaim({ audit_case: audit }), "")).toEqual({ amount: "215000.00" });
  });

  it("does not let a hold be more than was recommended", () => {
    const amount = ACTIONS.decide.fields(kindergartenClaim()).find(({ kind }) => kind === "amount");
    expect(amount?.limit).toBe("2320000.00");
  });
});

describe("the flow of a claim", () => {
  it("waits for the opinion first when a hold is recommended", () => {
    expect(statuses(kindergartenClaim())).toEqual([
      "filed done",
      "checked done",
      "opinion current",
      "decision waiting",
      "audit waiting",
      "conclusion waiting",
      "release waiting",
      "payment waiting",
    ]);
  });

  it("shows an opinion nobody gave as passed over once finance has decided", () => {
    const decided = hold({ state: "decided_hold", decided_by: "finance", decided_at: "2026-11-24T10:00:00Z" });
    expect(statuses(kindergartenClaim({ hold: decided })).slice(2, 5)).toEqual([
      "opinion skipped",
      "decision done",
      "audit current",
    ]);
  });

  it("goes straight to the payment when nothing is held", () => {
    expect(statuses(kindergartenClaim({ hold: null, flags: [] }))).toEqual([
      "filed done",
      "checked done",
      "payment current",
    ]);
  });

  it("does not take a wage payment for the payment of the works", () => {
    const wages = {
      id: 1,
      amount: "580000.00",
      wage_amount: "580000.00",
      paid_on: "2026-11-24",
      payee_account: "x",
      bank_reference: "y",
      purpose: "wages",
      claim: 7,
    };
    expect(statuses(kindergartenClaim({ hold: null, payments: [wages] })).at(-1)).toBe("payment current");
  });
});
