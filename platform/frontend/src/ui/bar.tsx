interface Props {
  name: string;
  percent: number | null;
  kind: "planned" | "accepted" | "reported" | "camera" | "claimed" | "paid" | "after";
  note?: string;
  unknown: string;
}

/** A named progress bar with its number; an unknown one says so instead of showing zero. */
export function Bar({ name, percent, kind, note, unknown }: Props) {
  const width = percent === null ? 0 : Math.max(0, Math.min(100, percent));
  return (
    <div className="bar">
      <span className="bar-name">{name}</span>
      <span
        className="bar-track"
        {...(percent === null
          ? { role: "img", "aria-label": `${name} ${unknown}` }
          : { role: "meter", "aria-label": name, "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": percent })}
      >
        <span className={`bar-fill bar-${kind}`} style={{ width: `${String(width)}%` }} />
      </span>
      <span className="bar-value">{percent === null ? "—" : asPercent(percent)}</span>
      {note && <span className="bar-note">{note}</span>}
    </div>
  );
}

/** `43.75 %`: percent with what decimals it needs, at most two. */
export function asPercent(percent: number): string {
  return `${String(Math.round(percent * 100) / 100)}%`;
}

/** A fraction 0 to 1 as a whole percent. */
export function asShare(fraction: number): string {
  return `${String(Math.round(fraction * 100))}%`;
}
