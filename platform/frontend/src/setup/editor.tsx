import { Button, Select } from "antd";
import { useState, type KeyboardEvent } from "react";
import { evidenceUrl } from "../api/queries";
import type { CameraSetup, WorkItem } from "../api/types";
import { exact } from "../format/time";
import { useLanguage } from "../i18n/language";
import { address } from "../live/tile";
import { Notice } from "../ui/state";
import { Board, type Chosen } from "./board";
import { freshCode, type Draft, type Shape } from "./draft";
import { amend, redo, step, undo, type History } from "./history";
import { removeCorner, type Polygon } from "./polygon";
import { ShapeForm } from "./shape-form";
import { useSnapshot } from "./snapshot";
import { Thresholds } from "./thresholds";

interface Props {
  setup: CameraSetup;
  items: WorkItem[];
  history: History<Draft>;
  /** Codes that were sent before; a shape keeps its code from then on. */
  known: ReadonlySet<string>;
  editable: boolean;
  onHistory: (history: History<Draft>) => void;
}

const LIVE = "live";

/** The picture with its shapes, and beside it what each is. */
export function Editor({ setup, items, history, known, editable, onHistory }: Props) {
  const { t, say } = useLanguage();
  const words = t.rooms.editor;
  const { shapes, thresholds } = history.now;
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [drawing, setDrawing] = useState<{ kind: Shape["kind"]; polygon: Polygon } | null>(null);

  const put = (next: readonly Shape[], goesOn = false) => {
    const draft = { ...history.now, shapes: next };
    onHistory(goesOn ? amend(history, draft) : step(history, draft));
  };
  const replace = (n: number, shape: Shape, goesOn = false) => {
    put(shapes.map((old, i) => (i === n ? shape : old)), goesOn);
  };
  const finish = (polygon: Polygon, kind: Shape["kind"]) => {
    setDrawing(null);
    if (polygon.length < 3) return;
    const id = freshCode(shapes, kind);
    const number = id.replace(/\D+/, "");
    const name = { zh: `${kind === "zone" ? "分区" : "危险区"} ${number}`, en: `${kind === "zone" ? "Zone" : "Danger zone"} ${number}` };
    const shape: Shape = { kind, id, name, polygon, workItem: items[0]?.id ?? "", weight: 0, states: [], template: null, more: {} };
    put([...shapes, kind === "zone" ? shape : { ...shape, workItem: "" }]);
    setChosen({ shape: shapes.length, corner: null });
  };
  const keys = (event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
    onHistory(event.shiftKey ? redo(history) : undo(history));
    setChosen(null);
    event.preventDefault();
  };
  const selected = chosen ? shapes[chosen.shape] : undefined;
  const corner = chosen?.corner ?? null;
  return (
    <div className="editor" onKeyDown={keys}>
      <section className="panel editor-picture">
        {editable && (
          <div className="editor-tools" role="toolbar" aria-label={words.list}>
            {drawing ? (
              <>
                <span className="sub">{words.drawing}</span>
                <Button type="primary" disabled={drawing.polygon.length < 3} data-testid="finish" onClick={() => { finish(drawing.polygon, drawing.kind); }}>
                  {words.finish}
                </Button>
                <Button onClick={() => { setDrawing(null); }}>{t.common.cancel}</Button>
              </>
            ) : (
              <>
                <Button data-testid="add-zone" onClick={() => { setDrawing({ kind: "zone", polygon: [] }); }}>
                  {words.addZone}
                </Button>
                <Button data-testid="add-danger" onClick={() => { setDrawing({ kind: "danger", polygon: [] }); }}>
                  {words.addDanger}
                </Button>
                <Button data-testid="undo" disabled={history.past.length === 0} onClick={() => { onHistory(undo(history)); setChosen(null); }}>
                  {words.undo}
                </Button>
                <Button disabled={history.future.length === 0} onClick={() => { onHistory(redo(history)); setChosen(null); }}>
                  {words.redo}
                </Button>
                <Button
                  disabled={corner === null || (selected?.polygon.length ?? 0) <= 3}
                  data-testid="remove-corner"
                  onClick={() => {
                    if (!chosen || corner === null || !selected) return;
                    replace(chosen.shape, { ...selected, polygon: removeCorner(selected.polygon, corner) });
                    setChosen({ ...chosen, corner: null });
                  }}
                >
                  {words.removeCorner}
                </Button>
              </>
            )}
          </div>
        )}
        <Backdrop setup={setup}>
          <Board
            shapes={shapes}
            chosen={chosen}
            drawn={drawing?.polygon ?? null}
            editable={editable}
            onChoose={setChosen}
            onChange={(n, polygon, goesOn) => {
              const old = shapes[n];
              if (old) replace(n, { ...old, polygon }, goesOn);
            }}
            onPlace={(at, closes) => {
              if (drawing && closes) finish(drawing.polygon, drawing.kind);
              else setDrawing((now) => now && { ...now, polygon: [...now.polygon, at] });
            }}
          />
        </Backdrop>
        {editable && <p className="sub">{words.cornerHint}</p>}
      </section>
      <div className="editor-side">
        <section className="panel">
          <h2>{words.list}</h2>
          {shapes.length === 0 && <Notice title={words.none} />}
          <ul className="shape-list">
            {shapes.map((shape, n) => (
              <li key={n}>
                <button
                  type="button"
                  aria-pressed={chosen?.shape === n}
                  data-testid={`shape-${shape.id}`}
                  onClick={() => { setChosen({ shape: n, corner: null }); }}
                >
                  <span className={`shape-dot shape-dot-${shape.kind}`} aria-hidden="true" />
                  <span>{say(shape.name)}</span>
                  <span className="sub">{shape.kind === "zone" ? words.zone : words.danger}</span>
                </button>
              </li>
            ))}
          </ul>
          {selected && chosen && (
            <ShapeForm
              key={chosen.shape}
              shape={selected}
              items={items}
              fresh={!known.has(selected.id)}
              editable={editable}
              onChange={(shape) => { replace(chosen.shape, shape); }}
              onRemove={() => {
                put(shapes.filter((_, n) => n !== chosen.shape));
                setChosen(null);
              }}
            />
          )}
        </section>
        <section className="panel">
          <h2>{words.thresholds}</h2>
          <Thresholds
            values={thresholds}
            editable={editable}
            onChange={(values) => { onHistory(step(history, { ...history.now, thresholds: values })); }}
          />
        </section>
      </div>
    </div>
  );
}

/** What is drawn on: the live picture, or one that was kept. */
function Backdrop({ setup, children }: { setup: CameraSetup; children: React.ReactNode }) {
  const { t } = useLanguage();
  const words = t.rooms.editor;
  const [picked, setPicked] = useState<string | null>(null);
  const live = useSnapshot(address(setup.project, setup.camera), picked === LIVE);
  const [shape, setShape] = useState(16 / 9);
  const newest = setup.pictures[0]?.sha256 ?? null;
  const choice = picked ?? (live ? LIVE : newest);
  const source = choice === LIVE || choice === null ? live : evidenceUrl(choice);
  return (
    <>
      <div className="backdrop" style={{ aspectRatio: shape }}>
        {source ? (
          <img
            src={source}
            alt={words.picture}
            draggable={false}
            onLoad={({ currentTarget }) => { setShape(currentTarget.naturalWidth / currentTarget.naturalHeight); }}
          />
        ) : (
          <div className="backdrop-none">
            <Notice title={words.noPicture} note={words.noPictureNote} />
          </div>
        )}
        {children}
      </div>
      <label className="backdrop-choice">
        <span className="sub">{words.picture}</span>
        <Select
          value={choice ?? LIVE}
          aria-label={words.picture}
          options={[
            { value: LIVE, label: words.live },
            ...setup.pictures.map(({ sha256, ts }) => ({ value: sha256, label: words.from(exact(ts)) })),
          ]}
          onChange={setPicked}
        />
      </label>
    </>
  );
}
