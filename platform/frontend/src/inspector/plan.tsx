import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { ApiError, client, take } from "../api/client";
import { Send } from "./confirm";
import { useOutbox, useToday } from "./day";
import { Back } from "./pieces";
import { useWords } from "./words";

/** Planning is done with a line: others must see it. */
export default function Plan() {
  const { w, say } = useWords();
  const { day, who } = useToday();
  const { online } = useOutbox();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [form, setForm] = useState({
    project: day.sites[0]?.id ?? "",
    planned_on: day.today,
    purpose: "",
    inspector: day.colleagues.some(({ username }) => username === who.username) ? who.username : "",
    checklist: "",
  });
  const set = (changes: Partial<typeof form>) => {
    setForm((old) => ({ ...old, ...changes }));
  };
  const plan = useMutation({
    mutationFn: () =>
      take(
        client.POST("/api/v1/projects/{project}/visits", {
          params: { path: { project: form.project } },
          body: {
            planned_on: form.planned_on,
            purpose: form.purpose.trim(),
            inspector: form.inspector || null,
            checklist: form.checklist || null,
          },
        }),
      ),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["inspection-day"] });
      await navigate("/inspection");
    },
  });
  const failure = plan.error instanceof ApiError ? plan.error.failure : null;
  const trouble = failure ? [failure.message, failure.remedy, ...Object.values(failure.fields)].filter(Boolean).join("。") : "";
  const missing = !online ? w.plan.needLine : !form.project ? w.visit.pickProject : form.purpose.trim().length < 4 ? w.plan.purposeHint : "";
  return (
    <div className="field-page">
      <Back to="/inspection" title={w.plan.heading} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!missing && !plan.isPending) plan.mutate();
        }}
      >
        <Pick
          label={w.visit.project}
          value={form.project}
          options={day.sites.map(({ id, name }) => [id, say(name)])}
          onChange={(project) => {
            set({ project });
          }}
        />
        <label className="field-label">
          {w.plan.day}
          <input
            type="date"
            value={form.planned_on}
            min={day.today}
            required
            onChange={(event) => {
              set({ planned_on: event.target.value });
            }}
          />
        </label>
        <Pick
          label={w.plan.who}
          value={form.inspector}
          options={[["", w.plan.anybody], ...day.colleagues.map(({ username, display_name }) => [username, display_name] as const)]}
          onChange={(inspector) => {
            set({ inspector });
          }}
        />
        <label className="field-label">
          {w.plan.purpose}
          <input
            value={form.purpose}
            maxLength={200}
            placeholder={w.plan.purposeHint}
            onChange={(event) => {
              set({ purpose: event.target.value });
            }}
          />
        </label>
        <Pick
          label={w.visit.list}
          value={form.checklist}
          options={[["", w.visit.noList], ...day.checklists.map(({ id, name }) => [id, say(name)] as const)]}
          onChange={(checklist) => {
            set({ checklist });
          }}
        />
        <Send label={w.plan.submit} missing={missing} trouble={trouble} />
      </form>
    </div>
  );
}

interface PickProps {
  label: string;
  value: string;
  options: readonly (readonly [string, string])[];
  onChange: (value: string) => void;
}

function Pick({ label, value, options, onChange }: PickProps) {
  return (
    <label className="field-label">
      {label}
      <select
        value={value}
        onChange={(event) => {
          onChange(event.target.value);
        }}
      >
        {options.map(([id, name]) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
