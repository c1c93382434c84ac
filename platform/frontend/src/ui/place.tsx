import { useQuery } from "@tanstack/react-query";
import { project as projectQuery } from "../api/queries";
import { useLanguage } from "../i18n/language";

interface Props {
  project: string;
  device: string | null;
  zone: string | null;
}

/** Where something is: the device's and zone's names, their ids until those are known. */
export function Place({ project, device, zone }: Props) {
  const { say } = useLanguage();
  const { data } = useQuery(projectQuery(project));
  const deviceName = data?.devices.find(({ id }) => id === device)?.name;
  const zoneName = [...(data?.zones ?? []), ...(data?.danger_zones ?? [])].find(({ id }) => id === zone)?.name;
  return (
    <>
      {[device && (deviceName ? say(deviceName) : device), zone && (zoneName ? say(zoneName) : zone)]
        .filter(Boolean)
        .join(" / ")}
    </>
  );
}

/** A milestone by its name, by its id until that is known. */
export function MilestoneName({ project, milestone }: { project: string; milestone: string }) {
  const { say } = useLanguage();
  const { data } = useQuery(projectQuery(project));
  const name = data?.milestones.find(({ id }) => id === milestone)?.name;
  return <>{name ? say(name) : milestone}</>;
}
