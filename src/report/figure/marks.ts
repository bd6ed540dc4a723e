import { coordinate, type Markup, markup } from "../markup.ts";
import type { Axis } from "./axis.ts";
import type { Box } from "./frame.ts";

export type Point = readonly [number, number];

/** The points of a curve in pixels; a value that is not finite breaks it. */
export function trace(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  axes: { readonly x: Axis; readonly y: Axis },
): readonly Point[] {
  return Array.from({ length: x.length }, (_, i) => {
    const defined = Number.isFinite(x[i]!) && Number.isFinite(y[i]!);
    return defined ? ([axes.x.at(x[i]!), axes.y.at(y[i]!)] as const) : ([Number.NaN, Number.NaN] as const);
  });
}

/** A long curve with at most four points a pixel column: the first, the lowest, the highest, the last. Looks the same, weighs less. */
export function thinned(points: readonly Point[]): readonly Point[] {
  if (points.length < 2000) return points;
  const kept: Point[] = [];
  let column: Point[] = [];
  const flush = () => {
    const defined = column.filter(([, y]) => Number.isFinite(y));
    const low = defined.reduce((a, b) => (b[1] < a[1] ? b : a), defined[0]!);
    const high = defined.reduce((a, b) => (b[1] > a[1] ? b : a), defined[0]!);
    const wanted = new Set([column[0]!, low, high, column.at(-1)!]);
    kept.push(...column.filter((point) => wanted.has(point)));
  };
  for (const point of points) {
    if (column.length > 0 && Math.floor(point[0]) !== Math.floor(column[0]![0])) {
      flush();
      column = [];
    }
    column.push(point);
  }
  if (column.length > 0) flush();
  return kept;
}

/**
 * The path through `points`, cut at gaps and where it leaves `box` by more than its own height: a pole runs off the plot
 * instead of being clamped to its edge, and no coordinate grows without bound.
 */
export function linePath(points: readonly Point[], box: Box): string {
  const room = grow(box, box.bottom - box.top);
  let path = "";
  let pen: Point | undefined;
  for (let i = 1; i < points.length; i++) {
    const segment = clipSegment(points[i - 1]!, points[i]!, room);
    if (segment === undefined) {
      pen = undefined;
      continue;
    }
    const [from, to] = segment;
    if (pen === undefined || Math.hypot(pen[0] - from[0], pen[1] - from[1]) > 0.01) path += `M${xy(from)}`;
    path += `L${xy(to)}`;
    pen = to;
  }
  return path;
}

/** The region between two curves over the same x, one piece for every run without gaps. */
export function bandPath(upper: readonly Point[], lower: readonly Point[], box: Box): string {
  const room = grow(box, box.bottom - box.top);
  const inside = ([x, y]: Point): Point => [clamp(x, room.left, room.right), clamp(y, room.top, room.bottom)];
  return runs(upper, lower)
    .map(([from, to]) => {
      const there = upper.slice(from, to).map(inside);
      const back = lower.slice(from, to).map(inside).reverse();
      return `M${[...there, ...back].map(xy).join("L")}Z`;
    })
    .join("");
}

/** A horizontal bar from `from` to `to` on the x axis, cut at the ends of the axis. */
export function bar(
  axis: Axis,
  from: number,
  to: number,
  options: { readonly y: number; readonly height: number; readonly className: string; readonly fill?: string },
): Markup | null {
  const [lo, hi] = axis.domain;
  const [left, right] = [axis.at(clamp(from, lo, hi)), axis.at(clamp(to, lo, hi))];
  if (!(right > left)) return null;
  const fill = options.fill === undefined ? null : markup` fill="${options.fill}"`;
  return markup`<rect class="${options.className}" x="${left}" y="${options.y}" width="${right - left}" height="${options.height}"${fill}/>`;
}

/** Polylines as one path. */
export function polylinePath(lines: readonly (readonly Point[])[]): string {
  return lines.map((points) => `M${points.map(xy).join("L")}`).join("");
}

/** Closed polygons as one path. */
export function polygons(list: readonly (readonly Point[])[]): string {
  return list.map((points) => `M${points.map(xy).join("L")}Z`).join("");
}

/** Dots of radius `r`, as one path of circles. */
export function dots(points: readonly Point[], r: number): string {
  return points
    .filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y))
    .map(([x, y]) => `M${coordinate(x - r)} ${coordinate(y)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`)
    .join("");
}

export function clamp(value: number, lo: number, hi: number): number {
  return Math.min(Math.max(value, lo), hi);
}

export function grow({ left, top, right, bottom }: Box, by: number): Box {
  return { left: left - by, top: top - by, right: right + by, bottom: bottom + by };
}

/** So far out that a slope no longer matters, and squares are still finite. */
const farAway = 1e9;

/** Liang–Barsky: the part of a segment inside the box, if any. */
export function clipSegment(from: Point, to: Point, box: Box): readonly [Point, Point] | undefined {
  if (![...from, ...to].every(Number.isFinite)) return undefined;
  const [x0, y0, x1, y1] = [...from, ...to].map((v) => clamp(v, -farAway, farAway)) as [number, number, number, number];
  const [dx, dy] = [x1 - x0, y1 - y0];
  let [enter, leave] = [0, 1];
  for (const [p, q] of [
    [-dx, x0 - box.left],
    [dx, box.right - x0],
    [-dy, y0 - box.top],
    [dy, box.bottom - y0],
  ] as const) {
    if (p === 0 && q < 0) return undefined;
    if (p < 0) enter = Math.max(enter, q / p);
    if (p > 0) leave = Math.min(leave, q / p);
  }
  if (enter > leave) return undefined;
  return [
    [x0 + enter * dx, y0 + enter * dy],
    [x0 + leave * dx, y0 + leave * dy],
  ];
}

function xy([x, y]: Point): string {
  return `${coordinate(x)} ${coordinate(y)}`;
}

/** Index ranges [from, to) over which both curves are defined, of at least two points. */
function runs(upper: readonly Point[], lower: readonly Point[]): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  let from = 0;
  for (let i = 0; i <= upper.length; i++) {
    const defined = i < upper.length && [...upper[i]!, ...lower[i]!].every(Number.isFinite);
    if (defined) continue;
    if (i - from >= 2) found.push([from, i]);
    from = i + 1;
  }
  return found;
}
