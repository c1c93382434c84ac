import { useCallback, useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { project as projectQuery } from "../api/queries";
import type { Device, ProjectDetail, Zone } from "../api/types";
import { useNow } from "../app/clock";
import { ago, exact } from "../format/time";
import { useLanguage } from "../i18n/language";
import { evidenceUrl } from "../api/queries";
import { Picture, type Seen } from "./picture";

const STALE_MS = 6_000;
const THUMBNAIL_FPS = 1;

/** How a camera is called on the live connection. */
export function address(project: string, camera: string): string {
  return camera.includes("/") ? camera : `${project}/${camera}`;
}

interface TileProps {
  project: ProjectDetail;
  camera: Device;
  fps: number;
  big?: boolean;
}

/** A camera of the wall: its picture, its name, how it is and how old what one sees is. */
export function Tile({ project, camera, fps, big = false }: TileProps) {
  const { t, say } = useLanguage();
  const [seen, setSeen] = useState<Seen | null>(null);
  const onSeen = useCallback((next: Seen) => {
    setSeen(next);
  }, []);
  const name = `${say(project.name)} ${say(camera.name)}`;
  return (
    <figure className={big ? "tile tile-big" : "tile"} data-testid={`tile-${project.id}-${camera.id}`}>
      <Still camera={camera.id} zones={project.zones} shown={seen === null} />
      <Picture camera={address(project.id, camera.id)} fps={fps} label={`${t.nav.live} ${name}`} onSeen={onSeen} big={big} />
      <figcaption>
        {!big && (
          <span className="tile-name">
            <strong>{say(camera.name)}</strong>
            <span>{say(project.name)}</span>
          </span>
        )}
        <Badge camera={camera} seen={seen} />
      </figcaption>
    </figure>
  );
}

/** Until live frames come, the newest stored picture of the camera, dimmed. */
function Still({ camera, zones, shown }: { camera: string; zones: Zone[]; shown: boolean }) {
  const { t } = useLanguage();
  const newest = zones
    .filter((zone) => zone.camera === camera && zone.evidence && zone.measured_at)
    .sort((a, b) => (b.measured_at ?? "").localeCompare(a.measured_at ?? ""))[0];
  if (!shown) return null;
  if (!newest?.evidence || !newest.measured_at) return <div className="tile-wait">{t.live.waiting}</div>;
  return (
    <div className="tile-still">
      <img src={evidenceUrl(newest.evidence)} alt="" />
      <span>{t.live.stillFrom(exact(newest.measured_at))}</span>
    </div>
  );
}

function Badge({ camera, seen }: { camera: Device; seen: Seen | null }) {
  const { t } = useLanguage();
  const now = useNow();
  const silent = seen !== null && now.getTime() - seen.at > STALE_MS;
  const health = seen && !silent ? seen.health : camera.health;
  const good = health === "ok" && !silent;
  const lastGood = seen?.lastGood ?? null;
  return (
    <span className="tile-badges">
      {!good && lastGood !== null && <span className="tile-age">{t.live.lastGood(t.common.ago(ago(lastGood, now)))}</span>}
      {!good && lastGood === null && camera.since && health !== "unknown" && (
        <span className="tile-age">{t.project.since(t.common.lasting(ago(camera.since, now)))}</span>
      )}
      {good && seen && seen.fps > 0 && <span className="tile-age">{t.live.fps(seen.fps.toFixed(1))}</span>}
      <span className={`badge badge-${silent && health === "ok" ? "frozen" : health}`}>
        {silent && health === "ok" ? t.live.stalled : t.health[health]}
      </span>
    </span>
  );
}

/** A small live picture for a project's card. */
export function Thumbnail({ project, camera }: { project: string; camera: string }) {
  const { t } = useLanguage();
  const [seen, setSeen] = useState<Seen | null>(null);
  const onSeen = useCallback((next: Seen) => {
    setSeen(next);
  }, []);
  const { data } = useQuery(projectQuery(project));
  const device = data?.devices.find(({ id }) => address(project, id) === address(project, camera));
  const health = seen?.health ?? device?.health ?? "unknown";
  return (
    <div className="tile tile-small">
      {data && <Still camera={device?.id ?? camera} zones={data.zones} shown={seen === null} />}
      <Picture camera={address(project, camera)} fps={THUMBNAIL_FPS} label={t.nav.live} onSeen={onSeen} />
      <span className={`badge badge-${health}`}>{seen && health === "ok" ? t.live.connected : t.health[health]}</span>
    </div>
  );
}
