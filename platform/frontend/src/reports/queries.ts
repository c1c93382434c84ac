import { queryOptions } from "@tanstack/react-query";
import { client, take } from "../api/client";
import type { Report } from "../api/types";

const MAKING_MS = 800;

export const isMaking = ({ state }: Report) => state === "waiting" || state === "working";

/** Reports, newest first; asked again soon while one is being made. */
export const reports = (project?: string) =>
  queryOptions({
    queryKey: ["reports", project ?? ""],
    queryFn: () => take(client.GET("/api/v1/reports", { params: { query: { project } } })),
    refetchInterval: ({ state }) => (state.data?.some(isMaking) ? MAKING_MS : 60_000),
  });

export function fileUrl(report: number, format: string): string {
  return `/api/v1/reports/${String(report)}/files/${format}`;
}
