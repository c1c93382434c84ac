import { describe, expect, it } from "vitest";
import type { AuditEntry } from "../src/api/types";
import { projectOf, saidOf, subjectOf, type Names } from "../src/audit/entry";
import { en } from "../src/i18n/en";
import { zh } from "../src/i18n/zh";

const NAMES: Names = {
  projects: { kindergarten: "晨曦幼儿园扩建工程" },
  parts: { "kindergarten/topping-out": "主体封顶", "kindergarten/main-block": "教学楼" },
  rules: { "FR-01": "超进度付款", "FR-02": "未验收先付款" },
};

function entry(action: string, subject: string, detail: Record<string, unknown>): AuditEntry {
  return { seq: 1, at: "2026-11-24T10:00:00Z", who: "finance", role: "finance", action, subject, detail, hash: "0".repeat(64) };
}

function lines(logged: AuditEntry): string[] {
  return saidOf(logged, NAMES, zh).map(({ name, text }) => `${name} ${text}`);
}

describe("an entry of the audit log in words", () => {
  it("says a claim's amounts, shares and parts", () => {
    const filed = entry("claim.file", "claim:9", {
      amount: "2900000.00",
      claimed_percent: 60,
      milestone: "topping-out",
      project: "kindergarten",
      wage_amount: "580000.00",
    });
    expect(lines(filed)).toEqual([
      "金额 ¥ 2,900,000.00",
      "申报进度 60%",
      "里程碑 主体封顶",
      "项目 晨曦幼儿园扩建工程",
      "其中工资 ¥ 580,000.00",
    ]);
  });

  it("says rules, states and the law by name", () => {
    const recommended = entry("hold.recommend", "claim:9", { basis: "BUDGET_IMPL_57_3", rules: ["FR-01", "FR-02"], state: "held" });
    expect(lines(recommended)).toEqual([
      "法律依据 《预算法实施条例》第五十七条第三项",
      "红旗 超进度付款、未验收先付款",
      "状态 暂缓中",
    ]);
  });

  it("joins names in English as English does", () => {
    const [rules] = saidOf(entry("hold.recommend", "claim:9", { rules: ["FR-01", "FR-20"] }), NAMES, en);
    expect(rules?.text).toBe("超进度付款, FR-20");
  });

  it("keeps a whole record as it was, and leaves empty fields out", () => {
    const evaluated = entry("claim.evaluate", "claim:9", { claim: { amount: "1.00" }, findings: [], invoice: "", note: null });
    expect(saidOf(evaluated, NAMES, zh)).toEqual([
      { name: "用款申请", text: '{\n "amount": "1.00"\n}', record: true },
    ]);
  });

  it("shows what it has no words for as it was recorded", () => {
    expect(lines(entry("claim.sign", "claim:9", { later_field: "value" }))).toEqual(["later_field value"]);
  });

  it("finds a work item in the project the entry is about", () => {
    const reported = entry("progress.report", "project:kindergarten", { percent: 37.5, work_item: "main-block" });
    expect(projectOf(reported)).toBe("kindergarten");
    expect(lines(reported)).toEqual(["进度 37.5%", "分项工程 教学楼"]);
  });
});

describe("what an entry is about", () => {
  it.each([
    ["claim:9", "用款申请 № 9", "/claims/9"],
    ["alert:3", "预警 № 3", "/alerts?open=3"],
    ["project:kindergarten", "晨曦幼儿园扩建工程", "/projects/kindergarten"],
    ["milestone:kindergarten/topping-out", "晨曦幼儿园扩建工程 · 主体封顶", "/projects/kindergarten"],
    ["agent:kindergarten/agent", "晨曦幼儿园扩建工程 · agent", "/projects/kindergarten"],
    ["hazard:4", "隐患 № 4", null],
    ["account:finance", "账号 finance", null],
    ["something", "something", null],
  ])("%s is named and leads where one can read on", (subject, text, to) => {
    expect(subjectOf(entry("x", subject, {}), NAMES, zh)).toEqual({ text, to });
  });
});
