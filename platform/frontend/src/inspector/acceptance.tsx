import { Link, useParams } from "react-router";
import { Tag, type Tone } from "../ui/tag";
import { Send } from "./confirm";
import { useToday } from "./day";
import { useDraft } from "./draft";
import type { FieldMilestone, Signature, Site } from "./entries";
import { distanceTo, nearestFirst } from "./nearness";
import { Photos } from "./photos";
import { Back, Distance, Empty } from "./pieces";
import { useHere } from "./place";
import { isSigned, SignaturePad } from "./signature";
import { useSubmit } from "./submit";
import { useWords } from "./words";

const TONE: Record<FieldMilestone["status"], Tone> = { planned: "plain", claimed: "calm", accepted: "good", rejected: "bad" };

/** Milestones not accepted yet, nearest site first. */
export function AcceptanceList() {
  const { w, say } = useWords();
  const { day } = useToday();
  const { place } = useHere();
  const sites = nearestFirst(day.sites, (site) => site, place).filter(({ milestones }) => milestones.some(isOpen));
  return (
    <div className="field-page">
      <h1>{w.accept.heading}</h1>
      {sites.length === 0 ? <Empty title={w.accept.none} note={w.accept.noneNote} /> : <p className="sub">{w.accept.pick}</p>}
      {sites.map((site) => (
        <section key={site.id} aria-label={say(site.name)}>
          <h2>
            {say(site.name)} <Distance metres={distanceTo(site, place)} />
          </h2>
          <ul className="field-list">
            {site.milestones.filter(isOpen).map((milestone) => (
              <li key={milestone.id}>
                <Link className="field-card" to={`/inspection/acceptance/${site.id}/${milestone.id}`} data-testid="milestone">
                  <span className="field-card-text">
                    <strong>{say(milestone.name)}</strong>
                    <span className="field-tags">
                      <Tag tone={TONE[milestone.status]}>{w.accept.statuses[milestone.status]}</Tag>
                      <span className="sub">{w.accept.due(milestone.due)}</span>
                      {milestone.asked_by && <span className="sub">{w.accept.asked(milestone.asked_by)}</span>}
                    </span>
                  </span>
                </Link>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

function isOpen({ status }: FieldMilestone): boolean {
  return status !== "accepted";
}

export function AcceptancePage() {
  const { w } = useWords();
  const { project, milestone: id } = useParams();
  const { day } = useToday();
  const site = day.sites.find((one) => one.id === project);
  const milestone = site?.milestones.find((one) => one.id === id);
  return (
    <div className="field-page">
      <Back to="/inspection/acceptance" title={w.accept.heading} />
      {site && milestone && isOpen(milestone) ? (
        <AcceptanceForm key={`${site.id}/${milestone.id}`} site={site} milestone={milestone} />
      ) : (
        <Empty title={w.accept.none} note={w.accept.noneNote} />
      )}
    </div>
  );
}

interface Form {
  note: string;
  photos: string[];
  signature: Signature;
}

function AcceptanceForm({ site, milestone }: { site: Site; milestone: FieldMilestone }) {
  const { w, say } = useWords();
  const { who } = useToday();
  const id = `acceptance:${site.id}/${milestone.id}:${who.username}`;
  const [form, change] = useDraft<Form>(id, { note: "", photos: [], signature: { name: who.display_name, strokes: [] } });
  const { put, trouble } = useSubmit();
  const { status } = milestone;
  if (!form || status === "accepted") return null;
  const missing = form.photos.length === 0 ? w.accept.needPhoto : isSigned(form.signature) ? "" : w.signature.need;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (missing) return;
        const body = { project: site.id, milestone: milestone.id, seen_status: status, note: form.note.trim(), signature: form.signature };
        const title = { zh: `${site.name.zh} · ${milestone.name.zh}`, en: `${site.name.en} · ${milestone.name.en}` };
        void put({ what: "acceptance-requests", title, body, photos: form.photos, draft: id });
      }}
    >
      <div className="field-facts">
        <strong>{say(milestone.name)}</strong> <Tag tone={TONE[status]}>{w.accept.statuses[status]}</Tag>
        <p className="sub">
          {say(site.name)} · {w.accept.due(milestone.due)}
        </p>
      </div>
      <p className="field-told">{who.role === "department" ? w.accept.claims : w.accept.supports}</p>
      <Photos
        ids={form.photos}
        project={site.id}
        onChange={(photos) => {
          change({ photos });
        }}
      />
      <label className="field-label">
        {w.accept.note}
        <textarea
          value={form.note}
          rows={3}
          maxLength={2000}
          onChange={(event) => {
            change({ note: event.target.value });
          }}
        />
      </label>
      <SignaturePad
        value={form.signature}
        onChange={(signature) => {
          change({ signature });
        }}
      />
      <Send label={w.accept.submit} missing={missing} trouble={trouble} />
    </form>
  );
}
