import { Button, Form, Input, Modal } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { client, take } from "../api/client";
import { project as projectQuery } from "../api/queries";
import type { Milestone } from "../api/types";
import { useNow } from "../app/clock";
import { useMe } from "../app/session";
import { useToast } from "../app/toast";
import { today } from "../format/time";
import { useLanguage } from "../i18n/language";

type Act = "claim" | "accept" | "reject";

interface Props {
  project: string;
  milestone: Milestone;
}

/** The department claims a milestone; the chief supervisor accepts or rejects what is claimed. */
export function MilestoneActions({ project, milestone }: Props) {
  const { t } = useLanguage();
  const { role } = useMe();
  const [open, setOpen] = useState<Act | null>(null);
  const acts = actsOf(role, milestone.status);
  if (acts.length === 0) return null;
  return (
    <span className="milestone-acts">
      {acts.map((act) => (
        <Button
          key={act}
          size="small"
          type={act === "reject" ? "default" : "primary"}
          data-testid={`milestone-${act}-${milestone.id}`}
          onClick={() => { setOpen(act); }}
        >
          {t.project.milestoneActs[act]}
        </Button>
      ))}
      {open && <ActForm act={open} project={project} milestone={milestone} onClose={() => { setOpen(null); }} />}
    </span>
  );
}

function actsOf(role: string, status: Milestone["status"]): Act[] {
  if (role === "department" && (status === "planned" || status === "rejected")) return ["claim"];
  if (role === "chief_supervisor" && status === "claimed") return ["accept", "reject"];
  return [];
}

interface ActFormProps extends Props {
  act: Act;
  onClose: () => void;
}

function ActForm({ act, project, milestone, onClose }: ActFormProps) {
  const { t, say } = useLanguage();
  const { message } = useToast();
  const queries = useQueryClient();
  const now = useNow();
  const send = useMutation({
    mutationFn: async ({ on, note = "" }: { on: string; note?: string }) => {
      const params = { path: { project, milestone: milestone.id } };
      if (act === "claim") {
        await take(
          client.POST("/api/v1/projects/{project}/milestones/{milestone}/claim", { params, body: { claimed_on: on } }),
        );
        return;
      }
      await take(
        client.POST("/api/v1/projects/{project}/milestones/{milestone}/acceptance", {
          params,
          body: { accepted: act === "accept", accepted_on: on, note },
        }),
      );
    },
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: projectQuery(project).queryKey });
      void queries.invalidateQueries({ queryKey: ["claims"] });
      void message.success(t.claims.form.done(t.project.milestoneActs[act]));
      onClose();
    },
  });
  return (
    <Modal open title={`${t.project.milestoneActs[act]}${t.common.colon}${say(milestone.name)}`} onCancel={onClose} footer={null}>
      <Form layout="vertical" initialValues={{ on: today(now) }} onFinish={send.mutate}>
        <Form.Item name="on" label={t.claims.form.date} rules={[{ required: true, message: t.common.required }]}>
          <Input type="date" />
        </Form.Item>
        {act !== "claim" && (
          <Form.Item name="note" label={t.claims.form.note}>
            <Input.TextArea rows={3} maxLength={2000} />
          </Form.Item>
        )}
        {send.error && <p role="alert" className="late">{send.error.message}</p>}
        <Button type="primary" htmlType="submit" loading={send.isPending} data-testid="milestone-submit">
          {t.project.milestoneActs[act]}
        </Button>
      </Form>
    </Modal>
  );
}
