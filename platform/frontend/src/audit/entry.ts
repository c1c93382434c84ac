import type { AuditEntry } from "../api/types";
import { toFen, yuan } from "../format/money";
import { word } from "../i18n/language";
import type { Dictionary } from "../i18n/zh";
import { asPercent, asShare } from "../ui/bar";

/** What people call the things an entry names by id. */
export interface Names {
  projects: Record<string, string>;
  /** Milestones and work items, as `project/id`. */
  parts: Record<string, string>;
  rules: Record<string, string>;
}

/** A field of an entry: in words, or as it was recorded when it is a whole record. */
export interface Said {
  name: string;
  text: string;
  record: boolean;
}

const AMOUNTS = new Set([
  "amount", "contract_sum", "hold", "payable_works", "recommended", "reduction", "remaining", "wage_amount", "wages",
]);
const PERCENTS = new Set(["percent", "claimed_percent"]);
const PARTS = new Set(["milestone", "work_item"]);

/** The fields of an entry's detail in words; empty ones are left out. A field or value without
 * words of its own is shown as it was recorded. */
export function saidOf(entry: AuditEntry, names: Names, t: Dictionary): Said[] {
  const project = projectOf(entry);
  return Object.entries(entry.detail).flatMap(([field, value]) => {
    const text = written(field, value, project, names, t);
    const record = typeof value === "object" && field !== "rules";
    return text === "" ? [] : [{ name: word(t.auditLog.fields, field), text, record }];
  });
}

function written(field: string, value: unknown, project: string, names: Names, t: Dictionary): string {
  if (value === null || (Array.isArray(value) && value.length === 0)) return "";
  if (field === "rules" && Array.isArray(value)) return value.map((rule) => names.rules[String(rule)] ?? String(rule)).join(t.common.and);
  if (typeof value === "object") return JSON.stringify(value, null, 1);
  const text = String(value);
  if (AMOUNTS.has(field) && toFen(text) !== null) return yuan(text);
  if (PERCENTS.has(field)) return asPercent(Number(value));
  if (field === "risk") return asShare(Number(value));
  if (field === "project") return names.projects[text] ?? text;
  if (PARTS.has(field)) return names.parts[`${project}/${text}`] ?? text;
  return word(tableOf(field, t), text);
}

function tableOf(field: string, t: Dictionary): Record<string, string> {
  const tables: Record<string, Record<string, string>> = {
    accepted: { true: t.common.yes, false: t.common.no },
    basis: t.claims.bases,
    decision: { hold: t.claims.form.hold, release: t.claims.form.noHold },
    kind: t.kinds,
    purpose: t.claims.purposes,
    role: t.roles,
    severity: t.severity,
    state: t.claims.states,
    verdict: t.alerts.verdicts,
    was: t.claims.holdStates,
  };
  return tables[field] ?? {};
}

/** The project an entry is about, or the empty string. */
export function projectOf({ subject, detail }: AuditEntry): string {
  const [kind, id = ""] = halves(subject, ":");
  if (kind === "project") return id;
  if (kind === "milestone" || kind === "agent") return halves(id, "/")[0];
  return typeof detail["project"] === "string" ? detail["project"] : "";
}

/** What an entry is about, in words, and where to read on. */
export function subjectOf({ subject }: AuditEntry, names: Names, t: Dictionary): { text: string; to: string | null } {
  const [kind, id = ""] = halves(subject, ":");
  const words = t.auditLog.subjects;
  if (kind === "project") return { text: names.projects[id] ?? id, to: `/projects/${id}` };
  if (kind === "milestone") {
    const project = halves(id, "/")[0];
    return { text: `${names.projects[project] ?? project} · ${names.parts[id] ?? id}`, to: `/projects/${project}` };
  }
  if (kind === "agent") {
    const [project, agent = ""] = halves(id, "/");
    return { text: `${names.projects[project] ?? project} · ${agent}`, to: `/projects/${project}` };
  }
  if (kind === "claim") return { text: words.claim(id), to: `/claims/${id}` };
  if (kind === "alert") return { text: words.alert(id), to: `/alerts?open=${id}` };
  if (kind === "hazard") return { text: words.hazard(id), to: null };
  if (kind === "account") return { text: words.account(id), to: null };
  return { text: subject, to: null };
}

function halves(text: string, mark: string): [string, string?] {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
