import type { Hazard } from "../api/types";
import { useNow } from "../app/clock";
import { ago } from "../format/time";
import { until } from "../format/until";
import { useLanguage } from "../i18n/language";
import { Tag, type Tone } from "../ui/tag";

const TONE: Record<Hazard["state"], Tone> = {
  detected: "watch",
  dismissed: "plain",
  confirmed: "bad",
  notified: "bad",
  rectifying: "watch",
  submitted: "calm",
  recheck_passed: "calm",
  closed: "good",
  look_back: "watch",
  effective: "good",
  reopened: "grave",
};

const ENDED: readonly Hazard["state"][] = ["dismissed", "closed", "effective"];

export function hasEnded({ state }: Pick<Hazard, "state">): boolean {
  return ENDED.includes(state);
}

export function StateTag({ state }: { state: Hazard["state"] }) {
  const { t } = useLanguage();
  return <Tag tone={TONE[state]}>{t.hazards.states[state]}</Tag>;
}

/** What a hazard waits for, and how long still. */
export function HazardClock({ hazard }: { hazard: Pick<Hazard, "clock"> }) {
  const { t } = useLanguage();
  const now = useNow();
  if (!hazard.clock) return null;
  const { name, due } = hazard.clock;
  const late = new Date(due) < now;
  const words = t.desk.agenda.clocks[name];
  return (
    <p className={late ? "hazard-clock late" : "hazard-clock"}>
      {late
        ? t.hazards.passed(words, t.common.lasting(ago(due, now)))
        : t.hazards.waits(words, t.common.lasting(until(due, now)))}
    </p>
  );
}
