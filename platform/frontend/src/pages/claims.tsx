import { Button, Select } from "antd";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearchParams } from "react-router";
import { claims as claimsQuery, overview, rules as rulesQuery } from "../api/queries";
import type { ClaimState, ClaimSummary } from "../api/types";
import { mayFileClaims } from "../app/roles";
import { useMe } from "../app/session";
import { isPositive } from "../format/money";
import { useLanguage } from "../i18n/language";
import { asPercent, asShare } from "../ui/bar";
import { Money } from "../ui/money";
import { Loaded, Notice } from "../ui/state";
import { ClaimTag, Tag } from "../ui/tag";
import "../styles/claims.css";

export default function Claims() {
  const { t, say } = useLanguage();
  const { role } = useMe();
  const [params, setParams] = useSearchParams();
  const { data } = useQuery(overview);
  const project = params.get("project");
  const state = params.get("state") as ClaimState | null;
  const query = useQuery(claimsQuery(project ? { project } : {}));

  function change(name: string, value: string | null) {
    const next = new URLSearchParams(params);
    if (value) next.set(name, value);
    else next.delete(name);
    setParams(next, { replace: true });
  }

  return (
    <div className="page">
      <div className="page-head">
        <h1 className="grow">{t.nav.claims}</h1>
        {mayFileClaims(role) && (
          <Link to={project ? `/claims/new?project=${project}` : "/claims/new"}>
            <Button type="primary" data-testid="claim-file">
              {t.claims.list.file}
            </Button>
          </Link>
        )}
      </div>
      <div className="filters claims-filters">
        <Select
          allowClear
          aria-label={t.claims.list.project}
          placeholder={`${t.claims.list.project}${t.common.colon}${t.common.all}`}
          value={project}
          options={(data?.projects ?? []).map(({ id, name }) => ({ value: id, label: say(name) }))}
          onChange={(value: string | null) => { change("project", value); }}
        />
        <Select
          allowClear
          aria-label={t.claims.list.state}
          placeholder={`${t.claims.list.state}${t.common.colon}${t.common.all}`}
          value={state}
          options={Object.entries(t.claims.states).map(([value, label]) => ({ value, label }))}
          onChange={(value: string | null) => { change("state", value); }}
        />
      </div>
      <Loaded query={query} rows={10}>
        {(all) => <ClaimTable claims={all.filter((claim) => !state || claim.state === state)} />}
      </Loaded>
    </div>
  );
}

/** Claims as a table; on a phone, as cards. */
export function ClaimTable({ claims }: { claims: ClaimSummary[] }) {
  const { t, say } = useLanguage();
  const navigate = useNavigate();
  const words = t.claims.list;
  if (claims.length === 0) return <Notice title={words.empty} note={words.emptyNote} />;
  return (
    <>
      <table className="claims-table">
        <thead>
          <tr>
            <th>{t.claims.filing.titleField}</th>
            <th className="number">{words.amount}</th>
            <th className="number">{words.wages}</th>
            <th className="number">{t.claims.page.claimedPercent}</th>
            <th>{words.flags}</th>
            <th className="number">{words.risk}</th>
            <th className="number">{words.held}</th>
            <th>{words.state}</th>
          </tr>
        </thead>
        <tbody>
          {claims.map((claim) => (
            <tr key={claim.id} onClick={() => void navigate(`/claims/${String(claim.id)}`)}>
              <td>
                <Link to={`/claims/${String(claim.id)}`}>{claim.title}</Link>
                <div className="sub keep">
                  {say(claim.project_name)} · {claim.claimed_on}
                </div>
              </td>
              <td className="number">
                <strong>
                  <Money amount={claim.amount} />
                </strong>
              </td>
              <td className="number">
                <Money amount={claim.wage_amount} />
              </td>
              <td className="number">{asPercent(claim.claimed_percent)}</td>
              <td>
                <Flags claim={claim} />
              </td>
              <td className="number">{asShare(claim.risk)}</td>
              <td className="number late">{isPositive(claim.held) ? <Money amount={claim.held} /> : "—"}</td>
              <td>
                <ClaimTag claim={claim} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <ul className="claims-cards">
        {claims.map((claim) => (
          <li key={claim.id}>
            <Link to={`/claims/${String(claim.id)}`}>
              <span className="claims-card-head">
                <strong>{claim.title}</strong>
                <ClaimTag claim={claim} />
              </span>
              <span className="claims-card-amount">
                <Money amount={claim.amount} hint />
              </span>
              <span className="sub">
                {say(claim.project_name)} · {claim.claimed_on}
              </span>
              <Flags claim={claim} />
              {isPositive(claim.held) && (
                <span className="late">
                  {words.held} <Money amount={claim.held} />
                </span>
              )}
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}

function Flags({ claim }: { claim: ClaimSummary }) {
  const { t, say } = useLanguage();
  const { data: rules } = useQuery(rulesQuery);
  if (claim.flags.length === 0) return <span className="sub">{t.claims.list.noFlags}</span>;
  return (
    <span className="flag-row">
      {claim.flags.map((flag) => {
        const rule = rules?.find(({ id }) => id === flag);
        return (
          <Tag key={flag} tone="bad">
            {rule ? say(rule.title) : flag}
          </Tag>
        );
      })}
    </span>
  );
}
