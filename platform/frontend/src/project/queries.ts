import { queryOptions } from "@tanstack/react-query";
import { client, take } from "../api/client";

export const forecast = (project: string) =>
  queryOptions({
    queryKey: ["project", project, "forecast"],
    queryFn: () => take(client.GET("/api/v1/projects/{project}/forecast", { params: { path: { project } } })),
  });

export const deviceTimelines = (project: string, days: number) =>
  queryOptions({
    queryKey: ["device-timelines", project, days],
    queryFn: () =>
      take(client.GET("/api/v1/projects/{project}/device-timelines", { params: { path: { project }, query: { days } } })),
    refetchInterval: 300_000,
  });

export const papers = (project: string) =>
  queryOptions({
    queryKey: ["project", project, "papers"],
    queryFn: () => take(client.GET("/api/v1/projects/{project}/papers", { params: { path: { project } } })),
  });
