import { Button, Form, Input, Select } from "antd";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { client, take } from "../api/client";
import { alert as alertQuery, overview } from "../api/queries";
import type { Alert, Hazard, Severity } from "../api/types";
import { useNow } from "../app/clock";
import { useToast } from "../app/toast";
import { today } from "../format/time";
import { useLanguage } from "../i18n/language";
import { Loaded } from "../ui/state";

interface Wish {
  project: string;
  kind: string;
  severity: Severity;
  description: string;
  found_on: string;
}

interface Props {
  /** The alert it comes from; its picture becomes the one before. */
  alert: number | null;
  project: string | null;
  onDone: (hazard: Hazard) => void;
}

export function RecordForm({ alert, project, onDone }: Props) {
  const query = useQuery({ ...alertQuery(alert ?? 0), enabled: alert !== null });
  if (alert === null) return <Blank alert={null} project={project} onDone={onDone} />;
  return (
    <Loaded query={query} rows={6}>
      {(found) => <Blank alert={found} project={found.project} onDone={onDone} />}
    </Loaded>
  );
}

function Blank({ alert, project, onDone }: Omit<Props, "alert"> & { alert: Alert | null }) {
  const { t, say } = useLanguage();
  const now = useNow();
  const { message } = useToast();
  const queries = useQueryClient();
  const { data } = useQuery(overview);
  const words = t.hazards;
  const record = useMutation({
    mutationFn: ({ project: where, ...body }: Wish) =>
      take(
        client.POST("/api/v1/projects/{project}/hazards", {
          params: { path: { project: where } },
          body: { ...body, alert: alert?.id ?? null },
        }),
      ),
    onSuccess: (hazard) => {
      for (const queryKey of [["hazards"], ["agenda"]]) void queries.invalidateQueries({ queryKey });
      void message.success(words.recorded);
      onDone(hazard);
    },
    onError: (error) => void message.error(error.message),
  });
  const severities = Object.entries(t.severity).filter(([code]) => code !== "major");
  return (
    <Form<Wish>
      layout="vertical"
      initialValues={{
        found_on: today(now),
        ...(project ? { project } : {}),
        ...(alert
          ? { kind: alert.kind, severity: alert.severity === "major" ? "suspected_major" : alert.severity, description: say(alert.summary) }
          : {}),
      }}
      onFinish={(wish) => { record.mutate(wish); }}
    >
      <Form.Item name="project" label={words.project} rules={[{ required: true, message: t.common.required }]}>
        <Select disabled={alert !== null} options={(data?.projects ?? []).map(({ id, name }) => ({ value: id, label: say(name) }))} />
      </Form.Item>
      <Form.Item name="kind" label={words.kind} rules={[{ required: true, message: t.common.required }]}>
        <Select
          showSearch={{ optionFilterProp: "label" }}
          options={Object.entries(t.kinds)
            .filter(([kind]) => kind !== "person")
            .map(([value, label]) => ({ value, label }))}
        />
      </Form.Item>
      <Form.Item name="severity" label={words.severity} rules={[{ required: true, message: t.common.required }]}>
        <Select options={severities.map(([value, label]) => ({ value, label }))} />
      </Form.Item>
      <Form.Item
        name="description"
        label={words.description}
        rules={[{ required: true, min: 4, whitespace: true, message: words.atLeast }]}
      >
        <Input.TextArea rows={3} maxLength={2000} data-testid="hazard-description" />
      </Form.Item>
      <Form.Item name="found_on" label={words.foundOn} rules={[{ required: true, message: t.common.required }]}>
        <Input type="date" max={today(now)} />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={record.isPending} data-testid="hazard-submit">
        {words.record}
      </Button>
    </Form>
  );
}
