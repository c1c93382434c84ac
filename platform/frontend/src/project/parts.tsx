import type { Milestone, ProjectDetail, Zone } from "../api/types";
import { useNow } from "../app/clock";
import { maySee } from "../app/roles";
import { useMe } from "../app/session";
import { ago, daysUntil, exact } from "../format/time";
import { useLanguage } from "../i18n/language";
import { Fact } from "../money/claim-parts";
import { asPercent, asShare, Bar } from "../ui/bar";
import { Evidence } from "../ui/evidence";
import { Money } from "../ui/money";
import { Notice } from "../ui/state";
import { Tag, type Tone } from "../ui/tag";
import { MilestoneActions } from "./milestone-actions";

const MILESTONE: Record<Milestone["status"], Tone> = { planned: "plain", claimed: "watch", accepted: "good", rejected: "bad" };

/** Milestones along the time they are due, with who accepted them. */
export function Milestones({ project }: { project: ProjectDetail }) {
  const { t, say } = useLanguage();
  const now = useNow();
  const words = t.project;
  const sorted = [...project.milestones].sort((a, b) => a.due.localeCompare(b.due));
  return (
    <section className="panel" id="milestones">
      <h2>{words.sections.milestones}</h2>
      {sorted.length === 0 && <Notice title={words.noMilestones} />}
      <ol className="milestones">
        {sorted.map((milestone) => {
          const late = milestone.status === "accepted" ? 0 : -daysUntil(milestone.due, now);
          return (
            <li key={milestone.id} className={`milestone-${milestone.status}`}>
              <span className="milestone-dot" aria-hidden="true" />
              <span>
                <strong>{say(milestone.name)}</strong>
                <span className="sub">
                  {words.due} {milestone.due}
                  {milestone.accepted_on && milestone.accepted_by
                    ? ` · ${words.acceptedBy(milestone.accepted_by, milestone.accepted_on)}`
                    : milestone.claimed_on && ` · ${words.claimedOn(milestone.claimed_on)}`}
                  {late > 0 && <span className="late"> · {words.late(late)}</span>}
                </span>
                <MilestoneActions project={project.id} milestone={milestone} />
              </span>
              <Tag tone={MILESTONE[milestone.status]}>{words.milestoneStates[milestone.status]}</Tag>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

/** Zones: what the camera measured beside what was reported and accepted. */
export function Zones({ project }: { project: ProjectDetail }) {
  const { t } = useLanguage();
  const words = t.project;
  return (
    <section className="panel" id="zones">
      <h2>{words.sections.zones}</h2>
      {project.zones.length === 0 && <Notice title={words.noZones} />}
      <div className="cards">
        {project.zones.map((zone) => (
          <ZoneCard key={zone.id} zone={zone} />
        ))}
      </div>
    </section>
  );
}

const GAP_POINTS = 10;

function ZoneCard({ zone }: { zone: Zone }) {
  const { t, say } = useLanguage();
  const { role } = useMe();
  const now = useNow();
  const words = t.project;
  const state = zone.states.find(({ code }) => code === zone.state);
  const gap = zone.camera_percent === null ? 0 : zone.reported_percent - zone.camera_percent;
  const unknown = t.common.unknown;
  return (
    <article className="zone" data-testid={`zone-${zone.id}`}>
      {maySee(role, "live") && (
        <Evidence
          sha256={zone.evidence}
          signature={zone.evidence_signature}
          alt={say(zone.name)}
          polygon={zone.polygon}
        />
      )}
      <div className="zone-head">
        <h3>{say(zone.name)}</h3>
        {state && <Tag tone="calm">{say(state.name)}</Tag>}
        {zone.uncertain && <Tag tone="watch">{words.uncertain}</Tag>}
      </div>
      <Bar name={t.overview.camera} percent={zone.camera_percent} kind="camera" unknown={unknown} />
      <Bar name={t.overview.reported} percent={zone.reported_percent} kind="reported" unknown={unknown} />
      <Bar name={t.overview.accepted} percent={zone.accepted_percent} kind="accepted" unknown={unknown} />
      {gap > GAP_POINTS && <Tag tone="bad">{words.gap(gap.toFixed(0))}</Tag>}
      <p className="sub">
        {zone.measured_at ? (
          <span title={exact(zone.measured_at)}>{words.measuredAt(t.common.ago(ago(zone.measured_at, now)))}</span>
        ) : (
          words.neverMeasured
        )}
        {zone.coverage !== null && ` · ${words.coverage} ${asShare(zone.coverage)}`}
        {zone.confidence !== null && ` · ${words.confidence} ${asShare(zone.confidence)}`}
      </p>
    </article>
  );
}

const HEALTH: Record<string, Tone> = { ok: "good", offline: "bad", unknown: "plain" };

export function Devices({ project }: { project: ProjectDetail }) {
  const { t, say } = useLanguage();
  const now = useNow();
  const words = t.project;
  return (
    <section className="panel" id="devices">
      <h2>{words.sections.devices}</h2>
      {project.devices.length === 0 && <Notice title={words.noDevices} />}
      <ul className="devices">
        {project.devices.map((device) => (
          <li key={device.id}>
            <span>
              <strong>{say(device.name)}</strong>
              <span className="sub">
                {words.deviceKinds[device.kind as keyof typeof words.deviceKinds] ?? device.kind}
                {device.online_ratio_7d !== null && ` · ${words.online} ${asShare(device.online_ratio_7d)}`}
                {device.last_seen && ` · ${words.lastSeen} ${t.common.ago(ago(device.last_seen, now))}`}
                {device.health !== "ok" && device.since && ` · ${words.since(t.common.lasting(ago(device.since, now)))}`}
              </span>
            </span>
            <Tag tone={HEALTH[device.health] ?? "watch"}>{t.health[device.health]}</Tag>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The contract's figures, and the work items with their progresses. */
export function Contract({ project }: { project: ProjectDetail }) {
  const { t, say } = useLanguage();
  const words = t.project;
  const { contract } = project;
  return (
    <section className="panel">
      <h2>{words.keyFigures}</h2>
      <dl className="facts">
        <Fact name={words.contract}>
          <Money amount={contract.contract_sum} />
        </Fact>
        <Fact name={words.verified}>
          <Money amount={contract.verified_value} />
        </Fact>
        <Fact name={`${words.ceiling}${t.common.bracketed(asPercent(contract.progress_cap * 100))}`}>
          <Money amount={contract.payable_ceiling} />
        </Fact>
        <Fact name={t.overview.paid}>
          <Money amount={contract.paid} />
        </Fact>
        <Fact name={words.estimate}>
          <Money amount={contract.approved_estimate} />
        </Fact>
        <Fact name={words.variations}>
          <Money amount={contract.approved_variations} />
        </Fact>
        <Fact name={words.wageShare}>{asPercent(contract.wage_share * 100)}</Fact>
        <Fact name={words.retention}>{asPercent(contract.retention * 100)}</Fact>
        <Fact name={words.payee}>{contract.payee_name}</Fact>
        <Fact name={words.account}>
          <span className="mono">{contract.payee_account}</span>
          {contract.payee_account_changed_on && (
            <div>
              <Tag tone="watch">{words.accountChanged(contract.payee_account_changed_on)}</Tag>
            </div>
          )}
        </Fact>
      </dl>
      <div className="scroll-x">
        <table className="items">
          <thead>
            <tr>
              <th>{words.workItem}</th>
              <th className="number wide-only">{words.value}</th>
              <th className="wide-only">{words.period}</th>
              <th className="number">{t.overview.planned}</th>
              <th className="number">{t.overview.reported}</th>
              <th className="number">{t.overview.accepted}</th>
              <th className="number">{t.overview.camera}</th>
            </tr>
          </thead>
          <tbody>
            {project.work_items.map((item) => (
              <tr key={item.id}>
                <td>
                  {say(item.name)}
                  <span className="sub phone-only">
                    <Money amount={item.value} />
                  </span>
                </td>
                <td className="number wide-only">
                  <Money amount={item.value} />
                </td>
                <td className="sub wide-only">
                  {item.planned_start} – {item.planned_finish}
                </td>
                <td className="number">{asPercent(item.planned_percent)}</td>
                <td className="number">{asPercent(item.reported_percent)}</td>
                <td className="number">{asPercent(item.accepted_percent)}</td>
                <td className="number">{item.camera_percent === null ? "—" : asPercent(item.camera_percent)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

export function People({ project }: { project: ProjectDetail }) {
  const { t, say } = useLanguage();
  if (project.people.length === 0) return null;
  return (
    <section className="panel">
      <h2>{t.project.sections.people}</h2>
      <dl className="facts">
        {project.people.map(({ duty, name }) => (
          <Fact key={`${duty.zh}${name}`} name={say(duty)}>
            {name}
          </Fact>
        ))}
      </dl>
    </section>
  );
}
