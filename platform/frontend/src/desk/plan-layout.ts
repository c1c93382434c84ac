/** A site on the plan: where it is drawn, in the plan's own units. */
export interface Spot {
  id: string;
  x: number;
  y: number;
}

export interface PlanLayout {
  spots: Spot[];
  /** A round length for the scale bar, in metres, and how long it is drawn. */
  scale: { metres: number; length: number };
}

const METRES_PER_DEGREE = 111_320;
const CLOSEST = 500;

/**
 * Lays sites out by their coordinates, north up, all fitting with a margin; equirectangular, which
 * for a street or a city is off by less than a line's width. Null for fewer than two places.
 */
export function layOut(
  sites: readonly { id: string; latitude: number; longitude: number }[],
  width: number,
  height: number,
  margin: number,
): PlanLayout | null {
  const placed = sites.filter(({ latitude, longitude }) => latitude !== 0 || longitude !== 0);
  if (new Set(placed.map(({ latitude, longitude }) => `${String(latitude)} ${String(longitude)}`)).size < 2) return null;
  const middle = (Math.min(...placed.map((s) => s.latitude)) + Math.max(...placed.map((s) => s.latitude))) / 2;
  const east = METRES_PER_DEGREE * Math.cos((middle * Math.PI) / 180);
  const metres = placed.map((s) => ({ id: s.id, x: s.longitude * east, y: -s.latitude * METRES_PER_DEGREE }));
  const [left, right] = [Math.min(...metres.map((m) => m.x)), Math.max(...metres.map((m) => m.x))];
  const [top, bottom] = [Math.min(...metres.map((m) => m.y)), Math.max(...metres.map((m) => m.y))];
  const room = { width: width - 2 * margin, height: height - 2 * margin };
  const unit = Math.min(room.width / Math.max(right - left, CLOSEST), room.height / Math.max(bottom - top, CLOSEST));
  const spots = metres.map((m) => ({
    id: m.id,
    x: width / 2 + (m.x - (left + right) / 2) * unit,
    y: height / 2 + (m.y - (top + bottom) / 2) * unit,
  }));
  return { spots, scale: scaleBar(width / 4 / unit, unit) };
}

/** The longest of 1, 2, 5 times a power of ten that fits. */
function scaleBar(most: number, unit: number) {
  const power = 10 ** Math.floor(Math.log10(most));
  const metres = ([5, 2, 1].find((n) => n * power <= most) ?? 1) * power;
  return { metres, length: metres * unit };
}

/** `2 km` or `500 m`. */
export function distance(metres: number): string {
  return metres >= 1000 ? `${String(metres / 1000)} km` : `${String(metres)} m`;
}
