import { Button, Form, Input, Select } from "antd";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearchParams } from "react-router";
import { ApiError, client, take } from "../api/client";
import { overview, project as projectQuery } from "../api/queries";
import type { ClaimIn, ProjectDetail } from "../api/types";
import { useNow } from "../app/clock";
import { fromFen, toFen, yuan } from "../format/money";
import { today } from "../format/time";
import { useToast } from "../app/toast";
import { useLanguage } from "../i18n/language";
import { checksOf, remaining, type Draft } from "../money/filing-checks";
import { asShare } from "../ui/bar";
import { Lamp } from "../ui/light";
import { Notice } from "../ui/state";
import "../styles/claims.css";

type Values = Required<Draft> & { title: string; claimed_on: string; invoice?: string };

export default function Filing() {
  const { t, say } = useLanguage();
  const [params, setParams] = useSearchParams();
  const id = params.get("project");
  const { data } = useQuery(overview);
  const { data: project } = useQuery({ ...projectQuery(id ?? ""), enabled: id !== null });
  return (
    <div className="page">
      <h1>{t.claims.filing.heading}</h1>
      <Select
        className="filing-project"
        style={{ maxWidth: 420, width: "100%" }}
        aria-label={t.claims.filing.project}
        placeholder={t.claims.filing.project}
        value={id}
        options={(data?.projects ?? []).map((one) => ({ value: one.id, label: say(one.name) }))}
        onChange={(value: string) => { setParams({ project: value }, { replace: true }); }}
      />
      {project ? <FilingForm key={project.id} project={project} /> : <Notice title={t.claims.filing.pickProject} />}
    </div>
  );
}

function FilingForm({ project }: { project: ProjectDetail }) {
  const { t, say } = useLanguage();
  const { message } = useToast();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const now = useNow();
  const words = t.claims.filing;
  const [form] = Form.useForm<Values>();
  const draft = Form.useWatch([], form) as Draft | undefined;
  const checks = checksOf(project, draft ?? {}, now);
  const file = useMutation({
    mutationFn: (body: ClaimIn) =>
      take(client.POST("/api/v1/projects/{project}/claims", { params: { path: { project: project.id } }, body })),
    onSuccess: (claim) => {
      void message.success(words.filed);
      void queries.invalidateQueries();
      void navigate(`/claims/${String(claim.id)}`);
    },
    onError: (error) => {
      if (!(error instanceof ApiError)) return;
      const fields = Object.entries(error.failure.fields);
      form.setFields(fields.map(([name, text]) => ({ name: name as keyof Values, errors: [text] })));
    },
  });
  const required = { required: true, message: t.common.required };
  const isAmount = {
    validator: (_: unknown, value?: string) =>
      (toFen(value ?? "") ?? -1n) >= 0n ? Promise.resolve() : Promise.reject(new Error(t.claims.form.notAmount)),
  };
  return (
    <div className="filing">
      <Form
        form={form}
        layout="vertical"
        className="panel"
        initialValues={{ claimed_on: today(now), payee_account: project.contract.payee_account }}
        onFinish={(values) => { file.mutate(asClaim(values)); }}
      >
        <Form.Item name="title" label={words.titleField} rules={[required, { min: 2, message: t.common.atLeast(2) }]}>
          <Input placeholder={words.titleHint} maxLength={200} data-testid="filing-title" />
        </Form.Item>
        <Form.Item name="milestone" label={words.milestone} rules={[required]}>
          <Select
            data-testid="filing-milestone"
            options={project.milestones.map(({ id, name, status }) => ({
              value: id,
              label: `${say(name)}${t.common.bracketed(t.project.milestoneStates[status])}`,
            }))}
          />
        </Form.Item>
        <div className="filing-row">
          <Form.Item required name="amount" label={words.amount} rules={[isAmount]} extra={words.remaining(yuan(remaining(project)))}>
            <Input inputMode="decimal" prefix="¥" data-testid="filing-amount" />
          </Form.Item>
          <Form.Item required name="wage_amount" label={words.wage} rules={[isAmount]}>
            <Input inputMode="decimal" prefix="¥" data-testid="filing-wage" />
          </Form.Item>
          <Form.Item
            name="claimed_percent"
            label={words.percent}
            rules={[required, { pattern: /^(100(\.0+)?|\d{1,2}(\.\d+)?)$/, message: "0–100" }]}
          >
            <Input inputMode="decimal" suffix="%" data-testid="filing-percent" />
          </Form.Item>
          <Form.Item name="claimed_on" label={words.date} rules={[required]}>
            <Input type="date" />
          </Form.Item>
          <Form.Item name="payee_account" label={words.payee} rules={[required]}>
            <Input className="mono" data-testid="filing-payee" />
          </Form.Item>
          <Form.Item name="invoice" label={words.invoice}>
            <Input className="mono" />
          </Form.Item>
        </div>
        {file.error && (
          <p className="filing-error" role="alert">
            {file.error.message}
            {file.error instanceof ApiError && file.error.failure.remedy && `。${file.error.failure.remedy}`}
          </p>
        )}
        <Button
          type="primary"
          htmlType="submit"
          size="large"
          loading={file.isPending}
          disabled={checks.some(({ result }) => result === "block")}
          data-testid="filing-submit"
        >
          {words.submit}
        </Button>
      </Form>
      <Checks project={project} checks={checks} />
    </div>
  );
}

function asClaim({ amount, wage_amount, claimed_percent, invoice = "", ...rest }: Values): ClaimIn {
  return {
    ...rest,
    amount: fromFen(toFen(amount) ?? 0n),
    wage_amount: fromFen(toFen(wage_amount) ?? 0n),
    claimed_percent: Number(claimed_percent),
    invoice,
    lines: [],
    draft: false,
  };
}

const LAMPS = { pass: "green", warn: "yellow", block: "red", unknown: "grey" } as const;

function Checks({ project, checks }: { project: ProjectDetail; checks: ReturnType<typeof checksOf> }) {
  const { t } = useLanguage();
  const words = t.claims.filing;
  return (
    <section className="panel" aria-live="polite">
      <h2>{words.checks}</h2>
      <ul className="checks">
        {checks.map(({ name, result }) => (
          <li key={name} className={`check-${result}`}>
            <Lamp light={LAMPS[result]} />
            <span>{name === "wageShare" ? words.wageShare(asShare(project.contract.wage_share)) : words[name]}</span>
            {result !== "unknown" && <span className="sub">{words[result]}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
