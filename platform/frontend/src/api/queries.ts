import { keepPreviousData, queryOptions, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { client, take } from "./client";
import type { LiveEvent } from "../live/frame";

/** One place for query keys, so that an event knows what it makes stale. */
export const me = queryOptions({
  queryKey: ["me"],
  queryFn: () => take(client.GET("/api/v1/session")),
  staleTime: Infinity,
  retry: false,
  retryOnMount: false,
});

export const overview = queryOptions({
  queryKey: ["overview"],
  queryFn: () => take(client.GET("/api/v1/overview")),
  refetchInterval: 60_000,
});

export const agenda = queryOptions({
  queryKey: ["agenda"],
  queryFn: () => take(client.GET("/api/v1/agenda")),
  refetchInterval: 60_000,
});

export const hazards = (filter: { project?: string } = {}) =>
  queryOptions({
    queryKey: ["hazards", filter],
    queryFn: () => take(client.GET("/api/v1/hazards", { params: { query: filter } })),
    refetchInterval: 60_000,
  });

export const hazard = (id: number) =>
  queryOptions({
    queryKey: ["hazard", id],
    queryFn: () => take(client.GET("/api/v1/hazards/{hazard}", { params: { path: { hazard: id } } })),
  });

/** Pictures of a device, newest first; `daily` are those of the time-lapse. */
export const evidence = (where: { project: string; device: string }, purpose?: string, limit = 40) =>
  queryOptions({
    queryKey: ["evidence", where, purpose, limit],
    queryFn: () =>
      take(
        client.GET("/api/v1/projects/{project}/evidence", {
          params: {
            path: { project: where.project },
            query: { device: where.device, limit, ...(purpose ? { purpose } : {}) },
          },
        }),
      ),
  });

export const project = (id: string) =>
  queryOptions({
    queryKey: ["project", id],
    queryFn: () => take(client.GET("/api/v1/projects/{project}", { params: { path: { project: id } } })),
    refetchInterval: 60_000,
  });

export const sCurve = (id: string) =>
  queryOptions({
    queryKey: ["project", id, "s-curve"],
    queryFn: () => take(client.GET("/api/v1/projects/{project}/s-curve", { params: { path: { project: id } } })),
  });

export interface SeriesWanted {
  site: string;
  device: string;
  metric: string;
  start: string;
  end: string;
  points: number;
}

export const series = (query: SeriesWanted) =>
  queryOptions({
    queryKey: ["series", query],
    queryFn: () => take(client.GET("/api/v1/series", { params: { query } })),
    placeholderData: keepPreviousData,
  });

export const claims = (filter: { project?: string } = {}) =>
  queryOptions({
    queryKey: ["claims", filter],
    queryFn: () => take(client.GET("/api/v1/claims", { params: { query: filter } })),
    refetchInterval: 60_000,
  });

export const claim = (id: number) =>
  queryOptions({
    queryKey: ["claim", id],
    queryFn: () => take(client.GET("/api/v1/claims/{claim}", { params: { path: { claim: id } } })),
    refetchInterval: 30_000,
  });

export const alert = (id: number) =>
  queryOptions({
    queryKey: ["alert", id],
    queryFn: () => take(client.GET("/api/v1/alerts/{alert}", { params: { path: { alert: id } } })),
  });

export const rules = queryOptions({
  queryKey: ["rules"],
  queryFn: () => take(client.GET("/api/v1/rules")),
  staleTime: Infinity,
});

/** Where an evidence picture is served. */
export function evidenceUrl(sha256: string): string {
  return `/api/v1/evidence/${sha256}`;
}

/** What an event makes stale. */
export function staleKeys(event: LiveEvent): unknown[][] {
  const keys: unknown[][] = [["overview"], ["agenda"], ["project", event.project]];
  if (event.event === "alert") keys.push(["alerts"], ["alert", Number(event.id)]);
  if (event.event === "project") keys.push(["hazards"], ["hazard"]);
  if (event.event === "claim") keys.push(["claims"], ["claim", Number(event.id)]);
  return keys;
}

const GATHER_MS = 500;

/** Asks anew for what events make stale where it is on the screen; a burst of events asks once. */
export function useStaleness(): (event: LiveEvent) => void {
  const queries = useQueryClient();
  const [gather] = useState(() => {
    const waiting = new Map<string, unknown[]>();
    return (event: LiveEvent) => {
      if (waiting.size === 0) {
        setTimeout(() => {
          const keys = [...waiting.values()];
          waiting.clear();
          for (const queryKey of keys) void queries.invalidateQueries({ queryKey });
        }, GATHER_MS);
      }
      for (const key of staleKeys(event)) waiting.set(JSON.stringify(key), key);
    };
  });
  return gather;
}
