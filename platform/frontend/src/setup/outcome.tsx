import type { AgentSettings } from "../api/types";
import { useNow } from "../app/clock";
import { moment } from "../format/time";
import { useLanguage } from "../i18n/language";
import { Tag, type Tone } from "../ui/tag";

const TONE: Record<AgentSettings["state"], Tone> = { waiting: "calm", sent: "calm", applied: "good", refused: "bad" };

/** What became of the newest settings; a refusal with every reason the agent gave. */
export function Outcome({ settings }: { settings: AgentSettings | null }) {
  const { t } = useLanguage();
  const now = useNow();
  const words = t.rooms.setup;
  if (!settings) return <p className="sub">{words.outcome.none}</p>;
  return (
    <div className="outcome" role="status" data-testid="outcome" data-state={settings.state}>
      <Tag tone={TONE[settings.state]}>{words.outcome[settings.state]}</Tag>
      <span className="sub">
        {words.version(settings.version)} · {words.setBy(settings.set_by, moment(settings.set_at, now))}
      </span>
      {settings.problems.length > 0 && (
        <div className="outcome-problems" role="alert">
          <strong>{t.rooms.editor.problems}</strong>
          <ul>
            {settings.problems.map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
