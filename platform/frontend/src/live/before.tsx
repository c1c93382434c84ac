import { Segmented, Slider } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { evidence, evidenceUrl } from "../api/queries";
import type { EvidenceItem, Zone } from "../api/types";
import { useNow } from "../app/clock";
import { exact, moment, today } from "../format/time";
import { useLanguage, word } from "../i18n/language";
import { Evidence } from "../ui/evidence";
import { Loaded, Notice } from "../ui/state";

const DAYS = 400;
const PLAY_MS = 350;
const VIEWS = ["strip", "pair", "lapse"] as const;

interface Where {
  project: string;
  device: string;
}

/** What happened before at a camera: its evidence, its zones' changes, its daily pictures. */
export function Before({ where, zones }: { where: Where; zones: Zone[] }) {
  const { t } = useLanguage();
  const words = t.desk.wall;
  const [view, setView] = useState<(typeof VIEWS)[number]>("strip");
  return (
    <section className="before" aria-label={words.before}>
      <div className="before-head">
        <h3>{words.before}</h3>
        <Segmented
          aria-label={words.before}
          value={view}
          options={VIEWS.map((value) => ({ value, label: words[value] }))}
          onChange={setView}
        />
      </div>
      {view === "strip" && <Strip where={where} />}
      {view === "pair" && <Pairs zones={zones.filter(({ camera }) => camera === where.device)} />}
      {view === "lapse" && <Lapse where={where} />}
    </section>
  );
}

function Strip({ where }: { where: Where }) {
  const { t } = useLanguage();
  const now = useNow();
  const query = useQuery(evidence(where));
  const [shown, setShown] = useState<EvidenceItem | null>(null);
  const words = t.desk.wall;
  return (
    <Loaded query={query} rows={2}>
      {({ pictures }) =>
        pictures.length === 0 ? (
          <Notice title={words.stripEmpty} note={words.stripNote} />
        ) : (
          <>
            <ul className="strip" data-testid="evidence-strip">
              {pictures.map((picture) => (
                <li key={picture.sha256}>
                  <button
                    type="button"
                    aria-pressed={shown?.sha256 === picture.sha256}
                    onClick={() => { setShown(shown?.sha256 === picture.sha256 ? null : picture); }}
                  >
                    <img src={evidenceUrl(picture.sha256)} alt={exact(picture.ts)} loading="lazy" />
                    <span>{moment(picture.ts, now)}</span>
                    <small>{word(words.purposes, picture.purpose)}</small>
                  </button>
                </li>
              ))}
            </ul>
            {shown && (
              <figure className="strip-shown">
                <Evidence sha256={shown.sha256} signature={shown.signature} alt={exact(shown.ts)} />
                <figcaption>{exact(shown.ts)}</figcaption>
              </figure>
            )}
          </>
        )
      }
    </Loaded>
  );
}

/** The last change of each zone of the camera, before and after. */
function Pairs({ zones }: { zones: Zone[] }) {
  const { t, say } = useLanguage();
  const words = t.desk.wall;
  const changed = zones.filter(({ before, evidence: after }) => before && after);
  const [at, setAt] = useState(0);
  const zone = changed[Math.min(at, changed.length - 1)];
  if (!zone) return <Notice title={words.pairEmpty} note={words.pairNote} />;
  const state = zone.states.find(({ code }) => code === zone.state);
  return (
    <div className="pair">
      <Segmented
        aria-label={words.zone}
        value={changed.indexOf(zone)}
        options={changed.map(({ name }, value) => ({ value, label: say(name) }))}
        onChange={setAt}
      />
      <div className="pair-pictures">
        <figure>
          <Evidence sha256={zone.before} signature={null} alt={words.pairBefore} polygon={zone.polygon} />
          <figcaption>{words.pairBefore}</figcaption>
        </figure>
        <figure>
          <Evidence sha256={zone.evidence} signature={zone.evidence_signature} alt={words.pairAfter} polygon={zone.polygon} />
          <figcaption>
            {words.pairAfter}
            {state && ` · ${say(state.name)}`}
            {zone.measured_at && ` · ${exact(zone.measured_at)}`}
          </figcaption>
        </figure>
      </div>
    </div>
  );
}

/** The daily pictures of a camera under a slider, oldest left. */
function Lapse({ where }: { where: Where }) {
  const { t } = useLanguage();
  const query = useQuery(evidence(where, "daily", DAYS));
  const words = t.desk.wall;
  return (
    <Loaded query={query} rows={3}>
      {({ pictures }) =>
        pictures.length === 0 ? (
          <Notice title={words.lapseEmpty} note={words.lapseNote} />
        ) : (
          <LapseSlider pictures={[...pictures].reverse()} />
        )
      }
    </Loaded>
  );
}

function LapseSlider({ pictures }: { pictures: EvidenceItem[] }) {
  const { t } = useLanguage();
  const words = t.desk.wall;
  const [at, setAt] = useState(pictures.length - 1);
  const [playing, setPlaying] = useState(false);
  useEffect(() => {
    if (!playing) return undefined;
    const timer = setInterval(() => { setAt((n) => (n + 1) % pictures.length); }, PLAY_MS);
    return () => { clearInterval(timer); };
  }, [playing, pictures.length]);
  const picture = pictures[at];
  if (!picture) return null;
  const day = today(new Date(picture.ts));
  return (
    <div className="lapse">
      <Evidence sha256={picture.sha256} signature={picture.signature} alt={day} />
      <div className="lapse-tools">
        <button type="button" onClick={() => { setPlaying(!playing); }}>
          {playing ? words.pause : words.play}
        </button>
        <Slider
          min={0}
          max={pictures.length - 1}
          value={at}
          ariaLabelForHandle={words.lapse}
          tooltip={{ open: false }}
          onChange={(next) => {
            setPlaying(false);
            setAt(next);
          }}
        />
        <span data-testid="lapse-day">{words.lapseDay(day, at + 1, pictures.length)}</span>
      </div>
    </div>
  );
}
