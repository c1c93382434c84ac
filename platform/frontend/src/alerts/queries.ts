import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { client, take } from "../api/client";
import type { paths } from "../api/schema";

type Asked = NonNullable<paths["/api/v1/alerts"]["get"]["parameters"]["query"]>;

export type AlertFilter = Pick<Asked, "project" | "state" | "severity" | "kind" | "device" | "zone" | "mine" | "untaken">;

const PAGE = 40;

function ask(filter: AlertFilter, before?: number) {
  return take(client.GET("/api/v1/alerts", { params: { query: { ...filter, ...(before === undefined ? {} : { before }), limit: PAGE } } }));
}

export const alerts = (filter: AlertFilter) =>
  queryOptions({
    queryKey: ["alerts", "newest", filter],
    queryFn: () => ask(filter),
    refetchInterval: 60_000,
  });

export const alertPages = (filter: AlertFilter) =>
  infiniteQueryOptions({
    queryKey: ["alerts", "pages", filter],
    queryFn: ({ pageParam }) => ask(filter, pageParam),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: ({ next_before }) => next_before ?? undefined,
  });

export const assignees = queryOptions({
  queryKey: ["assignees"],
  queryFn: () => take(client.GET("/api/v1/alerts/assignees")),
  staleTime: 300_000,
});
