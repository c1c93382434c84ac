/** Polygons on a picture: corners as fractions of its width and height, in order around. Pure. */

export type Point = readonly [x: number, y: number];
export type Polygon = readonly Point[];

/** The agent refuses less: a thousandth of a percent of the picture, twice over. */
const LEAST_TWICE_AREA = 1e-4;

const within = (value: number) => Math.round(Math.min(1, Math.max(0, value)) * 10_000) / 10_000;

export const onPicture = (x: number, y: number): Point => [within(x), within(y)];

export function moveCorner(polygon: Polygon, index: number, to: Point): Polygon {
  return polygon.map((corner, i) => (i === index ? onPicture(to[0], to[1]) : corner));
}

/** Adds a corner in the middle of the edge that begins at `index`. */
export function splitEdge(polygon: Polygon, index: number): Polygon {
  const middle = middleOf(polygon, index);
  return [...polygon.slice(0, index + 1), middle, ...polygon.slice(index + 1)];
}

export function middleOf(polygon: Polygon, index: number): Point {
  const [ax, ay] = polygon[index] ?? [0, 0];
  const [bx, by] = polygon[(index + 1) % polygon.length] ?? [0, 0];
  return onPicture((ax + bx) / 2, (ay + by) / 2);
}

/** Without a corner; a triangle keeps its three. */
export function removeCorner(polygon: Polygon, index: number): Polygon {
  return polygon.length <= 3 ? polygon : polygon.filter((_, i) => i !== index);
}

/** Shifted as a whole, no corner beyond the picture's edge. */
export function shift(polygon: Polygon, dx: number, dy: number): Polygon {
  const xs = polygon.map(([x]) => x);
  const ys = polygon.map(([, y]) => y);
  const byX = Math.min(1 - Math.max(...xs), Math.max(-Math.min(...xs), dx));
  const byY = Math.min(1 - Math.max(...ys), Math.max(-Math.min(...ys), dy));
  return polygon.map(([x, y]) => onPicture(x + byX, y + byY));
}

export function isTooSmall(polygon: Polygon): boolean {
  const twice = polygon.reduce((sum, [x1, y1], i) => {
    const [x2, y2] = polygon[(i + 1) % polygon.length] ?? [0, 0];
    return sum + x1 * y2 - x2 * y1;
  }, 0);
  return polygon.length < 3 || Math.abs(twice) < LEAST_TWICE_AREA;
}

/** Whether two edges that do not touch cross each other. */
export function isCrossed(polygon: Polygon): boolean {
  const edges = polygon.map((from, i) => [from, polygon[(i + 1) % polygon.length] ?? from] as const);
  return edges.some(([a, b], i) =>
    edges.some(([c, d], j) => j > i + 1 && !(i === 0 && j === edges.length - 1) && cross(a, b, c, d)),
  );
}

function cross(a: Point, b: Point, c: Point, d: Point): boolean {
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}

function side([ax, ay]: Point, [bx, by]: Point, [px, py]: Point): number {
  return Math.sign((bx - ax) * (py - ay) - (by - ay) * (px - ax));
}
