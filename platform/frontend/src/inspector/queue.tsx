import { useEffect, useState } from "react";
import { useNow } from "../app/clock";
import { moment } from "../format/time";
import { Tag, type Tone } from "../ui/tag";
import { Conflict } from "./conflict";
import { queueChanged, useOutbox, useToday } from "./day";
import type { Act, Photo, State } from "./entries";
import { Empty } from "./pieces";
import { dropAct, keepAct } from "./store";
import { useWords } from "./words";

const TONE: Record<State, Tone> = { waiting: "watch", sending: "calm", sent: "good", refused: "bad", conflict: "grave" };
const OPEN_FIRST: readonly State[] = ["conflict", "refused", "sending", "waiting", "sent"];

export default function Queue() {
  const { w, t } = useWords();
  const { who } = useToday();
  const { acts, send } = useOutbox();
  const mine = acts
    .filter(({ owner }) => owner === who.username)
    .sort((a, b) => OPEN_FIRST.indexOf(a.state) - OPEN_FIRST.indexOf(b.state) || b.made_at.localeCompare(a.made_at));
  const sent = mine.filter(({ state }) => state === "sent");
  return (
    <div className="field-page">
      <h1>{w.queue.heading}</h1>
      {mine.length === 0 && <Empty title={w.queue.none} note={w.queue.noneNote} />}
      {mine.some(({ state }) => state === "waiting") && (
        <button type="button" className="field-button field-button-main" onClick={send}>
          {w.queue.sendNow}
        </button>
      )}
      <ul className="field-list">
        {mine.map((act) => (
          <li key={act.key}>
            <Entry act={act} />
          </li>
        ))}
      </ul>
      {sent.length > 0 && (
        <button type="button" className="field-button" onClick={() => void Promise.all(sent.map(dropAct)).then(queueChanged)}>
          {w.queue.clearSent}
          {t.common.bracketed(String(sent.length))}
        </button>
      )}
      <Room />
    </div>
  );
}

function Entry({ act }: { act: Act }) {
  const { w, say } = useWords();
  const { photos } = useOutbox();
  const now = useNow();
  const mine = act.photos.map((id) => photos.get(id)).filter((photo) => photo !== undefined);
  const arrived = mine.filter(({ state }) => state === "sent").length;
  const moving = act.state === "sending" || act.state === "waiting" ? share(mine) : null;
  return (
    <article className={`field-card field-entry field-entry-${act.state}`} data-testid={`entry-${act.state}`}>
      <span className="field-card-text">
        <span className="field-tags">
          <Tag tone={TONE[act.state]}>{w.queue.states[act.state]}</Tag>
          <span className="sub">{w.queue.whats[act.what]}</span>
        </span>
        <strong>{say(act.title)}</strong>
        <span className="sub">{act.answered_at ? w.queue.answered(moment(act.answered_at, now)) : w.queue.made(moment(act.made_at, now))}</span>
        {mine.length > 0 && <span className="sub">{w.queue.photosSent(String(arrived), String(mine.length))}</span>}
        {moving !== null && moving > 0 && (
          <>
            <progress value={moving} max={100} aria-label={w.queue.progress(String(moving))} />
            <span className="sub">{w.queue.progress(String(moving))}</span>
          </>
        )}
        <Why act={act} />
      </span>
      {act.state === "conflict" && <Conflict act={act} />}
      {act.state === "refused" && <Refused act={act} />}
    </article>
  );
}

/** Percent of the bytes of an act's photos that have arrived; null without any. */
function share(photos: Photo[]): number | null {
  const size = photos.reduce((sum, photo) => sum + photo.size, 0);
  const arrived = photos.reduce((sum, photo) => sum + (photo.state === "sent" ? photo.size : photo.offset), 0);
  return size === 0 ? null : Math.floor((100 * arrived) / size);
}

/** The server's own reason, or why it has not been asked. */
function Why({ act }: { act: Act }) {
  const { w } = useWords();
  const { failure, state } = act;
  if (!failure) return null;
  const own = w.queue.codes[failure.code];
  const server = [failure.message, failure.remedy, ...Object.values(failure.fields)].filter(Boolean).join("。");
  const lost = failure.code === "unreachable" ? w.queue.lost : w.queue.busy;
  return <p className={state === "waiting" ? "sub" : "field-trouble"}>{own ?? (state === "waiting" ? lost : server)}</p>;
}

function Refused({ act }: { act: Act }) {
  const { w } = useWords();
  const { send } = useOutbox();
  return (
    <div className="field-row">
      <Drop act={act} label={w.queue.drop} />
      <button
        type="button"
        className="field-button"
        onClick={() => {
          void keepAct({ ...act, state: "waiting", failure: null }).then(() => {
            queueChanged();
            send();
          });
        }}
      >
        {w.queue.again}
      </button>
    </div>
  );
}

/** What cannot be brought back is asked for twice. */
export function Drop({ act, label }: { act: Act; label: string }) {
  const { w } = useWords();
  const [sure, setSure] = useState(false);
  return (
    <button
      type="button"
      className={sure ? "field-button field-button-bad" : "field-button"}
      onBlur={() => {
        setSure(false);
      }}
      onClick={() => {
        if (sure) void dropAct(act).then(queueChanged);
        else setSure(true);
      }}
    >
      {sure ? w.queue.dropSure : label}
    </button>
  );
}

const MB = 1024 * 1024;
const LOW = 60 * MB;

/** How much this phone lets us keep. */
function Room() {
  const { w } = useWords();
  const { acts } = useOutbox();
  const [room, setRoom] = useState<{ used: number; free: number } | null>(null);
  useEffect(() => {
    void navigator.storage?.estimate?.().then(({ usage = 0, quota = 0 }) => {
      setRoom({ used: usage, free: quota - usage });
    });
  }, [acts]);
  if (!room) return null;
  return (
    <p className={room.free < LOW ? "field-trouble" : "sub"} role={room.free < LOW ? "alert" : undefined}>
      {room.free < LOW ? `${w.queue.roomLow}。` : ""}
      {w.queue.room((room.used / MB).toFixed(1), Math.round(room.free / MB).toString())}
    </p>
  );
}
