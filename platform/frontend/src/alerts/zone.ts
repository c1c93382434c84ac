import { useQuery } from "@tanstack/react-query";
import { project as projectQuery } from "../api/queries";
import type { Alert } from "../api/types";

/** The outline of the zone an alert is about, in fractions of its camera's picture. */
export function useZone({ project, device, zone }: Alert): number[][] | undefined {
  const { data } = useQuery({ ...projectQuery(project), enabled: zone !== null });
  if (zone === null) return undefined;
  return data?.zones.find(({ id, camera }) => id === zone && camera === device)?.polygon;
}
