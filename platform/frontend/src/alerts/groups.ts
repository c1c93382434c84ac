import type { Alert } from "../api/types";

/** Alerts of one kind at one place, newest first; the first stands for them all. */
export interface Group {
  key: string;
  alerts: [Alert, ...Alert[]];
}

/** Alike: same project, kind, device, zone, and all firing or none. Keeps the order of the first of each. */
export function grouped(alerts: Alert[]): Group[] {
  const groups = new Map<string, Group>();
  for (const alert of alerts) {
    const key = [alert.project, alert.kind, alert.device, alert.zone, alert.state === "firing"].join("|");
    const group = groups.get(key);
    if (group) group.alerts.push(alert);
    else groups.set(key, { key, alerts: [alert] });
  }
  return [...groups.values()];
}

/** Every alert for itself. */
export function single(alerts: Alert[]): Group[] {
  return alerts.map((alert) => ({ key: String(alert.id), alerts: [alert] }));
}
