import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { overview } from "../api/queries";
import type { Overview as OverviewData, ProjectSummary } from "../api/types";
import { useNow } from "../app/clock";
import { maySee } from "../app/roles";
import { useMe } from "../app/session";
import { isPositive } from "../format/money";
import { daysUntil } from "../format/time";
import { useLanguage } from "../i18n/language";
import { Thumbnail } from "../live/tile";
import { AgendaList } from "../desk/agenda";
import { Plan } from "../desk/plan";
import { asPercent, asShare, Bar } from "../ui/bar";
import { TrafficLights } from "../ui/light";
import { Money } from "../ui/money";
import { Loaded, Notice } from "../ui/state";
import "../styles/overview.css";
import "../styles/desk.css";

export default function Overview() {
  const query = useQuery(overview);
  return (
    <div className="page">
      <Loaded query={query} rows={14}>
        {(data) => <Desk data={data} />}
      </Loaded>
    </div>
  );
}

function Desk({ data }: { data: OverviewData }) {
  const { t } = useLanguage();
  const { role } = useMe();
  const works = maySee(role, "alerts");
  return (
    <>
      <h1 className="visually-hidden">{t.nav.overview}</h1>
      <Headline data={data} />
      <div className={works ? "desk" : ""}>
        {works && <AgendaList />}
        <section>
          <Plan projects={data.projects} />
          <h2 className="section-title">{t.overview.projects}</h2>
          {data.projects.length === 0 && <Notice title={t.overview.noProjects} note={t.overview.noProjectsNote} />}
          <div className="project-cards">
            {[...data.projects].sort((a, b) => alarms(b) - alarms(a)).map((project) => (
              <ProjectCard key={project.id} project={project} />
            ))}
          </div>
        </section>
      </div>
    </>
  );
}

/** Red lights of a project: those with more come first. */
function alarms({ lights }: ProjectSummary): number {
  return Object.values(lights).filter((light) => light === "red").length;
}

function Headline({ data }: { data: OverviewData }) {
  const { t } = useLanguage();
  const { role } = useMe();
  const words = t.overview;
  return (
    <section className="headline">
      <div className="headline-lead">
        <span>{words.avoidedLoss}</span>
        <Money amount={data.avoided_loss} hint testId="avoided-loss" />
        <small>{words.avoidedNote}</small>
      </div>
      <Figure name={words.held} note={words.heldNote} alarm={isPositive(data.held)}>
        <Money amount={data.held} />
      </Figure>
      <Figure name={words.wages} note={words.wagesNote}>
        <Money amount={data.wages_protected} />
      </Figure>
      <Figure name={words.openAlerts} alarm={data.open_alerts > 0}>
        {data.open_alerts}
      </Figure>
      {maySee(role, "claims") && <Figure name={words.claimsWaiting}>{data.claims_waiting}</Figure>}
      <Figure name={words.cameras} alarm={data.cameras_ok < data.cameras_total}>
        {data.cameras_ok}
        <span className="of"> / {data.cameras_total}</span>
      </Figure>
    </section>
  );
}

interface FigureProps {
  name: string;
  note?: string;
  alarm?: boolean;
  children: ReactNode;
}

function Figure({ name, note, alarm = false, children }: FigureProps) {
  return (
    <div className={alarm ? "figure figure-alarm" : "figure"}>
      <span>{name}</span>
      <strong>{children}</strong>
      {note && <small>{note}</small>}
    </div>
  );
}

function ProjectCard({ project }: { project: ProjectSummary }) {
  const { t, say } = useLanguage();
  const { role } = useMe();
  const now = useNow();
  const words = t.overview;
  const left = daysUntil(project.planned_finish, now);
  const camera = project.cameras[0];
  const unknown = t.common.unknown;
  return (
    <article className="project-card" data-testid={`project-${project.id}`}>
      {maySee(role, "live") && (
        <Link to={`/live?project=${project.id}`} className="project-picture" aria-label={`${t.nav.live} ${say(project.name)}`}>
          {camera ? <Thumbnail project={project.id} camera={camera} /> : <span>{words.noPicture}</span>}
        </Link>
      )}
      <div className="project-body">
        <div>
          <h3>
            <Link to={`/projects/${project.id}`}>{say(project.name)}</Link>
          </h3>
          <p className="sub">
            {t.project.kinds[project.kind as keyof typeof t.project.kinds] ?? project.kind} · {project.address} ·{" "}
            <span className={left < 0 ? "late" : ""}>{left >= 0 ? words.dueIn(left) : words.overdue(-left)}</span>
          </p>
        </div>
        <TrafficLights lights={project.lights} />
        <div className="project-figures">
          <div className="project-bars">
            <Bar name={words.planned} percent={project.planned_percent} kind="planned" unknown={unknown} />
            <Bar name={words.accepted} percent={project.accepted_percent} kind="accepted" unknown={unknown} />
            <Bar
              name={words.camera}
              percent={project.camera_percent}
              kind="camera"
              unknown={unknown}
              note={project.camera_percent === null ? unknown : words.coverage(asShare(project.coverage))}
            />
          </div>
          <dl className="project-money">
            <div>
              <dt>{words.contract}</dt>
              <dd>
                <Money amount={project.contract_sum} />
              </dd>
            </div>
            <div>
              <dt>{words.paid}</dt>
              <dd>
                <Money amount={project.paid} />
              </dd>
            </div>
            <div>
              <dt>{words.held}</dt>
              <dd className={isPositive(project.held) ? "late" : ""}>
                <Money amount={project.held} />
              </dd>
            </div>
            <div>
              <dt>{words.spi}</dt>
              <dd>{project.spi === null ? "—" : project.spi.toFixed(2)}</dd>
            </div>
          </dl>
        </div>
        <p className="project-foot sub">
          {maySee(role, "alerts") && <Link to={`/alerts?project=${project.id}`}>{words.alerts(project.open_alerts)}</Link>}
          {maySee(role, "claims") && <Link to={`/claims?project=${project.id}`}>{words.claims(project.open_claims)}</Link>}
          <span>{words.camerasOk(project.cameras_ok, project.cameras.length)}</span>
          <span>
            {words.reported} {asPercent(project.reported_percent)}
          </span>
        </p>
      </div>
    </article>
  );
}
