import { useParams } from "react-router";
import { placeOf } from "../alerts/place";
import type { Verdict } from "../api/types";
import { useNow } from "../app/clock";
import { mayJudgeAlerts } from "../app/roles";
import { moment } from "../format/time";
import { Evidence } from "../ui/evidence";
import { SeverityTag } from "../ui/tag";
import { sitesById } from "./alerts";
import { useToday } from "./day";
import { useDraft } from "./draft";
import type { FieldAlert } from "./entries";
import { distanceTo } from "./nearness";
import { Photos } from "./photos";
import { Back, Choice, Distance, Empty } from "./pieces";
import { useHere } from "./place";
import { useSubmit } from "./submit";
import { useWords } from "./words";

interface Form {
  verdict: Verdict | null;
  reason: string;
  note: string;
  photos: string[];
}

const BLANK: Form = { verdict: null, reason: "", note: "", photos: [] };

export default function Confirm() {
  const { w } = useWords();
  const { alert: id } = useParams();
  const { day } = useToday();
  const alert = day.alerts.find((one) => String(one.id) === id);
  return (
    <div className="field-page">
      <Back to="/inspection/near" title={w.confirm.heading} />
      {alert ? <AlertForm key={alert.id} alert={alert} /> : <Empty title={w.confirm.gone} note={w.confirm.goneNote} />}
    </div>
  );
}

function AlertForm({ alert }: { alert: FieldAlert }) {
  const { w, t, say } = useWords();
  const { day, who } = useToday();
  const { place } = useHere();
  const now = useNow();
  const id = `alert:${String(alert.id)}:${who.username}`;
  const [form, change] = useDraft(id, BLANK);
  const { put, trouble } = useSubmit();
  if (!form) return null;
  const { verdict, reason, note, photos } = form;
  const missing = !verdict ? w.confirm.needVerdict : verdict === "false_alarm" && !reason && note.trim().length < 2 ? w.confirm.needReason : "";
  return (
    <>
      <Evidence sha256={alert.evidence} signature={alert.evidence_signature} alt={say(alert.title)} box={alert.box} boxLabel={say(alert.title)} />
      <div className="field-facts">
        <strong>{say(alert.title)}</strong> <SeverityTag severity={alert.severity} />
        <p>{say(alert.summary)}</p>
        <p className="sub">
          {[say(alert.project_name), placeOf(alert, say), moment(alert.started_at, now)].filter(Boolean).join(" · ")}{" "}
          <Distance metres={distanceTo(sitesById(day.sites)(alert.project), place)} />
        </p>
      </div>
      {alert.verdict && (
        <p className="field-told">
          {w.confirm.already(alert.verdict_by ?? "", t.alerts.verdicts[alert.verdict])}
          {alert.verdict_reason && t.common.bracketed(alert.verdict_reason)} {w.confirm.again}
        </p>
      )}
      {mayJudgeAlerts(who.role) && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (missing || !verdict) return;
            const body = { alert: alert.id, verdict, reason, note: note.trim(), seen_verdict_at: alert.verdict_at };
            void put({ what: "confirmations", title: alert.title, body, photos, draft: id });
          }}
        >
          <h2>{w.confirm.question}</h2>
          <Choice
            name="verdict"
            label={w.confirm.question}
            value={verdict}
            onChange={(chosen) => {
              change({ verdict: chosen, reason: "" });
            }}
            options={[
              { value: "confirmed", label: w.confirm.confirmed, tone: "bad" },
              { value: "false_alarm", label: w.confirm.false_alarm, tone: "good" },
              { value: "cannot_tell", label: w.confirm.cannot_tell },
            ]}
          />
          {verdict && (
            <div className="field-chips" role="group" aria-label={w.confirm.reason}>
              {w.confirm.reasons[verdict].map((text) => (
                <button
                  key={text}
                  type="button"
                  aria-pressed={reason === text}
                  onClick={() => {
                    change({ reason: reason === text ? "" : text });
                  }}
                >
                  {text}
                </button>
              ))}
            </div>
          )}
          <label className="field-label">
            {w.confirm.note}
            <textarea
              value={note}
              rows={2}
              maxLength={1500}
              placeholder={w.confirm.noteHint}
              onChange={(event) => {
                change({ note: event.target.value });
              }}
            />
          </label>
          <Photos
            ids={photos}
            project={alert.project}
            onChange={(ids) => {
              change({ photos: ids });
            }}
          />
          <Send label={w.confirm.submit} missing={missing} trouble={trouble} />
        </form>
      )}
    </>
  );
}

/** The last thing under every form: what is missing, or the button. */
export function Send({ label, missing, trouble }: { label: string; missing: string; trouble: string }) {
  return (
    <div className="field-send">
      {(trouble || missing) && (
        <p role={trouble ? "alert" : undefined} className={trouble ? "field-trouble" : "sub"}>
          {trouble || missing}
        </p>
      )}
      <button type="submit" className="field-button field-button-main" disabled={missing !== ""} data-testid="submit">
        {label}
      </button>
    </div>
  );
}
