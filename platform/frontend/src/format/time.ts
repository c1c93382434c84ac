import dayjs, { type Dayjs } from "dayjs";
import utc from "dayjs/plugin/utc";

dayjs.extend(utc);

const SHANGHAI_HOURS = 8;

/** An instant on the clock of the law: Asia/Shanghai (UTC+8, no summer time), wherever the browser is. */
function inShanghai(at: string | Date): Dayjs {
  return dayjs.utc(at).utcOffset(SHANGHAI_HOURS);
}

/** `11-24 16:05`, with the year when it is not this one. */
export function moment(ts: string, now: Date): string {
  const at = inShanghai(ts);
  return at.format(at.year() === inShanghai(now).year() ? "MM-DD HH:mm" : "YYYY-MM-DD HH:mm");
}

/** `2026-11-24 16:05:09`. */
export function exact(ts: string): string {
  return inShanghai(ts).format("YYYY-MM-DD HH:mm:ss");
}

/** Today's date as the API takes it. */
export function today(now: Date): string {
  return inShanghai(now).format("YYYY-MM-DD");
}

export interface Ago {
  count: number;
  unit: "second" | "minute" | "hour" | "day";
}

/** How long ago, in the largest whole unit; the future counts as now. */
export function ago(ts: string | number, now: Date): Ago {
  const seconds = Math.max(0, Math.floor((now.getTime() - new Date(ts).getTime()) / 1000));
  if (seconds < 60) return { count: seconds, unit: "second" };
  if (seconds < 3600) return { count: Math.floor(seconds / 60), unit: "minute" };
  if (seconds < 86_400) return { count: Math.floor(seconds / 3600), unit: "hour" };
  return { count: Math.floor(seconds / 86_400), unit: "day" };
}

/** Whole days from today until a date; negative when it is past. */
export function daysUntil(date: string, now: Date): number {
  return dayjs.utc(date).diff(dayjs.utc(today(now)), "day");
}
