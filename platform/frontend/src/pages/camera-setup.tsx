import { Button } from "antd";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Link, useParams } from "react-router";
import { ApiError, client, take } from "../api/client";
import { project as projectQuery } from "../api/queries";
import type { CameraSettings, CameraSetup, ProjectDetail } from "../api/types";
import { maySetUp } from "../app/roles";
import { useMe } from "../app/session";
import { useToast } from "../app/toast";
import { useLanguage } from "../i18n/language";
import { draftOf, faultsOf, settingsOf, type Draft, type Fault } from "../setup/draft";
import { Editor } from "../setup/editor";
import { begin, type History } from "../setup/history";
import { Outcome } from "../setup/outcome";
import { cameraSettings, cameraSetup } from "../setup/queries";
import { Loaded, Notice } from "../ui/state";
import { Tag } from "../ui/tag";
import "../styles/setup.css";

/** A camera's zones and thresholds, drawn on its picture and sent to its agent. */
export default function CameraSetupPage() {
  const { project = "", camera = "" } = useParams();
  const { t } = useLanguage();
  const detail = useQuery(projectQuery(project));
  const setup = useQuery(cameraSetup(project, camera));
  return (
    <div className="page">
      <p className="sub">
        <Link to={`/setup?project=${project}`}>{t.rooms.editor.back}</Link>
      </p>
      <Loaded query={detail} rows={3}>
        {(found) => (
          <Loaded query={setup} rows={14}>
            {(data) => (data.agent ? <WithAgent detail={found} setup={data} agent={data.agent} /> : <Notice tone="bad" title={t.rooms.editor.noAgent} />)}
          </Loaded>
        )}
      </Loaded>
    </div>
  );
}

function WithAgent({ detail, setup, agent }: { detail: ProjectDetail; setup: CameraSetup; agent: string }) {
  const settings = useQuery(cameraSettings(setup.project, agent, setup.camera));
  return (
    <Loaded query={settings} rows={14}>
      {(data) => <Page detail={detail} setup={setup} agent={agent} settings={data} />}
    </Loaded>
  );
}

interface PageProps {
  detail: ProjectDetail;
  setup: CameraSetup;
  agent: string;
  settings: CameraSettings;
}

function Page({ detail, setup, agent, settings }: PageProps) {
  const { t, say } = useLanguage();
  const { role } = useMe();
  const editable = maySetUp(role);
  const words = t.rooms.editor;
  const start = useMemo(() => draftOf(setup, settings), [setup, settings]);
  // What is being drawn stays while answers of the agent come in.
  const [work, setWork] = useState<{ from: Draft; history: History<Draft> } | null>(null);
  const from = work?.from ?? start;
  const history = work?.history ?? begin(start);
  const draft = history.now;
  const changed = JSON.stringify(draft) !== JSON.stringify(from);
  const faults = faultsOf(draft);
  const send = useSend({ setup, agent, settings }, () => { setWork(null); });
  const known = useMemo(() => new Set(start.shapes.map(({ id }) => id)), [start]);
  const fileZones = detail.danger_zones.some(({ camera }) => camera === setup.camera) && !("danger_zones" in settings.settings);
  return (
    <>
      <section className="panel setup-head">
        <div>
          <p className="sub">
            {say(detail.name)} · {agent}
          </p>
          <h1>{say(setup.name)}</h1>
        </div>
        <Outcome settings={settings.newest} />
        {editable ? (
          <div className="setup-send">
            <Button
              type="primary"
              data-testid="send-settings"
              disabled={!changed || faults.length > 0}
              loading={send.isPending}
              onClick={() => { send.mutate({ from, draft }); }}
            >
              {send.isPending ? words.sending : words.send}
            </Button>
            {changed ? (
              <Button onClick={() => { setWork(null); }}>{words.discard}</Button>
            ) : (
              <span className="sub">{words.unchanged}</span>
            )}
          </div>
        ) : (
          <p className="sub">{words.onlyLook}</p>
        )}
        {send.error && <p role="alert" className="late">{said(send.error)}</p>}
        {faults.map((fault) => (
          <p key={JSON.stringify(fault)} role="alert" className="late">
            {faultText(fault, words)}
          </p>
        ))}
        {fileZones && draft.shapes.some(({ kind }) => kind === "danger") && changed && (
          <p>
            <Tag tone="watch">{words.fileZones}</Tag>
          </p>
        )}
      </section>
      <Editor
        setup={setup}
        items={detail.work_items}
        history={history}
        known={known}
        editable={editable}
        onHistory={(next) => { setWork({ from, history: next }); }}
      />
    </>
  );
}

function said(error: Error): string {
  if (!(error instanceof ApiError)) return error.message;
  return [error.message, ...Object.values(error.failure.fields), error.failure.remedy].filter(Boolean).join(" · ");
}

function faultText(fault: Fault, words: ReturnType<typeof useLanguage>["t"]["rooms"]["editor"]): string {
  return "zone" in fault ? words[fault.what](fault.zone) : words[fault.what];
}

function useSend({ setup, agent, settings }: Omit<PageProps, "detail">, onSent: () => void) {
  const { t } = useLanguage();
  const { message } = useToast();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ from, draft }: { from: Draft; draft: Draft }) => {
      const { project, camera } = setup;
      const zones = draft.shapes.filter(({ kind }) => kind === "zone");
      const named = draft.shapes.filter(({ kind }) => kind === "danger");
      const drawn = new Set(from.shapes.concat(draft.shapes).map(({ id }) => id));
      // Danger zones of the agent's file keep their names until others are sent in their place.
      const others = "danger_zones" in settings.settings || named.length > 0 ? [] : setup.danger_zones.filter(({ id }) => !drawn.has(id));
      await take(
        client.PUT("/api/v1/projects/{project}/agents/{agent}/cameras/{camera}/settings", {
          params: { path: { project, agent, camera } },
          body: { version: settings.version, settings: settingsOf(settings.settings, from, draft) },
        }),
      );
      await take(
        client.PUT("/api/v1/projects/{project}/cameras/{camera}/zones", {
          params: { path: { project, camera } },
          body: {
            zones: zones.map(({ id, name, workItem, weight, polygon, states }) => ({
              id,
              name: { zh: name.zh, en: name.en || name.zh },
              work_item: workItem,
              weight,
              polygon: polygon.map(([x, y]): [number, number] => [x, y]),
              states,
            })),
            danger_zones: [...others, ...named.map(({ id, name }) => ({ id, name: { zh: name.zh, en: name.en || name.zh } }))],
          },
        }),
      );
    },
    onSuccess: onSent,
    onError: (error) => {
      if (error instanceof ApiError && error.failure.code === "settings_changed") void message.warning(t.rooms.editor.changed);
    },
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: ["camera", setup.project, setup.camera] });
      void queries.invalidateQueries({ queryKey: ["project", setup.project] });
    },
  });
}
