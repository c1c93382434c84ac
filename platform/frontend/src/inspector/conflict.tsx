import { queueChanged, useOutbox } from "./day";
import type { Act, Bodies, FieldAlert, FieldMilestone, Visit, What } from "./entries";
import { Drop } from "./queue";
import { replaceAct } from "./store";
import { useWords } from "./words";

/**
 * Somebody was faster. Theirs stands; ours is sent only by somebody who has read theirs, as a new
 * act that says so.
 */
export function Conflict({ act }: { act: Act }) {
  const { w, t } = useWords();
  const { send } = useOutbox();
  const next = knowing(act);
  const mine = "verdict" in act.body ? t.alerts.verdicts[act.body.verdict] : null;
  return (
    <div className="field-conflict" data-testid="conflict">
      <dl>
        <dt>{w.queue.present}</dt>
        <dd data-testid="present">
          <Present act={act} />
        </dd>
        {mine && (
          <>
            <dt>{w.queue.mine}</dt>
            <dd>{mine}</dd>
          </>
        )}
      </dl>
      <div className="field-row">
        <Drop act={act} label={w.queue.keepTheirs} />
        {next && (
          <button
            type="button"
            className="field-button"
            onClick={() => {
              void replaceAct(act.key, next).then(() => {
                queueChanged();
                send();
              });
            }}
          >
            {act.what === "visit-reports" ? w.queue.asFree : w.queue.sendMine}
          </button>
        )}
      </div>
    </div>
  );
}

function Present({ act }: { act: Act }) {
  const { w, t } = useWords();
  if (act.what === "confirmations") {
    const { verdict, verdict_by, verdict_reason } = act.present as FieldAlert;
    if (!verdict) return null;
    return (
      <>
        {w.queue.presentVerdict(verdict_by ?? "", t.alerts.verdicts[verdict])}
        {verdict_reason && t.common.bracketed(verdict_reason)}
      </>
    );
  }
  if (act.what === "visit-reports") {
    const { done_by } = act.present as Visit;
    return done_by ? w.queue.presentVisit(done_by) : w.queue.presentOff;
  }
  return w.queue.presentMilestone(w.accept.statuses[(act.present as FieldMilestone).status]);
}

/** The same act by somebody who has seen how things stand; null where nothing is left to do. */
function knowing(act: Act): Act | null {
  const again = { ...act, key: crypto.randomUUID(), state: "waiting" as const, failure: null, present: null };
  const with_ = <W extends What>(body: Bodies[W]): Act => ({ ...again, body }) as Act;
  switch (act.what) {
    case "confirmations": {
      const { verdict_at } = act.present as FieldAlert;
      return with_<"confirmations">({ ...(act.body as Bodies["confirmations"]), seen_verdict_at: verdict_at });
    }
    case "visit-reports":
      return with_<"visit-reports">({ ...(act.body as Bodies["visit-reports"]), visit: null });
    case "acceptance-requests": {
      const { status } = act.present as FieldMilestone;
      if (status === "accepted") return null;
      return with_<"acceptance-requests">({ ...(act.body as Bodies["acceptance-requests"]), seen_status: status });
    }
  }
}
