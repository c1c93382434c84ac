import { useQuery } from "@tanstack/react-query";
import { project as projectQuery } from "../api/queries";
import { useLanguage } from "../i18n/language";

/** A milestone by its name, by its id until that is known. */
export function MilestoneName({ project, milestone }: { project: string; milestone: string }) {
  const { say } = useLanguage();
  const { data } = useQuery(projectQuery(project));
  const name = data?.milestones.find(({ id }) => id === milestone)?.name;
  return <>{name ? say(name) : milestone}</>;
}
