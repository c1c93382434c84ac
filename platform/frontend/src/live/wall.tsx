import { Button, Modal, Segmented } from "antd";
import { useEffect, useState } from "react";
import type { Device, ProjectDetail } from "../api/types";
import { useNow } from "../app/clock";
import { exact } from "../format/time";
import { useLanguage } from "../i18n/language";
import { KeyHelp, useKeys } from "../ui/keys";
import { Before } from "./before";
import { Tile } from "./tile";
import { columns, cycle, LAYOUTS, press, withLayout, type Layout, type WallState } from "./wall-keys";

const WALL_FPS = 5;
const FULL_FPS = 12;
const BEHIND_FPS = 1;
const CYCLE_SECONDS = 20;
const KEY = "siteward.wall";

export interface Place {
  project: ProjectDetail;
  camera: Device;
}

export function camerasOf(project: ProjectDetail): Place[] {
  return project.devices.filter(({ kind }) => kind === "camera").map((camera) => ({ project, camera }));
}

function rememberedLayout(): Layout {
  const kept = Number(localStorage.getItem(KEY));
  return LAYOUTS.find((layout) => layout === kept) ?? 9;
}

interface Props {
  places: Place[];
  expected: number;
  screen: boolean;
  onScreen: (screen: boolean) => void;
}

/** The cameras in groups; a keyboard drives all of it, and on the office wall it drives itself. */
export function Wall({ places, expected, screen, onScreen }: Props) {
  const { t } = useLanguage();
  const [own, setOwn] = useState({ layout: rememberedLayout(), first: 0, chosen: 0, big: null as number | null, help: false });
  const state: WallState = { ...own, cameras: places.length, screen };

  function become(next: WallState) {
    if (next.screen !== screen) {
      onScreen(next.screen);
      fill(next.screen);
    }
    localStorage.setItem(KEY, String(next.layout));
    setOwn(next);
  }

  useKeys((key) => {
    const next = press(state, key);
    if (next) become(next);
    return next !== null;
  });
  useEffect(() => {
    if (!screen || own.big !== null) return undefined;
    const timer = setInterval(() => {
      setOwn((now) => cycle({ ...now, cameras: places.length, screen }));
    }, CYCLE_SECONDS * 1000);
    return () => {
      clearInterval(timer);
    };
  }, [screen, own.big, places.length]);
  const { layout, first } = state;
  const shown = places.slice(first, first + layout);
  const big = state.big === null ? null : places[state.big];
  return (
    <>
      {!screen && <Tools state={state} become={become} />}
      <div className={`wall-grid wall-${String(columns(layout))}`} data-testid="wall-grid">
        {shown.map((place, index) => (
          <button
            key={`${place.project.id}/${place.camera.id}`}
            type="button"
            className={first + index === state.chosen ? "tile-button tile-chosen" : "tile-button"}
            title={t.live.enlarge}
            onClick={() => { become({ ...state, chosen: first + index, big: first + index }); }}
          >
            <Tile project={place.project} camera={place.camera} fps={big ? BEHIND_FPS : WALL_FPS} />
          </button>
        ))}
        {shown.length === 0 &&
          Array.from({ length: Math.min(layout, expected || layout) }, (_, i) => <div key={i} className="tile" />)}
      </div>
      {screen && <ScreenFoot state={state} onLeave={() => { become({ ...state, screen: false }); }} />}
      <Enlarged place={big ?? null} onClose={() => { become({ ...state, big: null }); }} />
      <KeyHelp open={state.help} keys={t.desk.wall.keys} onClose={() => { become({ ...state, help: false }); }} />
    </>
  );
}

/** The browser's own full screen; where it is refused, the page without its frame does as well. */
function fill(on: boolean) {
  if (on) document.documentElement.requestFullscreen().catch(() => undefined);
  else if (document.fullscreenElement) void document.exitFullscreen();
}

function Tools({ state, become }: { state: WallState; become: (next: WallState) => void }) {
  const { t } = useLanguage();
  const { layout, first, cameras } = state;
  function turn(key: "PageUp" | "PageDown") {
    const next = press(state, key);
    if (next) become(next);
  }
  return (
    <div className="wall-tools">
      <Segmented
        aria-label={t.live.layout}
        value={layout}
        options={[...LAYOUTS]}
        onChange={(next) => { become(withLayout(state, next)); }}
      />
      {cameras > 0 && <span>{t.live.page(first + 1, Math.min(first + layout, cameras), cameras)}</span>}
      {cameras > layout && (
        <span className="wall-turn">
          <button type="button" disabled={first === 0} onClick={() => { turn("PageUp"); }}>
            {t.live.previous}
          </button>
          <button type="button" disabled={first + layout >= cameras} onClick={() => { turn("PageDown"); }}>
            {t.live.next}
          </button>
        </span>
      )}
      <span className="wall-more">
        <Button size="small" onClick={() => { become({ ...state, help: true }); }} data-testid="wall-help">
          {t.desk.wall.help}
        </Button>
        <Button size="small" onClick={() => { become({ ...state, screen: true }); }} data-testid="wall-screen">
          {t.desk.wall.screen}
        </Button>
      </span>
    </div>
  );
}

function ScreenFoot({ state, onLeave }: { state: WallState; onLeave: () => void }) {
  const { t } = useLanguage();
  const now = useNow();
  return (
    <p className="screen-foot">
      <strong>{exact(now.toISOString())}</strong>
      {state.cameras > state.layout && <span>{t.desk.wall.cycling(CYCLE_SECONDS)}</span>}
      <button type="button" onClick={onLeave}>
        {t.desk.wall.leaveScreen}
      </button>
    </p>
  );
}

function Enlarged({ place, onClose }: { place: Place | null; onClose: () => void }) {
  const { say } = useLanguage();
  return (
    <Modal
      open={place !== null}
      title={place && `${say(place.project.name)} · ${say(place.camera.name)}`}
      footer={null}
      width="min(1180px, 96vw)"
      destroyOnHidden
      style={{ top: 24 }}
      onCancel={onClose}
    >
      {place && (
        <>
          <Tile project={place.project} camera={place.camera} fps={FULL_FPS} big />
          <Sight camera={place.camera} />
          <Before where={{ project: place.project.id, device: place.camera.id }} zones={place.project.zones} />
        </>
      )}
    </Modal>
  );
}

/** Why a camera is not to be trusted now, and when it last was. */
function Sight({ camera }: { camera: Device }) {
  const { t } = useLanguage();
  const words = t.desk.wall;
  if (camera.health === "ok") return null;
  return (
    <p className="sight" role="status">
      <strong>
        {words.cause}
        {t.common.colon}
        {t.health[camera.health]}
      </strong>
      <span>{camera.last_good ? words.lastGoodAt(exact(camera.last_good)) : words.neverGood}</span>
    </p>
  );
}
