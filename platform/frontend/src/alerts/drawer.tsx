import { Button, Drawer, Form, Input, Radio } from "antd";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { client, take } from "../api/client";
import { alert as alertQuery } from "../api/queries";
import type { Alert, Verdict } from "../api/types";
import { mayJudgeAlerts, maySilence } from "../app/roles";
import { useMe } from "../app/session";
import { exact } from "../format/time";
import { useToast } from "../app/toast";
import { useLanguage, word } from "../i18n/language";
import { asShare } from "../ui/bar";
import { Evidence } from "../ui/evidence";
import { Loaded } from "../ui/state";
import { SeverityTag, Tag } from "../ui/tag";
import { Care } from "./care";
import { History } from "./history";
import { placeOf } from "./place";
import { useZone } from "./zone";

export function AlertDrawer({ id, onClose }: { id: number | null; onClose: () => void }) {
  const { t } = useLanguage();
  const query = useQuery({ ...alertQuery(id ?? 0), enabled: id !== null });
  return (
    <Drawer open={id !== null} onClose={onClose} size="min(680px, 100vw)" title={t.nav.alerts} destroyOnHidden>
      {id !== null && (
        <Loaded query={query} rows={10}>
          {(alert) => <Case alert={alert} />}
        </Loaded>
      )}
    </Drawer>
  );
}

function Case({ alert }: { alert: Alert }) {
  const { t, say } = useLanguage();
  const { role } = useMe();
  const polygon = useZone(alert);
  const label = alert.confidence === null ? say(alert.title) : `${say(alert.title)} ${asShare(alert.confidence)}`;
  return (
    <article className="alert-case">
      <header>
        <div className="alert-title">
          <SeverityTag severity={alert.severity} />
          <Tag tone={alert.state === "firing" ? "bad" : alert.state === "pending" ? "watch" : "good"}>
            {t.alerts.states[alert.state]}
          </Tag>
          <span className="sub mono">№ {alert.id}</span>
        </div>
        <h2>{say(alert.title)}</h2>
        <p>{say(alert.summary)}</p>
      </header>
      {alert.evidence && (
        <Evidence
          sha256={alert.evidence}
          signature={alert.evidence_signature}
          alt={`${t.common.evidence}${t.common.colon}${say(alert.title)}`}
          box={alert.box}
          boxLabel={label}
          polygon={polygon}
        />
      )}
      {alert.silenced_by !== null && <p className="sub">{t.desk.triage.silencedNow}</p>}
      {alert.inhibited_by !== null && <p className="sub">{t.desk.triage.inhibited}</p>}
      <Measured alert={alert} />
      <dl className="facts">
        <Item name={t.alerts.project}>{say(alert.project_name)}</Item>
        <Item name={t.alerts.where}>
          {placeOf(alert, say) || t.common.none}
        </Item>
        <Item name={t.alerts.started}>{exact(alert.started_at)}</Item>
        {alert.fired_at && <Item name={t.alerts.fired}>{exact(alert.fired_at)}</Item>}
        {alert.resolved_at && <Item name={t.alerts.resolved}>{exact(alert.resolved_at)}</Item>}
        {alert.confidence !== null && <Item name={t.alerts.confidence}>{asShare(alert.confidence)}</Item>}
        <Item name={t.alerts.rule}>
          <span className="mono">{alert.rule}</span>
        </Item>
        <Item name={t.common.source}>{alert.source || t.common.none}</Item>
      </dl>
      <p className="sub">{t.alerts.machine}</p>
      <Judgement alert={alert} mayJudge={mayJudgeAlerts(role)} />
      <Care alert={alert} mayAssign={mayJudgeAlerts(role)} maySilence={maySilence(role)} />
      <History alert={alert} />
    </article>
  );
}

function Item({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** The measured value on a scale that shows its limit. */
function Measured({ alert }: { alert: Alert }) {
  const { t } = useLanguage();
  if (alert.value === null || alert.limit === null) return null;
  const top = Math.max(alert.value, alert.limit) * 1.15 || 1;
  const over = alert.value - alert.limit;
  const shown = (n: number) => `${String(Math.round(n * 100) / 100)} ${alert.unit}`;
  return (
    <div className="measured">
      <div>
        <span className="sub">{t.alerts.value}</span>
        <strong className={over > 0 ? "late" : ""}>{shown(alert.value)}</strong>
      </div>
      <div>
        <span className="sub">{t.alerts.limit}</span>
        <strong>{shown(alert.limit)}</strong>
      </div>
      {over > 0 && <Tag tone="bad">{t.alerts.over(shown(over))}</Tag>}
      <div className="measured-scale" aria-hidden="true">
        <span className="measured-value" style={{ width: `${String((alert.value / top) * 100)}%` }} />
        <span className="measured-limit" style={{ left: `${String((alert.limit / top) * 100)}%` }} />
      </div>
    </div>
  );
}

function Judgement({ alert, mayJudge }: { alert: Alert; mayJudge: boolean }) {
  const { t } = useLanguage();
  const { message } = useToast();
  const queries = useQueryClient();
  const path = { params: { path: { alert: alert.id } } };
  function changed(next: Alert) {
    queries.setQueryData(alertQuery(alert.id).queryKey, next as never);
    void queries.invalidateQueries({ queryKey: ["alerts"] });
    void queries.invalidateQueries({ queryKey: ["overview"] });
  }
  function failed(error: Error) {
    void message.error(error.message);
  }
  const takeBack = useMutation({
    mutationFn: () => take(client.DELETE("/api/v1/alerts/{alert}/acknowledgement", path)),
    onSuccess: changed,
    onError: failed,
  });
  const acknowledge = useMutation({
    mutationFn: () => take(client.POST("/api/v1/alerts/{alert}/acknowledgement", path)),
    onSuccess: (next) => {
      changed(next);
      const key = `acknowledged-${String(alert.id)}`;
      void message.success({
        key,
        duration: 6,
        content: (
          <>
            {t.alerts.acknowledgedToast}
            <Button type="link" size="small" onClick={() => { message.destroy(key); takeBack.mutate(); }}>
              {t.common.undo}
            </Button>
          </>
        ),
      });
    },
    onError: failed,
  });
  const judge = useMutation({
    mutationFn: (body: { verdict: Verdict; reason: string }) =>
      take(client.POST("/api/v1/alerts/{alert}/verdict", { ...path, body })),
    onSuccess: (next) => {
      changed(next);
      void message.success(t.alerts.verdictSaved);
    },
    onError: failed,
  });
  return (
    <section className="judgement">
      {alert.acknowledged_by ? (
        <p>
          {t.alerts.acknowledged(alert.acknowledged_by)}
          {mayJudge && !alert.verdict && (
            <Button type="link" loading={takeBack.isPending} onClick={() => { takeBack.mutate(); }}>
              {t.alerts.takeBack}
            </Button>
          )}
        </p>
      ) : (
        mayJudge && (
          <Button
            type="primary"
            loading={acknowledge.isPending}
            data-testid="alert-acknowledge"
            onClick={() => { acknowledge.mutate(); }}
          >
            {t.alerts.acknowledge}
          </Button>
        )
      )}
      {alert.verdict ? (
        <div>
          <strong>
            {t.alerts.judged(alert.verdict_by ?? "")}{t.common.colon}{word(t.alerts.verdicts, alert.verdict)}
          </strong>
          {alert.verdict_reason && <blockquote>{alert.verdict_reason}</blockquote>}
        </div>
      ) : (
        mayJudge && <VerdictForm sending={judge.isPending} onSend={judge.mutate} />
      )}
    </section>
  );
}

interface VerdictFormProps {
  sending: boolean;
  onSend: (body: { verdict: Verdict; reason: string }) => void;
}

function VerdictForm({ sending, onSend }: VerdictFormProps) {
  const { t } = useLanguage();
  const [form] = Form.useForm<{ verdict: Verdict; reason?: string }>();
  const verdict = Form.useWatch("verdict", form) as Verdict | undefined;
  const verdicts: Verdict[] = ["confirmed", "false_alarm", "cannot_tell"];
  return (
    <Form
      form={form}
      layout="vertical"
      onFinish={(values) => { onSend({ verdict: values.verdict, reason: values.reason ?? "" }); }}
    >
      <Form.Item name="verdict" label={t.alerts.judge} rules={[{ required: true, message: t.common.required }]}>
        <Radio.Group
          optionType="button"
          options={verdicts.map((value) => ({ value, label: t.alerts.verdicts[value] }))}
        />
      </Form.Item>
      <Form.Item
        name="reason"
        label={t.alerts.reason}
        dependencies={["verdict"]}
        rules={[{ required: verdict === "false_alarm", whitespace: true, message: t.alerts.falseNeedsReason }]}
      >
        <Input.TextArea rows={2} maxLength={2000} data-testid="verdict-reason" />
      </Form.Item>
      <Button htmlType="submit" loading={sending} disabled={!verdict} data-testid="verdict-submit">
        {t.alerts.submitVerdict}
      </Button>
    </Form>
  );
}
