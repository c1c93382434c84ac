import type { Place, Site } from "./entries";

const EARTH_M = 6_371_008.8; // mean radius, IUGG

type Point = Pick<Place, "latitude" | "longitude">;

/** Metres between two points on the sphere (haversine). */
export function metres(a: Point, b: Point): number {
  const rad = Math.PI / 180;
  const north = Math.sin(((b.latitude - a.latitude) * rad) / 2) ** 2;
  const east = Math.sin(((b.longitude - a.longitude) * rad) / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.sqrt(north + Math.cos(a.latitude * rad) * Math.cos(b.latitude * rad) * east));
}

/** How far a site is, null where either place is not known. */
export function distanceTo(site: Site | undefined, here: Point | null): number | null {
  if (!here || !site || site.latitude === null || site.longitude === null) return null;
  return metres(here, { latitude: site.latitude, longitude: site.longitude });
}

/** Nearest first; sites without a place, and all where nobody knows where we are, by name. */
export function nearestFirst<T>(items: readonly T[], siteOf: (item: T) => Site | undefined, here: Point | null): T[] {
  const far = (item: T) => distanceTo(siteOf(item), here) ?? Infinity;
  const name = (item: T) => siteOf(item)?.name.zh ?? "";
  // Infinity - Infinity is NaN, which falls through to the name.
  return [...items].sort((a, b) => far(a) - far(b) || name(a).localeCompare(name(b), "zh"));
}
