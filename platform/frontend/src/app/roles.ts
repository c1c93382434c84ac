import type { Role } from "../api/types";

/** Who may open what; the server enforces it, this only spares people a refusal. */
const SEES_ALL_BUT_PANEL: readonly Role[] = [
  "supervisor",
  "inspector",
  "department",
  "chief_supervisor",
  "finance",
  "auditor",
  "admin",
];

export const MAY_SEE = {
  live: SEES_ALL_BUT_PANEL,
  alerts: SEES_ALL_BUT_PANEL,
  hazards: SEES_ALL_BUT_PANEL,
  claims: SEES_ALL_BUT_PANEL,
  rules: SEES_ALL_BUT_PANEL,
  reports: SEES_ALL_BUT_PANEL,
  setup: SEES_ALL_BUT_PANEL,
  inspection: ["supervisor", "inspector", "chief_supervisor", "department"],
  auditLog: ["supervisor", "finance", "auditor", "admin"],
} satisfies Record<string, readonly Role[]>;

export type Area = keyof typeof MAY_SEE;

export function maySee(role: Role, area: Area): boolean {
  return (MAY_SEE[area] as readonly Role[]).includes(role);
}

export function mayJudgeAlerts(role: Role): boolean {
  return role === "supervisor" || role === "inspector" || role === "chief_supervisor";
}

export function maySilence(role: Role): boolean {
  return role === "supervisor" || role === "admin";
}

export function mayFileClaims(role: Role): boolean {
  return role === "department";
}

/** Zones and thresholds of cameras; agents' keys are the administrator's alone. */
export function maySetUp(role: Role): boolean {
  return role === "supervisor" || role === "admin";
}
