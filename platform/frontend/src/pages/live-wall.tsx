import { useQueries, useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { overview, project as projectQuery } from "../api/queries";
import { useLanguage } from "../i18n/language";
import { AlarmSettings } from "../live/alarm-settings";
import { useLink } from "../live/provider";
import { camerasOf, Wall } from "../live/wall";
import { Notice, Trouble } from "../ui/state";
import "../styles/live.css";
import "../styles/wall.css";

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
            const next = new URLSearchParams(params);
            if (event.target.value) next.set("project", event.target.value);
            else next.delete("project");
            setParams(next, { replace: true });
          }}
        >
          <option value="">{t.live.allProjects}</option>
          {data?.projects.map(({ id, name }) => (
            <option key={id} value={id}>
              {say(name)}
            </option>
          ))}
        </select>
        <AlarmSettings />
      </div>
      {!loading && places.length === 0 ? (
        <Notice title={t.live.noCameras} note={t.live.noCamerasNote} />
      ) : (
        <Wall
          key={chosen}
          places={places}
          expected={projects.flatMap(({ cameras }) => cameras).length}
          screen={params.get("screen") === "1"}
          onScreen={(screen) => {
            const next = new URLSearchParams(params);
            if (screen) next.set("screen", "1");
            else next.delete("screen");
            setParams(next, { replace: true });
          }}
        />
      )}
    </div>
  );
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
