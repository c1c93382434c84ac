import { AlertList, useNearAlerts } from "./alerts";
import { useHere } from "./place";
import { useWords } from "./words";

export default function Near() {
  const { w } = useWords();
  const alerts = useNearAlerts();
  return (
    <div className="field-page">
      <h1>{w.near.heading}</h1>
      <LocationLine />
      <AlertList alerts={alerts} />
    </div>
  );
}

export function LocationLine() {
  const { w } = useWords();
  const { known, place, locate } = useHere();
  if (known === "off") {
    return (
      <button type="button" className="field-button" onClick={locate}>
        {w.near.sort}
      </button>
    );
  }
  const words = {
    asking: w.near.locating,
    denied: w.near.denied,
    known: w.near.located(String(Math.round(place?.accuracy ?? 0))),
  }[known];
  return <p className="sub">{words}</p>;
}
