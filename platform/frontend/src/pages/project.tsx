import { Button } from "antd";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";
import { claims as claimsQuery, project as projectQuery } from "../api/queries";
import type { ProjectDetail } from "../api/types";
import { mayFileClaims, maySee } from "../app/roles";
import { useMe } from "../app/session";
import { useLanguage } from "../i18n/language";
import { Thumbnail } from "../live/tile";
import { Curve } from "../project/curve";
import { DevicesOverTime } from "../project/devices-over-time";
import { Export } from "../project/export";
import { Papers } from "../project/papers";
import { Contract, Devices, Milestones, People, Zones } from "../project/parts";
import { Plan } from "../project/plan";
import { Sensors } from "../project/sensors";
import { asShare, Bar } from "../ui/bar";
import { TrafficLights } from "../ui/light";
import { Loaded, Notice } from "../ui/state";
import { ClaimTable } from "./claims";
import "../styles/project.css";
import "../styles/rooms.css";

export default function Project() {
  const id = useParams()["project"] ?? "";
  const query = useQuery(projectQuery(id));
  return (
    <div className="page">
      <Loaded query={query} rows={14}>
        {(project) => <Page project={project} />}
      </Loaded>
    </div>
  );
}

function Page({ project }: { project: ProjectDetail }) {
  const { role } = useMe();
  return (
    <>
      <Head project={project} />
      <Sections project={project} />
      <div className="project-columns">
        <Curve project={project} />
        <Milestones project={project} />
      </div>
      <Plan project={project} />
      <Contract project={project} />
      <Zones project={project} />
      {maySee(role, "live") && <Sensors project={project} />}
      {maySee(role, "claims") && <ProjectClaims project={project} />}
      {maySee(role, "live") && <DevicesOverTime project={project} />}
      <div className="grid-2">
        <Devices project={project} />
        <People project={project} />
      </div>
      {maySee(role, "reports") && <Papers project={project} />}
    </>
  );
}

function Head({ project }: { project: ProjectDetail }) {
  const { t, say } = useLanguage();
  const { role } = useMe();
  const camera = project.cameras[0];
  const unknown = t.common.unknown;
  return (
    <section className="project-head panel">
      {maySee(role, "live") && camera && (
        <Link to={`/live?project=${project.id}`} aria-label={t.nav.live}>
          <Thumbnail project={project.id} camera={camera} />
        </Link>
      )}
      <div className="project-head-text">
        <p className="sub">
          <Link to="/">{t.nav.overview}</Link> / {t.project.kinds[project.kind as keyof typeof t.project.kinds] ?? project.kind}
        </p>
        <h1>{say(project.name)}</h1>
        <p className="sub">
          {project.address} · {project.started_on} – {project.planned_finish}
        </p>
        {project.description && <p>{project.description}</p>}
        <TrafficLights lights={project.lights} />
        {maySee(role, "reports") && <Export project={project} />}
        <div className="project-bars">
          <Bar name={t.overview.planned} percent={project.planned_percent} kind="planned" unknown={unknown} />
          <Bar name={t.overview.reported} percent={project.reported_percent} kind="reported" unknown={unknown} />
          <Bar name={t.overview.accepted} percent={project.accepted_percent} kind="accepted" unknown={unknown} />
          <Bar
            name={t.overview.camera}
            percent={project.camera_percent}
            kind="camera"
            unknown={unknown}
            note={t.overview.coverage(asShare(project.coverage))}
          />
        </div>
      </div>
    </section>
  );
}

function Sections({ project }: { project: ProjectDetail }) {
  const { t } = useLanguage();
  const { role } = useMe();
  const names = (["progress", "milestones", "zones", "sensors", "claims", "devices"] as const).filter(
    (name) => (name !== "sensors" && name !== "claims") || maySee(role, "claims"),
  );
  return (
    <nav className="sections" aria-label={project.id}>
      {names.map((name) => (
        <a key={name} href={`#${name}`}>
          {t.project.sections[name]}
        </a>
      ))}
    </nav>
  );
}

function ProjectClaims({ project }: { project: ProjectDetail }) {
  const { t } = useLanguage();
  const { role } = useMe();
  const query = useQuery(claimsQuery({ project: project.id }));
  return (
    <section className="panel" id="claims">
      <div className="panel-head">
        <h2>{t.project.sections.claims}</h2>
        {mayFileClaims(role) && (
          <Link to={`/claims/new?project=${project.id}`}>
            <Button type="primary">{t.project.fileClaim}</Button>
          </Link>
        )}
      </div>
      <Loaded query={query} rows={3}>
        {(claims) => (claims.length === 0 ? <Notice title={t.project.noClaims} /> : <ClaimTable claims={claims} />)}
      </Loaded>
    </section>
  );
}
