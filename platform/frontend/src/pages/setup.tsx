import { Button, Select } from "antd";
import { useQuery } from "@tanstack/react-query";
import { Link, useSearchParams } from "react-router";
import { overview, project as projectQuery } from "../api/queries";
import type { Agent, ProjectDetail, ProjectSummary } from "../api/types";
import { useNow } from "../app/clock";
import { useMe } from "../app/session";
import { ago } from "../format/time";
import { useLanguage } from "../i18n/language";
import { Fact } from "../money/claim-parts";
import { Keys } from "../setup/keys";
import { Outcome } from "../setup/outcome";
import { agents as agentsQuery } from "../setup/queries";
import { Loaded, Notice } from "../ui/state";
import { Tag } from "../ui/tag";
import { Thumbnail } from "../live/tile";
import "../styles/setup.css";

/** Set-up of a project's cameras and agents. */
export default function Setup() {
  const { t } = useLanguage();
  const query = useQuery(overview);
  return (
    <div className="page">
      <div className="page-head">
        <div className="grow">
          <h1>{t.rooms.setup.heading}</h1>
          <p className="sub">{t.rooms.setup.intro}</p>
        </div>
      </div>
      <Loaded query={query} rows={10}>
        {({ projects }) =>
          projects.length === 0 ? (
            <Notice title={t.overview.noProjects} note={t.overview.noProjectsNote} />
          ) : (
            <Chosen projects={projects} />
          )
        }
      </Loaded>
    </div>
  );
}

function Chosen({ projects }: { projects: ProjectSummary[] }) {
  const { t, say } = useLanguage();
  const [search, setSearch] = useSearchParams();
  const wanted = search.get("project");
  const id = projects.find((project) => project.id === wanted)?.id ?? projects[0]?.id ?? "";
  const query = useQuery(projectQuery(id));
  return (
    <>
      <Select
        className="setup-project"
        value={id}
        aria-label={t.rooms.reports.project}
        options={projects.map((project) => ({ value: project.id, label: say(project.name) }))}
        onChange={(project: string) => { setSearch({ project }, { replace: true }); }}
      />
      <Loaded query={query} rows={10}>
        {(project) => (
          <>
            <Cameras project={project} />
            <Agents project={project} />
          </>
        )}
      </Loaded>
    </>
  );
}

function Cameras({ project }: { project: ProjectDetail }) {
  const { t, say } = useLanguage();
  const words = t.rooms.setup;
  const cameras = project.devices.filter(({ kind }) => kind === "camera");
  return (
    <section className="panel">
      <h2>{words.cameras}</h2>
      {cameras.length === 0 && <Notice title={words.noCameras} />}
      <div className="cards">
        {cameras.map((camera) => {
          const zones = project.zones.filter((zone) => zone.camera === camera.id).length;
          const danger = project.danger_zones.filter((zone) => zone.camera === camera.id).length;
          return (
            <article key={camera.id} className="setup-camera">
              <Thumbnail project={project.id} camera={camera.id} />
              <div className="setup-camera-text">
                <strong>{say(camera.name)}</strong>
                <span className="sub">{words.zonesOf(zones, danger)}</span>
              </div>
              <Link to={`/setup/${project.id}/${camera.id}`} data-testid={`set-up-${camera.id}`}>
                <Button type="primary">{words.draw}</Button>
              </Link>
            </article>
          );
        })}
      </div>
    </section>
  );
}

function Agents({ project }: { project: ProjectDetail }) {
  const { t, say } = useLanguage();
  const { role } = useMe();
  const query = useQuery(agentsQuery(project.id));
  const words = t.rooms.setup;
  const names = new Map(project.devices.map(({ id, name }) => [id, say(name)]));
  return (
    <section className="panel">
      <h2>{words.agents}</h2>
      <Loaded query={query} rows={5}>
        {(agents) => (
          <>
            {agents.length === 0 && <Notice title={words.noAgents} note={words.noAgentsNote} />}
            {agents.map((agent) => (
              <article key={agent.id} className="agent" data-testid={`agent-${agent.id}`}>
                <AgentFacts agent={agent} name={names.get(agent.id) ?? agent.id} />
                <Outcome settings={agent.settings} />
                <h3>{words.keys}</h3>
                <Keys project={project.id} agent={agent.id} keys={agent.keys} decides={role === "admin"} />
              </article>
            ))}
          </>
        )}
      </Loaded>
    </section>
  );
}

function AgentFacts({ agent, name }: { agent: Agent; name: string }) {
  const { t } = useLanguage();
  const now = useNow();
  const words = t.rooms.setup;
  const waiting = agent.keys.filter(({ state }) => state === "pending").length;
  return (
    <>
      <div className="panel-head">
        <h3>
          {name} <span className="sub mono">{agent.id}</span>
        </h3>
        {waiting > 0 && <Tag tone="watch">{`${words.keyStates.pending} ${String(waiting)}`}</Tag>}
      </div>
      {agent.last_seen ? (
        <dl className="facts">
          <Fact name={words.software}>{agent.software}</Fact>
          <Fact name={t.project.lastSeen}>{t.common.ago(ago(agent.last_seen, now))}</Fact>
          <Fact name={words.waitingMessages}>{agent.outbox ?? "—"}</Fact>
          <Fact name={words.clock}>{agent.clock_offset === null ? "—" : `${agent.clock_offset.toFixed(2)} s`}</Fact>
        </dl>
      ) : (
        <p className="sub">{words.neverSeen}</p>
      )}
    </>
  );
}
