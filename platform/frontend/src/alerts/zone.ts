import { useQuery } from "@tanstack/react-query";
import { project as projectQuery } from "../api/queries";
import type { Alert } from "../api/types";
import { cameraSettings, cameraSetup } from "../setup/queries";

type Outline = number[][];

/**
 * The outline of the zone an alert is about, in fractions of its camera's picture. Danger zones that
 * are drawn in the agent's own file are not known to the platform; then there is none.
 */
export function useZone({ project, device, zone }: Alert): Outline | undefined {
  const asked = zone !== null && device !== null;
  const { data: site } = useQuery({ ...projectQuery(project), enabled: asked });
  const danger = asked && (site?.danger_zones ?? []).some(({ id, camera }) => id === zone && camera === device);
  const { data: setup } = useQuery({ ...cameraSetup(project, device ?? ""), enabled: danger });
  const agent = setup?.agent ?? "";
  const { data: settings } = useQuery({ ...cameraSettings(project, agent, device ?? ""), enabled: danger && agent !== "" });
  if (!asked) return undefined;
  if (danger) return outlineIn(settings?.in_force["danger_zones"], zone);
  return site?.zones.find(({ id, camera }) => id === zone && camera === device)?.polygon;
}

/** The settings are the agent's own words; anything else than a list of zones draws nothing. */
export function outlineIn(zones: unknown, id: string): Outline | undefined {
  if (!Array.isArray(zones)) return undefined;
  const found = (zones as { id?: unknown; polygon?: unknown }[]).find((zone) => zone.id === id)?.polygon;
  return Array.isArray(found) ? (found as Outline) : undefined;
}
