import { ago, type Ago } from "./time";

/** How long until an instant, in the largest whole unit; the past counts as now. */
export function until(instant: string, now: Date): Ago {
  return ago(2 * now.getTime() - new Date(instant).getTime(), now);
}
