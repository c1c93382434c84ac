import type { ReactNode } from "react";
import { Link } from "react-router";
import { useWords } from "./words";

export function Empty({ title, note, children }: { title: string; note?: string; children?: ReactNode }) {
  return (
    <div className="notice notice-quiet">
      <strong>{title}</strong>
      {note && <p>{note}</p>}
      {children}
    </div>
  );
}

export function Back({ to, title }: { to: string; title: string }) {
  const { t } = useWords();
  return (
    <div className="field-back">
      <Link to={to} aria-label={t.common.back} className="field-back-link">
        ‹
      </Link>
      <h1>{title}</h1>
    </div>
  );
}

interface ChoiceProps<V extends string> {
  name: string;
  label: string;
  options: readonly { value: V; label: string; tone?: string }[];
  value: V | null;
  onChange: (value: V) => void;
}

/** One of a few, each as big as a thumb. */
export function Choice<V extends string>({ name, label, options, value, onChange }: ChoiceProps<V>) {
  return (
    <fieldset className="field-choice" aria-label={label}>
      {options.map((option) => (
        <label key={option.value} className={`field-option field-option-${option.tone ?? "plain"}`}>
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={value === option.value}
            onChange={() => {
              onChange(option.value);
            }}
          />
          <span>{option.label}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** How far, as people say it. */
export function Distance({ metres }: { metres: number | null }) {
  const { w } = useWords();
  if (metres === null) return null;
  return (
    <span className="field-distance">
      {metres < 950 ? w.near.metres(String(Math.round(metres / 10) * 10)) : w.near.kilometres((metres / 1000).toFixed(1))}
    </span>
  );
}
