import { queryOptions } from "@tanstack/react-query";
import { client, take } from "../api/client";

export const agents = (project: string) =>
  queryOptions({
    queryKey: ["project", project, "agents"],
    queryFn: () => take(client.GET("/api/v1/projects/{project}/agents", { params: { path: { project } } })),
    refetchInterval: 15_000,
  });

export const cameraSetup = (project: string, camera: string) =>
  queryOptions({
    queryKey: ["camera", project, camera],
    queryFn: () =>
      take(client.GET("/api/v1/projects/{project}/cameras/{camera}", { params: { path: { project, camera } } })),
  });

const UNANSWERED_MS = 1_500;

/** The settings of a camera; asked again soon while the agent has not answered. */
export const cameraSettings = (project: string, agent: string, camera: string) =>
  queryOptions({
    queryKey: ["camera", project, camera, "settings", agent],
    queryFn: () =>
      take(
        client.GET("/api/v1/projects/{project}/agents/{agent}/cameras/{camera}/settings", {
          params: { path: { project, agent, camera } },
        }),
      ),
    refetchInterval: ({ state }) => {
      const newest = state.data?.newest?.state;
      return newest === "waiting" || newest === "sent" ? UNANSWERED_MS : false;
    },
  });

export const stateTemplates = (storeys: number) =>
  queryOptions({
    queryKey: ["state-templates", storeys],
    queryFn: () => take(client.GET("/api/v1/state-templates", { params: { query: { storeys } } })),
    staleTime: Infinity,
  });
