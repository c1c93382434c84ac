import { Checkbox, InputNumber } from "antd";
import { useLanguage } from "../i18n/language";
import { HAZARDS, type Thresholds as Values } from "./draft";
import { Labelled } from "./shape-form";

interface Props {
  values: Values;
  editable: boolean;
  onChange: (values: Values) => void;
}

const FIELDS = [
  { field: "threshold", min: 0.05, max: 0.95, step: 0.05 },
  { field: "fps", min: 0.5, max: 30, step: 0.5 },
  { field: "frames", min: 1, max: 100, step: 1 },
  { field: "of", min: 1, max: 100, step: 1 },
  { field: "coolDown", min: 1, max: 3600, step: 1 },
] as const;

/** When something counts. An empty field leaves it to the agent's file. */
export function Thresholds({ values, editable, onChange }: Props) {
  const { t } = useLanguage();
  const words = t.rooms.editor;
  const names = {
    threshold: words.threshold,
    fps: words.fps,
    frames: words.confirmFrames,
    of: words.confirmOf,
    coolDown: words.coolDown,
  };
  return (
    <fieldset className="shape-form" disabled={!editable}>
      {FIELDS.map(({ field, ...range }) => (
        <Labelled key={field} name={names[field]} note={field === "threshold" ? words.thresholdNote : undefined}>
          {(id) => (
            <InputNumber
              id={id}
              value={values[field]}
              placeholder={words.fileValue}
              {...range}
              onChange={(value) => { onChange({ ...values, [field]: value }); }}
            />
          )}
        </Labelled>
      ))}
      <div className="labelled" role="group" aria-label={words.hazards}>
        <span>{words.hazards}</span>
        {HAZARDS.map((kind) => (
          <Checkbox
            key={kind}
            checked={!values.off.includes(kind)}
            disabled={!editable}
            onChange={(event) => {
              const rest = values.off.filter((off) => off !== kind);
              onChange({ ...values, off: event.target.checked ? rest : [...rest, kind] });
            }}
          >
            {words.hazardKinds[kind]}
          </Checkbox>
        ))}
      </div>
    </fieldset>
  );
}
