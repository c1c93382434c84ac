import { Button, Form, Input, Radio, Select } from "antd";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ApiError, client, take } from "../api/client";
import { evidence, evidenceUrl } from "../api/queries";
import type { HazardDetail } from "../api/types";
import { useNow } from "../app/clock";
import { useToast } from "../app/toast";
import { moment, today } from "../format/time";
import { useLanguage } from "../i18n/language";
import { FIELDS, send, type Field, type Step } from "./steps";

type Values = Record<string, unknown>;

/** The form of one step. What the server refuses is shown at its field. */
export function StepForm({ hazard, step, onDone }: { hazard: HazardDetail; step: Step; onDone: () => void }) {
  const { t } = useLanguage();
  const { message } = useToast();
  const queries = useQueryClient();
  const now = useNow();
  const [form] = Form.useForm<Values>();
  const values = (Form.useWatch([], form) as Values | undefined) ?? {};
  const asked = FIELDS[step].filter(({ when }) => !when || when(values));
  const act = useMutation({
    mutationFn: (given: Values) => send(hazard.id, step, bodyOf(asked, given)),
    onSuccess: () => {
      for (const queryKey of [["hazard"], ["hazards"], ["agenda"], ["project", hazard.project], ["overview"]]) {
        void queries.invalidateQueries({ queryKey });
      }
      void message.success(`${t.hazards.done}${t.common.colon}${t.hazards.steps[step]}`);
      onDone();
    },
    onError: (error) => {
      const fields = error instanceof ApiError ? Object.entries(error.failure.fields) : [];
      const known = fields.filter(([name]) => asked.some((field) => field.name === name));
      form.setFields(known.map(([name, words]) => ({ name, errors: [words] })));
      const remedy = error instanceof ApiError && error.failure.remedy ? ` ${error.failure.remedy}` : "";
      void message.error(`${error.message}${remedy}`, 6);
    },
  });
  return (
    <Form
      form={form}
      layout="vertical"
      className="step-form"
      initialValues={{ closed_on: today(now), kind: "rectification" }}
      onFinish={(given) => { act.mutate(given); }}
    >
      {asked.map((field) => (
        <Form.Item key={field.name} name={field.name} label={labelOf(field, t)} extra={hintOf(field, t)} rules={rulesOf(field, t)}>
          <Control field={field} step={step} hazard={hazard} />
        </Form.Item>
      ))}
      <Button type="primary" htmlType="submit" loading={act.isPending} data-testid={`submit-${step}`}>
        {t.hazards.submitStep}
      </Button>
    </Form>
  );
}

type Words = ReturnType<typeof useLanguage>["t"];

function labelOf({ name }: Field, t: Words): string {
  return t.hazards.fields[name as keyof typeof t.hazards.fields];
}

function hintOf({ name }: Field, t: Words): string | undefined {
  return t.hazards.hints[name as keyof typeof t.hazards.hints] as string | undefined;
}

function rulesOf({ kind, required }: Field, t: Words) {
  if (!required) return [];
  if (kind === "text") return [{ required: true, min: 4, whitespace: true, message: t.hazards.atLeast }];
  return [{ required: true, message: t.common.required }];
}

/** Only what was asked, without what was left empty. */
export function bodyOf(asked: Field[], values: Values): Values {
  const filled = asked.flatMap(({ name }) => {
    const value = values[name];
    return value === undefined || value === "" || value === null ? [] : [[name, value] as const];
  });
  return Object.fromEntries(filled);
}

interface ControlProps {
  field: Field;
  step: Step;
  hazard: HazardDetail;
  id?: string;
  value?: unknown;
  onChange?: (value: unknown) => void;
}

function Control({ field, step, hazard, id, value, onChange }: ControlProps) {
  const { t } = useLanguage();
  const given = { ...(id ? { id } : {}), ...(onChange ? { onChange } : {}) };
  switch (field.kind) {
    case "line":
      return <Input {...given} value={value as string} maxLength={200} data-testid={`field-${field.name}`} />;
    case "text":
      return <Input.TextArea {...given} value={value as string} rows={2} maxLength={2000} data-testid={`field-${field.name}`} />;
    case "day":
      return <Input {...given} value={value as string} type="date" data-testid={`field-${field.name}`} />;
    case "severity":
      return (
        <Select
          {...given}
          value={value}
          options={Object.entries(t.severity).map(([code, label]) => ({ value: code, label }))}
        />
      );
    case "order":
      return (
        <Radio.Group
          {...given}
          value={value}
          optionType="button"
          options={Object.entries(t.hazards.orderKinds).map(([code, label]) => ({ value: code, label }))}
        />
      );
    case "yes": {
      const choices = t.hazards.choices;
      const [yes, no] = step === "recheck" ? [choices.passed, choices.failed] : [choices.effective, choices.relapsed];
      return (
        <Radio.Group
          {...given}
          value={value}
          optionType="button"
          options={[
            { value: true, label: yes },
            { value: false, label: no },
          ]}
        />
      );
    }
    case "edition":
      return <Editions {...given} value={value} />;
    case "pictures":
      return <Proof hazard={hazard} value={(value as string[] | undefined) ?? []} onChange={(next) => onChange?.(next)} />;
  }
}

function Editions(given: { id?: string; value: unknown; onChange?: (value: unknown) => void }) {
  const { data } = useQuery({
    queryKey: ["hazard-clauses"],
    queryFn: () => take(client.GET("/api/v1/hazard-clauses")),
    staleTime: Infinity,
  });
  return <Select {...given} loading={!data} options={(data ?? []).map(({ edition, title }) => ({ value: edition, label: title }))} />;
}

/** Pictures from after the fix: the camera's evidence since, and what somebody's phone brought. */
function Proof({ hazard, value, onChange }: { hazard: HazardDetail; value: string[]; onChange: (next: string[]) => void }) {
  const { t } = useLanguage();
  const now = useNow();
  const { data } = useQuery({
    ...evidence({ project: hazard.project, device: hazard.camera ?? "" }),
    enabled: hazard.camera !== null,
  });
  const seen = (data?.pictures ?? []).filter(({ ts }) => ts > hazard.since);
  const brought = hazard.pictures.filter(({ part, camera }) => part !== "before" && camera === null);
  const pictures = [...brought, ...seen];
  if (pictures.length === 0) return <p className="sub">{t.hazards.hints.noPictures}</p>;
  return (
    <ul className="proof">
      {pictures.map(({ sha256, ts }) => (
        <li key={sha256}>
          <label>
            <input
              type="checkbox"
              checked={value.includes(sha256)}
              onChange={(event) => {
                onChange(event.target.checked ? [...value, sha256] : value.filter((other) => other !== sha256));
              }}
            />
            <img src={evidenceUrl(sha256)} alt={moment(ts, now)} loading="lazy" />
            <span>{moment(ts, now)}</span>
          </label>
        </li>
      ))}
    </ul>
  );
}
