import { useParams } from "react-router";
import { sitesById } from "./alerts";
import { Send } from "./confirm";
import { useOutbox, useToday } from "./day";
import { useDraft } from "./draft";
import type { Bodies, Checklist, Signature, Visit } from "./entries";
import { Photos } from "./photos";
import { Back, Choice, Empty } from "./pieces";
import { isSigned, SignaturePad } from "./signature";
import { useSubmit } from "./submit";
import { useWords } from "./words";

type Found = "good" | "bad" | "not_there";

interface ItemAnswer {
  found?: Found;
  note?: string;
  photos?: string[];
}

interface Form {
  project: string;
  checklist: string;
  answers: Record<string, ItemAnswer>;
  note: string;
  photos: string[];
  signature: Signature;
}

export default function VisitPage() {
  const { w } = useWords();
  const { visit: id } = useParams();
  const { day } = useToday();
  const visit = day.visits.find((one) => String(one.id) === id);
  const open = id === undefined || (visit && !visit.done_by);
  return (
    <div className="field-page">
      <Back to="/inspection" title={w.visit.heading} />
      {open ? <VisitForm key={id} visit={visit} /> : <Empty title={w.visit.gone} />}
    </div>
  );
}

function VisitForm({ visit }: { visit: Visit | undefined }) {
  const { w, say } = useWords();
  const { day, who } = useToday();
  const { photos: kept } = useOutbox();
  const id = `visit:${visit ? String(visit.id) : "new"}:${who.username}`;
  const [form, change] = useDraft<Form>(id, {
    project: visit?.project ?? (day.sites.length === 1 ? (day.sites[0]?.id ?? "") : ""),
    checklist: visit?.checklist ?? "",
    answers: {},
    note: "",
    photos: [],
    signature: { name: who.display_name, strokes: [] },
  });
  const { put, trouble } = useSubmit();
  if (!form) return null;
  const list = day.checklists.find((one) => one.id === form.checklist);
  const site = sitesById(day.sites)(form.project);
  const missing = whatIsMissing(form, list, w);

  function send(filled: Form) {
    const hash = (photo: string) => kept.get(photo)?.sha256;
    const hashes = (ids: string[] = []) => ids.map(hash).filter((one) => one !== undefined);
    const answers = (list?.items ?? []).map(({ id: item }) => {
      const { found = "not_there", note = "", photos = [] } = filled.answers[item] ?? {};
      return found === "bad" ? { item, found, note: note.trim(), photos: hashes(photos) } : { item, found, note: "", photos: [] };
    });
    const body = {
      project: filled.project,
      visit: visit?.id ?? null,
      checklist: list?.id ?? null,
      version: list?.version ?? null,
      answers,
      note: filled.note.trim(),
      photos: hashes(filled.photos),
      signature: filled.signature,
    } satisfies Omit<Bodies["visit-reports"], "done_at" | "place">;
    const name = site?.name ?? { zh: filled.project, en: filled.project };
    const title = visit ? { zh: `${visit.purpose} · ${name.zh}`, en: `${visit.purpose} · ${name.en}` } : name;
    void put({ what: "visit-reports", title, body, photos: allPhotos(filled), draft: id });
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!missing) send(form);
      }}
    >
      {visit && <p className="field-facts">{[visit.purpose, site && say(site.name)].filter(Boolean).join(" · ")}</p>}
      {!visit && (
        <label className="field-label">
          {w.visit.project}
          <select
            value={form.project}
            disabled={allPhotos(form).length > 0}
            onChange={(event) => {
              change({ project: event.target.value });
            }}
          >
            <option value="">{w.visit.pickProject}</option>
            {day.sites.map((one) => (
              <option key={one.id} value={one.id}>
                {say(one.name)}
              </option>
            ))}
          </select>
        </label>
      )}
      <label className="field-label">
        {w.visit.list}
        <select
          value={form.checklist}
          onChange={(event) => {
            change({ checklist: event.target.value, answers: {} });
          }}
        >
          <option value="">{w.visit.noList}</option>
          {day.checklists.map((one) => (
            <option key={one.id} value={one.id}>
              {say(one.name)}
            </option>
          ))}
        </select>
      </label>
      {list && (
        <Items
          list={list}
          answers={form.answers}
          project={form.project}
          onChange={(answers) => {
            change({ answers });
          }}
        />
      )}
      <label className="field-label">
        {w.visit.note}
        <textarea
          value={form.note}
          rows={3}
          maxLength={2000}
          onChange={(event) => {
            change({ note: event.target.value });
          }}
        />
      </label>
      {form.project && (
        <Photos
          ids={form.photos}
          project={form.project}
          onChange={(photos) => {
            change({ photos });
          }}
        />
      )}
      <SignaturePad
        value={form.signature}
        onChange={(signature) => {
          change({ signature });
        }}
      />
      <Send label={w.visit.submit} missing={missing} trouble={trouble} />
    </form>
  );
}

interface ItemsProps {
  list: Checklist;
  answers: Record<string, ItemAnswer>;
  project: string;
  onChange: (answers: Record<string, ItemAnswer>) => void;
}

function Items({ list, answers, project, onChange }: ItemsProps) {
  const { w, say } = useWords();
  const set = (item: string, changes: ItemAnswer) => {
    onChange({ ...answers, [item]: { ...answers[item], ...changes } });
  };
  return (
    <section aria-label={say(list.name)}>
      <ol className="field-items">
        {list.items.map(({ id, text }) => (
          <li key={id}>
            <p id={`item-${id}`}>{say(text)}</p>
            <Choice<Found>
              name={`found-${id}`}
              label={say(text)}
              value={answers[id]?.found ?? null}
              onChange={(found) => {
                set(id, { found });
              }}
              options={[
                { value: "good", label: w.visit.good, tone: "good" },
                { value: "bad", label: w.visit.bad, tone: "bad" },
                { value: "not_there", label: w.visit.not_there },
              ]}
            />
            {answers[id]?.found === "bad" && (
              <div className="field-fault">
                <textarea
                  aria-label={`${w.visit.faultNote} ${say(text)}`}
                  placeholder={w.visit.faultNote}
                  rows={2}
                  maxLength={2000}
                  value={answers[id].note ?? ""}
                  onChange={(event) => {
                    set(id, { note: event.target.value });
                  }}
                />
                {project && (
                  <Photos
                    label={`${w.visit.faultPhotos} ${say(text)}`}
                    ids={answers[id].photos ?? []}
                    project={project}
                    onChange={(photos) => {
                      set(id, { photos });
                    }}
                  />
                )}
              </div>
            )}
          </li>
        ))}
      </ol>
      <button
        type="button"
        className="field-button"
        onClick={() => {
          const good = list.items.filter(({ id }) => !answers[id]?.found).map(({ id }) => [id, { found: "good" }] as const);
          onChange({ ...answers, ...Object.fromEntries(good) });
        }}
      >
        {w.visit.all}
      </button>
      <p className="sub">{w.visit.source(list.source)}</p>
    </section>
  );
}

function allPhotos({ photos, answers }: Form): string[] {
  return [...photos, ...Object.values(answers).flatMap((answer) => bad(answer)?.photos ?? [])];
}

function bad(answer: ItemAnswer | undefined): ItemAnswer | null {
  return answer?.found === "bad" ? answer : null;
}

function whatIsMissing(form: Form, list: Checklist | undefined, w: ReturnType<typeof useWords>["w"]): string {
  if (!form.project) return w.visit.pickProject;
  const items = list?.items ?? [];
  const left = items.filter(({ id }) => !form.answers[id]?.found).length;
  if (left > 0) return w.visit.left(String(left));
  const faults = items.map(({ id }) => bad(form.answers[id])).filter((one) => one !== null);
  const unsaid = faults.filter(({ note = "", photos = [] }) => note.trim() === "" && photos.length === 0).length;
  if (unsaid > 0) return w.visit.faultsOpen(String(unsaid));
  return isSigned(form.signature) ? "" : w.signature.need;
}
