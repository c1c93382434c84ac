import { Checkbox, Select } from "antd";
import { useQuery } from "@tanstack/react-query";
import { overview, project as projectQuery } from "../api/queries";
import { useLanguage } from "../i18n/language";
import type { AlertFilter } from "./queries";

const CHOSEN = ["project", "device", "severity", "kind", "state"] as const;
const TICKED = ["mine", "untaken"] as const;

/** The filter in the address; the server refuses values it does not know. */
export function filterOf(params: URLSearchParams): AlertFilter {
  return {
    ...Object.fromEntries(CHOSEN.flatMap((name) => (params.get(name) ? [[name, params.get(name)]] : []))),
    ...Object.fromEntries(TICKED.flatMap((name) => (params.get(name) ? [[name, true]] : []))),
  };
}

interface Props {
  filter: AlertFilter;
  judges: boolean;
  onChange: (changes: Record<string, string | null>) => void;
}

export function Filters({ filter, judges, onChange }: Props) {
  const { t, say } = useLanguage();
  const { data } = useQuery(overview);
  const { data: project } = useQuery({ ...projectQuery(filter.project ?? ""), enabled: !!filter.project });
  const names = { ...t.alerts, device: t.desk.triage.camera };
  const choices: Record<(typeof CHOSEN)[number], { value: string; label: string }[]> = {
    project: (data?.projects ?? []).map(({ id, name }) => ({ value: id, label: say(name) })),
    device: (project?.devices ?? []).filter(({ kind }) => kind !== "agent").map(({ id, name }) => ({ value: id, label: say(name) })),
    severity: Object.entries(t.severity).map(([value, label]) => ({ value, label })),
    state: Object.entries(t.alerts.states).map(([value, label]) => ({ value, label })),
    kind: Object.entries(t.kinds)
      .filter(([kind]) => kind !== "person")
      .map(([value, label]) => ({ value, label })),
  };
  return (
    <div className="filters" role="group">
      {CHOSEN.map((name) => (
        <Select
          key={name}
          allowClear
          showSearch={{ optionFilterProp: "label" }}
          aria-label={names[name]}
          placeholder={`${names[name]}${t.common.colon}${t.common.all}`}
          disabled={name === "device" && !filter.project}
          options={choices[name]}
          value={filter[name] ?? null}
          onChange={(value: string | null) => {
            // Cameras belong to a project: another project has none of them.
            onChange({ [name]: value, ...(name === "project" ? { device: null } : {}) });
          }}
        />
      ))}
      {judges && (
        <span className="filters-ticks">
          {TICKED.map((name) => (
            <Checkbox
              key={name}
              checked={!!filter[name]}
              data-testid={`filter-${name}`}
              onChange={(event) => { onChange({ [name]: event.target.checked ? "1" : null }); }}
            >
              {t.desk.triage[name]}
            </Checkbox>
          ))}
        </span>
      )}
    </div>
  );
}
