import { Button, Input, Modal } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { client, take } from "../api/client";
import type { AgentKey } from "../api/types";
import { useNow } from "../app/clock";
import { moment } from "../format/time";
import { useLanguage } from "../i18n/language";
import { Notice } from "../ui/state";
import { Tag, type Tone } from "../ui/tag";
import { compared } from "./fingerprint";
import { Labelled } from "./shape-form";
import { agents } from "./queries";

const TONE: Record<AgentKey["state"], Tone> = { pending: "watch", accepted: "good", revoked: "bad" };

interface KeysProps {
  project: string;
  agent: string;
  keys: AgentKey[];
  decides: boolean;
}

/** An agent's keys: what is to be compared, what was accepted, what was revoked and why. */
export function Keys({ project, agent, keys, decides }: KeysProps) {
  const { t } = useLanguage();
  const now = useNow();
  const words = t.rooms.setup;
  const [open, setOpen] = useState<{ key: AgentKey; state: "accepted" | "revoked" } | null>(null);
  if (keys.length === 0) return <Notice title={words.noKeys} note={words.noKeysNote} />;
  return (
    <ul className="keys">
      {keys.map((key) => (
        <li key={key.key} data-testid={`key-${key.state}`}>
          <Tag tone={TONE[key.state]}>{words.keyStates[key.state]}</Tag>
          <code className="fingerprint">{key.fingerprint}</code>
          <span className="sub">
            {words.firstSeen(moment(key.first_seen, now))}
            {key.accepted_by && key.accepted_at && ` · ${words.keyStates.accepted} ${words.decided(key.accepted_by, moment(key.accepted_at, now))}`}
            {key.revoked_by && key.revoked_at && ` · ${words.keyStates.revoked} ${words.decided(key.revoked_by, moment(key.revoked_at, now))}`}
            {key.reason && ` · ${key.reason}`}
          </span>
          {decides && (
            <span className="keys-acts">
              {key.state === "pending" && (
                <Button size="small" type="primary" data-testid="accept-key" onClick={() => { setOpen({ key, state: "accepted" }); }}>
                  {words.accept}
                </Button>
              )}
              {key.state !== "revoked" && (
                <Button size="small" danger data-testid="revoke-key" onClick={() => { setOpen({ key, state: "revoked" }); }}>
                  {words.revoke}
                </Button>
              )}
            </span>
          )}
        </li>
      ))}
      {open && <Decide subject={open.key} state={open.state} project={project} agent={agent} onClose={() => { setOpen(null); }} />}
    </ul>
  );
}

interface DecideProps {
  project: string;
  agent: string;
  subject: AgentKey;
  state: "accepted" | "revoked";
  onClose: () => void;
}

/** Accepting wants the fingerprint typed as it was read out: a click alone compares nothing. */
function Decide({ project, agent, subject, state, onClose }: DecideProps) {
  const { t } = useLanguage();
  const queries = useQueryClient();
  const words = t.rooms.setup;
  const [typed, setTyped] = useState("");
  const [reason, setReason] = useState("");
  const accepts = state === "accepted";
  const comparison = compared(typed, subject.fingerprint);
  const ready = reason.trim().length >= 4 && (!accepts || comparison === "match");
  const send = useMutation({
    mutationFn: () =>
      take(
        client.PUT("/api/v1/projects/{project}/agents/{agent}/keys/{key}", {
          params: { path: { project, agent, key: subject.key } },
          body: { state, reason: reason.trim() },
        }),
      ),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: agents(project).queryKey });
      onClose();
    },
  });
  return (
    <Modal open title={accepts ? words.accept : words.revoke} footer={null} onCancel={onClose}>
      <div className="decide">
        {accepts ? (
          <Labelled name={words.typeFingerprint} note={words.typeHint}>
            {(id) => (
              <Input
                id={id}
                value={typed}
                autoComplete="off"
                spellCheck={false}
                className="mono"
                data-testid="typed-fingerprint"
                status={comparison === "mismatch" ? "error" : undefined}
                onChange={(event) => { setTyped(event.target.value); }}
              />
            )}
          </Labelled>
        ) : (
          <p className="late">{words.revokeWarn}</p>
        )}
        {accepts && typed !== "" && (
          <p role="status" data-testid="comparison">
            <Tag tone={comparison === "match" ? "good" : comparison === "mismatch" ? "bad" : "calm"}>
              {comparison === "short" ? words.tooShort : words[comparison]}
            </Tag>
          </p>
        )}
        <Labelled name={accepts ? words.compareWay : words.revokeWhy} note={accepts ? words.compareHint : undefined}>
          {(id) => (
            <Input.TextArea id={id} rows={2} maxLength={500} value={reason} data-testid="key-reason" onChange={(event) => { setReason(event.target.value); }} />
          )}
        </Labelled>
        {send.error && <p role="alert" className="late">{send.error.message}</p>}
        <Button type="primary" danger={!accepts} disabled={!ready} loading={send.isPending} data-testid="decide-key" onClick={() => { send.mutate(); }}>
          {accepts ? words.accept : words.revoke}
        </Button>
      </div>
    </Modal>
  );
}
