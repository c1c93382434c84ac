import type { Alert } from "../api/types";

type Words = NonNullable<Alert["device_name"]>;

/** Where an alert is, empty for one about a whole project: names, and ids the project does not know. */
export function placeOf(alert: Alert, say: (words: Words) => string): string {
  const named = (words: Words | null, id: string | null) => (words ? say(words) : id);
  return [named(alert.device_name, alert.device), named(alert.zone_name, alert.zone)].filter(Boolean).join(" / ");
}
