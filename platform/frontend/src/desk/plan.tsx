import { Link } from "react-router";
import type { Lights, ProjectSummary } from "../api/types";
import { useLanguage } from "../i18n/language";
import { distance, layOut } from "./plan-layout";

const WIDTH = 640;
const HEIGHT = 220;
const MARGIN = 46;

const ORDER = ["red", "yellow", "green", "grey"] as const;

/** The worst of a project's lights. */
export function worst(lights: Lights): Lights["schedule"] {
  const all = Object.values(lights);
  return ORDER.find((light) => all.includes(light)) ?? "grey";
}

/** The sites where they are, without any map: north up, a scale, and how each stands. */
export function Plan({ projects }: { projects: ProjectSummary[] }) {
  const { t, say } = useLanguage();
  const words = t.desk.plan;
  const layout = layOut(projects, WIDTH, HEIGHT, MARGIN);
  if (!layout) return null;
  const byId = new Map(projects.map((project) => [project.id, project]));
  return (
    <section className="panel plan" data-testid="plan">
      <h2>{words.title}</h2>
      <div className="plan-field" style={{ aspectRatio: `${String(WIDTH)} / ${String(HEIGHT)}` }}>
        <svg viewBox={`0 0 ${String(WIDTH)} ${String(HEIGHT)}`} aria-hidden="true">
          <path className="plan-north" d="M 24 42 l 7 -20 l 7 20 l -7 -5 z" />
          <text x="31" y="58" textAnchor="middle">{words.north}</text>
          <path className="plan-scale" d={`M 20 ${String(HEIGHT - 14)} v 4 h ${String(layout.scale.length)} v -4`} />
          <text x="26" y={HEIGHT - 16}>{distance(layout.scale.metres)}</text>
        </svg>
        {layout.spots.map(({ id, x, y }) => {
          const project = byId.get(id);
          if (!project) return null;
          const name = say(project.name);
          return (
            <Link
              key={id}
              to={`/projects/${id}`}
              className={x > WIDTH * 0.6 ? "plan-site plan-left" : "plan-site"}
              style={{ left: `${String((x / WIDTH) * 100)}%`, top: `${String((y / HEIGHT) * 100)}%` }}
              aria-label={words.site(name, project.open_alerts)}
            >
              <span className={`plan-lamp plan-${worst(project.lights)}`}>{project.open_alerts > 0 ? project.open_alerts : ""}</span>
              <span className="plan-name">{name}</span>
            </Link>
          );
        })}
      </div>
    </section>
  );
}
