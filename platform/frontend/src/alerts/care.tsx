import { Button, Form, Input, Modal, Radio, Select } from "antd";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { client, take } from "../api/client";
import { alert as alertQuery } from "../api/queries";
import type { Alert } from "../api/types";
import { useNow } from "../app/clock";
import { useMe } from "../app/session";
import { useToast } from "../app/toast";
import { exact } from "../format/time";
import { useLanguage } from "../i18n/language";
import { assignees } from "./queries";

interface CareProps {
  alert: Alert;
  mayAssign: boolean;
  maySilence: boolean;
}

/** Who takes care of an alert, and what else can be done about it. */
export function Care({ alert, mayAssign, maySilence }: CareProps) {
  const { t } = useLanguage();
  const [silencing, setSilencing] = useState(false);
  const words = t.desk.triage;
  return (
    <section className="care">
      {mayAssign ? <Assignment alert={alert} /> : alert.assigned_to && <p>{`${words.assigned}${t.common.colon}${alert.assigned_to}`}</p>}
      <div className="care-links">
        <Link to={`/live?project=${alert.project}`}>{words.live}</Link>
        {mayAssign && <Link to={`/hazards?record=${String(alert.id)}&project=${alert.project}`}>{words.toHazard}</Link>}
        {maySilence && (
          <Button type="link" onClick={() => { setSilencing(true); }} data-testid="alert-silence">
            {words.silence}
          </Button>
        )}
      </div>
      <Modal open={silencing} title={words.silence} footer={null} destroyOnHidden onCancel={() => { setSilencing(false); }}>
        <SilenceForm alert={alert} onDone={() => { setSilencing(false); }} />
      </Modal>
    </section>
  );
}

function Assignment({ alert }: { alert: Alert }) {
  const { t } = useLanguage();
  const me = useMe();
  const { message } = useToast();
  const queries = useQueryClient();
  const { data: people } = useQuery(assignees);
  const words = t.desk.triage;
  const assign = useMutation({
    mutationFn: (username: string | null) =>
      take(client.PUT("/api/v1/alerts/{alert}/assignment", { params: { path: { alert: alert.id } }, body: { username } })),
    onSuccess: (next) => {
      queries.setQueryData(alertQuery(alert.id).queryKey, next as never);
      for (const queryKey of [["alerts"], ["agenda"]]) void queries.invalidateQueries({ queryKey });
      void message.success(next.assigned_to ? words.assignedToast(next.assigned_to) : words.unassigned);
    },
    onError: (error) => void message.error(error.message),
  });
  return (
    <div className="assignment">
      <label htmlFor="assignee">{words.assign}</label>
      <Select
        id="assignee"
        aria-label={words.assign}
        allowClear
        loading={assign.isPending}
        placeholder={words.nobody}
        value={alert.assigned_username}
        options={(people ?? []).map(({ username, display_name }) => ({ value: username, label: display_name }))}
        onChange={(username: string | undefined) => { assign.mutate(username ?? null); }}
      />
      {alert.assigned_username !== me.username && (
        <Button onClick={() => { assign.mutate(me.username); }} loading={assign.isPending} data-testid="alert-take">
          {words.toMe}
        </Button>
      )}
    </div>
  );
}

const HOURS = [1, 4, 8, 24, 72];

interface SilenceWish {
  scope: "rule" | "device" | "zone";
  hours: number;
  reason: string;
}

function SilenceForm({ alert, onDone }: { alert: Alert; onDone: () => void }) {
  const { t } = useLanguage();
  const now = useNow();
  const { message } = useToast();
  const words = t.desk.triage;
  const silence = useMutation({
    mutationFn: ({ scope, hours, reason }: SilenceWish) =>
      take(
        client.POST("/api/v1/silences", {
          body: { matchers: matchers(alert, scope), reason, ends: new Date(now.getTime() + hours * 3_600_000).toISOString() },
        }),
      ),
    onSuccess: ({ ends }) => {
      void message.success(words.silenced(exact(ends)));
      onDone();
    },
    onError: (error) => void message.error(error.message),
  });
  const scopes = [
    { value: "rule", label: words.silenceRule },
    ...(alert.device ? [{ value: "device", label: words.silenceDevice }] : []),
    ...(alert.zone ? [{ value: "zone", label: words.silenceZone }] : []),
  ];
  return (
    <Form<SilenceWish>
      layout="vertical"
      initialValues={{ scope: alert.zone ? "zone" : alert.device ? "device" : "rule", hours: 4 }}
      onFinish={(wish) => { silence.mutate(wish); }}
    >
      <p className="sub">{words.silenceNote}</p>
      <Form.Item name="scope" label={words.silenceScope}>
        <Radio.Group optionType="button" options={scopes} />
      </Form.Item>
      <Form.Item name="hours" label={words.silenceHours}>
        <Radio.Group optionType="button" options={HOURS.map((value) => ({ value, label: words.hours(value) }))} />
      </Form.Item>
      <Form.Item
        name="reason"
        label={words.silenceReason}
        rules={[{ required: true, min: 4, whitespace: true, message: t.hazards.atLeast }]}
      >
        <Input.TextArea rows={2} maxLength={2000} data-testid="silence-reason" />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={silence.isPending} data-testid="silence-submit">
        {words.silenceStart}
      </Button>
    </Form>
  );
}

/** Always within the project and the rule; narrower by device or zone. */
export function matchers(alert: Alert, scope: SilenceWish["scope"]) {
  const narrow = [
    { field: "project" as const, pattern: alert.project },
    { field: "rule" as const, pattern: alert.rule },
    ...(scope !== "rule" && alert.device ? [{ field: "device" as const, pattern: alert.device }] : []),
    ...(scope === "zone" && alert.zone ? [{ field: "zone" as const, pattern: alert.zone }] : []),
  ];
  return narrow.map((matcher) => ({ ...matcher, equal: true }));
}
