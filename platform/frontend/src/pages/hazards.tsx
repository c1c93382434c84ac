import { Button, Modal, Segmented, Select } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { agenda, hazards, overview } from "../api/queries";
import type { Hazard } from "../api/types";
import { HazardDrawer } from "../hazards/drawer";
import { RecordForm } from "../hazards/record-form";
import { HazardClock, hasEnded, StateTag } from "../hazards/state";
import { useLanguage, word } from "../i18n/language";
import { Loaded, Notice } from "../ui/state";
import { SeverityTag, Tag } from "../ui/tag";
import "../styles/wall.css";
import "../styles/hazards.css";

const VIEWS = ["open", "mine", "ended", "all"] as const;
type View = (typeof VIEWS)[number];

export default function Hazards() {
  const { t, say } = useLanguage();
  const [params, setParams] = useSearchParams();
  const project = params.get("project");
  const asked = params.get("view") as View | null;
  const view: View = asked && VIEWS.includes(asked) ? asked : "open";
  const query = useQuery(hazards(project ? { project } : {}));
  const { data: cards } = useQuery(overview);
  const { data: waiting } = useQuery(agenda);
  const mine = new Set((waiting?.items ?? []).filter(({ kind }) => kind === "hazard").map(({ id }) => Number(id)));
  const recording = params.get("record");
  const names = new Map((cards?.projects ?? []).map(({ id, name }) => [id, say(name)]));

  function change(changes: Record<string, string | null>) {
    const next = new URLSearchParams(params);
    for (const [name, value] of Object.entries(changes)) {
      if (value) next.set(name, value);
      else next.delete(name);
    }
    setParams(next, { replace: true });
  }

  return (
    <div className="page">
      <div className="page-head">
        <h1>{t.nav.hazards}</h1>
        <span className="sub grow">{t.hazards.intro}</span>
        <Button type="primary" onClick={() => { change({ record: "new" }); }} data-testid="hazard-record">
          {t.hazards.record}
        </Button>
      </div>
      <div className="hazard-filters">
        <Segmented
          aria-label={t.hazards.state}
          value={view}
          options={VIEWS.map((value) => ({ value, label: t.hazards[value] }))}
          onChange={(next) => { change({ view: next }); }}
        />
        <Select
          allowClear
          aria-label={t.hazards.project}
          placeholder={`${t.hazards.project}${t.common.colon}${t.common.all}`}
          value={project}
          options={[...names].map(([value, label]) => ({ value, label }))}
          onChange={(value: string | undefined) => { change({ project: value ?? null }); }}
        />
      </div>
      <Loaded query={query} rows={10}>
        {(all) => <List hazards={byUrgency(all.filter((hazard) => fits(hazard, view, mine)))} names={names} onOpen={(id) => { change({ open: String(id) }); }} />}
      </Loaded>
      <HazardDrawer id={Number(params.get("open")) || null} onClose={() => { change({ open: null }); }} />
      <Modal open={recording !== null} title={t.hazards.record} footer={null} destroyOnHidden onCancel={() => { change({ record: null }); }}>
        <RecordForm
          alert={Number(recording) || null}
          project={project}
          onDone={({ id }) => { change({ record: null, open: String(id) }); }}
        />
      </Modal>
    </div>
  );
}

function fits(hazard: Hazard, view: View, mine: ReadonlySet<number>): boolean {
  if (view === "mine") return mine.has(hazard.id);
  return view === "all" || hasEnded(hazard) === (view === "ended");
}

/** What runs out first comes first; what waits for nothing comes last, newest first. */
function byUrgency(hazards: Hazard[]): Hazard[] {
  const due = ({ clock }: Hazard) => clock?.due ?? "9999";
  return [...hazards].sort((a, b) => due(a).localeCompare(due(b)) || b.id - a.id);
}

interface ListProps {
  hazards: Hazard[];
  names: Map<string, string>;
  onOpen: (id: number) => void;
}

function List({ hazards: shown, names, onOpen }: ListProps) {
  const { t } = useLanguage();
  if (shown.length === 0) return <Notice title={t.hazards.empty} note={t.hazards.emptyNote} />;
  return (
    <ul className="hazard-list">
      {shown.map((hazard) => (
        <li key={hazard.id}>
          <button type="button" onClick={() => { onOpen(hazard.id); }} data-testid={`hazard-${String(hazard.id)}`}>
            <span className="hazard-tags">
              <SeverityTag severity={hazard.severity} />
              <strong>{word(t.kinds, hazard.kind)}</strong>
              {hazard.supervised && <Tag tone="grave">{t.hazards.supervised}</Tag>}
              {hazard.suspended && <Tag tone="bad">{t.hazards.suspended}</Tag>}
            </span>
            <span className="hazard-what">{hazard.description}</span>
            <span className="sub">
              № {hazard.id} · {names.get(hazard.project) ?? hazard.project} · {t.hazards.found(hazard.found_by, hazard.found_on)}
            </span>
            <span className="hazard-stand">
              <StateTag state={hazard.state} />
              <HazardClock hazard={hazard} />
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
