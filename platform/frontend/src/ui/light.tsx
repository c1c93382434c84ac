import type { Light, Lights } from "../api/types";
import { useLanguage } from "../i18n/language";

const NAMES = ["schedule", "safety", "funds", "devices"] as const;

/** The four traffic lights: shape, colour and word, so that none depends on colour alone. */
export function TrafficLights({ lights }: { lights: Lights }) {
  const { t } = useLanguage();
  return (
    <ul className="lights">
      {NAMES.map((name) => (
        <li key={name} className={`light light-${lights[name]}`} data-testid={`light-${name}`}>
          <Lamp light={lights[name]} />
          <span className="light-name">{t.lights[name]}</span>
          <span className="light-word">{t.lights[lights[name]]}</span>
        </li>
      ))}
    </ul>
  );
}

/** Green is a disc, yellow a triangle, red a square with a bar, grey a ring. */
export function Lamp({ light }: { light: Light }) {
  return (
    <svg className="lamp" viewBox="0 0 14 14" aria-hidden="true">
      {light === "green" && <circle cx="7" cy="7" r="5" fill="currentColor" />}
      {light === "yellow" && <path d="M7 1.5 13 12.500H1Z" fill="currentColor" />}
      {light === "red" && (
        <>
          <rect x="1.5" y="1.5" width="11" height="11" rx="2" fill="currentColor" />
          <path d="M7 4v4M7 9.600v.8" stroke="#fff" strokeWidth="1.6" strokeLinecap="round" />
        </>
      )}
      {light === "grey" && <circle cx="7" cy="7" r="4.2" fill="none" stroke="currentColor" strokeWidth="1.6" />}
    </svg>
  );
}
