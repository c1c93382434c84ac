import { Modal, Segmented } from "antd";
import { useQueries, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { overview, project as projectQuery } from "../api/queries";
import type { Device, ProjectDetail } from "../api/types";
import { useLanguage } from "../i18n/language";
import { useLink } from "../live/provider";
import { Tile } from "../live/tile";
import { Notice, Trouble } from "../ui/state";
import "../styles/live.css";

const LAYOUTS = [1, 4, 9] as const;
const WALL_FPS = 5;
const FULL_FPS = 12;

interface Place {
  project: ProjectDetail;
  camera: Device;
}

export default function LiveWall() {
  const { t, say } = useLanguage();
  const [params, setParams] = useSearchParams();
  const chosen = params.get("project");
  const { data, error, refetch } = useQuery(overview);
  const projects = (data?.projects ?? []).filter(({ id }) => !chosen || id === chosen);
  const details = useQueries({ queries: projects.map(({ id }) => projectQuery(id)) });
  const loading = !data || details.some(({ isPending }) => isPending);
  // All at once: a camera put in between later would push the others away from under the hand.
  const places = loading ? [] : details.flatMap(({ data: project }) => (project ? camerasOf(project) : []));
  if (error) return <Trouble error={error} retry={() => void refetch()} />;
  return (
    <div className="wall">
      <div className="wall-head">
        <h1>{t.nav.live}</h1>
        <LinkState />
        <select
          className="wall-select"
          aria-label={t.alerts.project}
          value={chosen ?? ""}
          onChange={(event) => {
            setParams(event.target.value ? { project: event.target.value } : {}, { replace: true });
          }}
        >
          <option value="">{t.live.allProjects}</option>
          {data?.projects.map(({ id, name }) => (
            <option key={id} value={id}>
              {say(name)}
            </option>
          ))}
        </select>
      </div>
      {!loading && places.length === 0 ? (
        <Notice title={t.live.noCameras} note={t.live.noCamerasNote} />
      ) : (
        <Grid key={chosen} places={places} expected={projects.flatMap(({ cameras }) => cameras).length} />
      )}
    </div>
  );
}

function camerasOf(project: ProjectDetail): Place[] {
  return project.devices.filter(({ kind }) => kind === "camera").map((camera) => ({ project, camera }));
}

function LinkState() {
  const { t } = useLanguage();
  const link = useLink();
  const words = { open: t.live.connected, connecting: t.live.connecting, lost: t.live.lost };
  return (
    <span className={`link link-${link}`} role="status" data-testid="live-link">
      {words[link]}
    </span>
  );
}

function Grid({ places, expected }: { places: Place[]; expected: number }) {
  const { t, say } = useLanguage();
  const [layout, setLayout] = useState<(typeof LAYOUTS)[number]>(9);
  const [first, setFirst] = useState(0);
  const [big, setBig] = useState<Place | null>(null);
  const shown = places.slice(first, first + layout);
  const columns = { 1: 1, 4: 2, 9: 3 }[layout];
  return (
    <>
      <div className="wall-tools">
        <Segmented
          aria-label={t.live.layout}
          value={layout}
          options={[...LAYOUTS]}
          onChange={(next) => {
            setLayout(next);
            setFirst(0);
          }}
        />
        {places.length > 0 && (
          <span>{t.live.page(first + 1, Math.min(first + layout, places.length), places.length)}</span>
        )}
        {places.length > layout && (
          <span className="wall-turn">
            <button type="button" disabled={first === 0} onClick={() => { setFirst(Math.max(0, first - layout)); }}>
              {t.live.previous}
            </button>
            <button
              type="button"
              disabled={first + layout >= places.length}
              onClick={() => { setFirst(first + layout); }}
            >
              {t.live.next}
            </button>
          </span>
        )}
      </div>
      <div className={`wall-grid wall-${String(columns)}`}>
        {shown.map((place) => (
          <button
            key={`${place.project.id}/${place.camera.id}`}
            type="button"
            className="tile-button"
            title={t.live.enlarge}
            onClick={() => { setBig(place); }}
          >
            <Tile project={place.project} camera={place.camera} fps={WALL_FPS} />
          </button>
        ))}
        {shown.length === 0 &&
          Array.from({ length: Math.min(layout, expected || layout) }, (_, i) => <div key={i} className="tile" />)}
      </div>
      <Modal
        open={big !== null}
        title={big && `${say(big.project.name)} · ${say(big.camera.name)}`}
        footer={null}
        width="min(1180px, 96vw)"
        destroyOnHidden
        onCancel={() => { setBig(null); }}
      >
        {big && <Tile project={big.project} camera={big.camera} fps={FULL_FPS} big />}
      </Modal>
    </>
  );
}
