import type { Severity } from "../api/types";

/** How a person at this computer wants to be told of grave alerts; nothing unless asked for. */
export interface Wishes {
  sound: boolean;
  desktop: boolean;
}

const KEY = "siteward.alarm";
const GRAVE: readonly Severity[] = ["serious", "suspected_major", "major"];

export function wishes(): Wishes {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Wishes>;
    return { sound: kept.sound === true, desktop: kept.desktop === true };
  } catch {
    return { sound: false, desktop: false };
  }
}

export function keepWishes(next: Wishes): void {
  localStorage.setItem(KEY, JSON.stringify(next));
}

export interface Alarm {
  severity: Severity;
  title: string;
  text: string;
  /** Two alarms with one tag replace each other on the desktop. */
  tag: string;
  onOpen: () => void;
}

/** Rings and shows as far as it is wished and allowed; only for what is serious or worse. */
export function raise(alarm: Alarm, wanted: Wishes = wishes()): void {
  if (!GRAVE.includes(alarm.severity)) return;
  if (wanted.sound) void ring();
  if (wanted.desktop) show(alarm);
}

let context: AudioContext | null = null;

/** Two falling tones. Resolves to whether the browser let them sound. */
export async function ring(): Promise<boolean> {
  if (!("AudioContext" in window)) return false;
  context ??= new AudioContext();
  await Promise.race([context.resume(), new Promise((done) => setTimeout(done, 300))]);
  if (context.state !== "running") return false;
  for (const [index, pitch] of [880, 660, 880, 660].entries()) {
    const at = context.currentTime + index * 0.22;
    const tone = context.createOscillator();
    const volume = context.createGain();
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(0.25, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.2);
    tone.connect(volume).connect(context.destination);
    tone.start(at);
    tone.stop(at + 0.21);
  }
  return true;
}

export function canShow(): boolean {
  return "Notification" in window;
}

function show({ title, text, tag, onOpen }: Alarm) {
  if (!canShow() || Notification.permission !== "granted") return;
  const notice = new Notification(title, { body: text, tag, icon: "/logo.svg" });
  notice.onclick = () => {
    window.focus();
    onOpen();
    notice.close();
  };
}
