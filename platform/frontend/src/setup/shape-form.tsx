import { Button, Input, InputNumber, Select } from "antd";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, type ReactNode } from "react";
import type { WorkItem } from "../api/types";
import { useLanguage } from "../i18n/language";
import { without, type Shape, type Template } from "./draft";
import { stateTemplates } from "./queries";

interface Props {
  shape: Shape;
  items: WorkItem[];
  /** Its code may still be chosen, for nothing has been sent under it. */
  fresh: boolean;
  editable: boolean;
  onChange: (shape: Shape) => void;
  onRemove: () => void;
}

/** What a shape is called, and what it means. */
export function ShapeForm({ shape, items, fresh, editable, onChange, onRemove }: Props) {
  const { t } = useLanguage();
  const words = t.rooms.editor;
  const name = (language: "zh" | "en", value: string) => {
    onChange({ ...shape, name: { ...shape.name, [language]: value } });
  };
  return (
    <fieldset className="shape-form" disabled={!editable} data-testid="shape-form">
      <legend className="sub">
        {shape.kind === "zone" ? words.zone : words.danger} · {words.corners(shape.polygon.length)}
      </legend>
      <Labelled name={words.nameZh}>
        {(id) => <Input id={id} value={shape.name.zh} maxLength={40} onChange={(e) => { name("zh", e.target.value); }} />}
      </Labelled>
      <Labelled name={words.nameEn}>
        {(id) => <Input id={id} value={shape.name.en} maxLength={60} onChange={(e) => { name("en", e.target.value); }} />}
      </Labelled>
      <Labelled name={words.code}>
        {(id) => (
          <Input
            id={id}
            value={shape.id}
            disabled={!fresh}
            maxLength={40}
            onChange={(e) => { onChange({ ...shape, id: e.target.value.toLowerCase().replace(/[^a-z0-9_-]/g, "-") }); }}
          />
        )}
      </Labelled>
      {shape.kind === "zone" ? (
        <ZoneFields shape={shape} items={items} onChange={onChange} />
      ) : (
        <DangerFields shape={shape} onChange={onChange} />
      )}
      {editable && (
        <Button danger onClick={onRemove} data-testid="remove-shape">
          {words.removeZone}
        </Button>
      )}
    </fieldset>
  );
}

function ZoneFields({ shape, items, onChange }: Pick<Props, "shape" | "items" | "onChange">) {
  const { t, say } = useLanguage();
  const words = t.rooms.editor;
  const storeys = shape.template?.storeys ?? 1;
  const queries = useQueryClient();
  const query = useQuery(stateTemplates(storeys));
  const known = query.data ?? [];
  const template = known.find(({ name }) => name === shape.template?.name);
  const choose = async (next: Template | null) => {
    if (!next) {
      onChange({ ...shape, template: null });
      return;
    }
    const found = await queries.fetchQuery(stateTemplates(next.storeys));
    const states = found.find(({ name }) => name === next.name)?.states ?? [];
    onChange({ ...shape, template: next, states: states.map(({ code, name, percent }) => ({ code, name, percent })) });
  };
  return (
    <>
      <Labelled name={words.workItem}>
        {(id) => (
          <Select
            id={id}
            value={shape.workItem || undefined}
            options={items.map((item) => ({ value: item.id, label: say(item.name) }))}
            onChange={(workItem: string) => { onChange({ ...shape, workItem }); }}
          />
        )}
      </Labelled>
      <Labelled name={words.weight}>
        {(id) => (
          <InputNumber
            id={id}
            value={shape.weight}
            min={0}
            max={1}
            step={0.05}
            onChange={(weight) => { onChange({ ...shape, weight: weight ?? 0 }); }}
          />
        )}
      </Labelled>
      <Labelled name={words.template}>
        {(id) => (
          <Select
            id={id}
            value={shape.template?.name ?? ""}
            options={[
              { value: "", label: words.ownStates, disabled: shape.states.length === 0 },
              ...known.map(({ name, title }) => ({ value: name, label: say(title) })),
            ]}
            onChange={(name: string) => { void choose(name ? { name, storeys: 1 } : null); }}
          />
        )}
      </Labelled>
      {template?.storeys && (
        <Labelled name={words.storeys}>
          {(id) => (
            <InputNumber
              id={id}
              value={storeys}
              min={1}
              max={60}
              onChange={(n) => { void choose({ name: template.name, storeys: n ?? 1 }); }}
            />
          )}
        </Labelled>
      )}
      {shape.states.length > 0 && (
        <div className="shape-states">
          <span className="sub">{words.states}</span>
          <ol>
            {shape.states.map(({ code, name, percent }) => (
              <li key={code}>
                <span>{say(name)}</span>
                <span className="sub">{percent}%</span>
              </li>
            ))}
          </ol>
        </div>
      )}
    </>
  );
}

function DangerFields({ shape, onChange }: Pick<Props, "shape" | "onChange">) {
  const { t } = useLanguage();
  const words = t.rooms.editor;
  const more = shape.more;
  const put = (name: string, value: unknown) => {
    onChange({ ...shape, more: value === null ? without(more, name) : { ...more, [name]: value } });
  };
  const windows = Array.isArray(more["active"]) ? (more["active"] as { hours?: string }[]) : [];
  const number = (name: string) => (typeof more[name] === "number" ? more[name] : null);
  return (
    <>
      <Labelled name={words.loiter}>
        {(id) => (
          <InputNumber id={id} value={number("loiter_seconds")} min={0} max={3600} placeholder="0" onChange={(n) => { put("loiter_seconds", n); }} />
        )}
      </Labelled>
      <Labelled name={words.inertia}>
        {(id) => (
          <InputNumber id={id} value={number("inertia")} min={1} max={50} placeholder="1" onChange={(n) => { put("inertia", n); }} />
        )}
      </Labelled>
      <Labelled name={words.hours} note={words.hoursHint}>
        {(id) => (
          <Input
            id={id}
            defaultValue={windows.map(({ hours }) => hours).join(", ")}
            onBlur={(e) => {
              const hours = e.target.value.split(/[,，、\s]+/).filter(Boolean);
              put("active", hours.length > 0 ? hours.map((text) => ({ hours: text })) : null);
            }}
          />
        )}
      </Labelled>
    </>
  );
}

interface LabelledProps {
  name: string;
  note?: string;
  children: (id: string) => ReactNode;
}

/** A field under its name. */
export function Labelled({ name, note, children }: LabelledProps) {
  const id = useId();
  return (
    <div className="labelled">
      <label htmlFor={id}>{name}</label>
      {children(id)}
      {note && <span className="sub">{note}</span>}
    </div>
  );
}
