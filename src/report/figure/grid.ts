import type { Table } from "../../record/index.ts";
import { type Markup, markup } from "../markup.ts";
import type { Axis } from "./axis.ts";
import type { Rgb } from "./colour-scales.ts";
import type { Box } from "./frame.ts";
import type { Point } from "./marks.ts";
import { pngAddress } from "./png.ts";

/** A table over a rectangular grid: sorted coordinates, and for each cell (row of y, column of x) its row in the table, or −1. */
export interface Grid {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly rowAt: (column: number, row: number) => number;
}

export function gridOf(table: Table): Grid {
  const at = (name: string) => table.columns.indexOf(name);
  const [xColumn, yColumn] = [at("x"), at("y")];
  const values = table.values ?? [];
  const axis = (column: number) => [...new Set(values.map((row) => row[column] as number))].sort((a, b) => a - b);
  const [x, y] = [axis(xColumn), axis(yColumn)];
  const [xIndex, yIndex] = [x, y].map((list) => new Map(list.map((value, i) => [value, i])));
  const rows = new Int32Array(x.length * y.length).fill(-1);
  values.forEach((row, i) => {
    rows[yIndex!.get(row[yColumn] as number)! * x.length + xIndex!.get(row[xColumn] as number)!] = i;
  });
  return { x, y, rowAt: (column, row) => rows[row * x.length + column]! };
}

/** The borders of the cells in pixels: half way between neighbours, the outer ones as far outside as inside. */
export function borders(values: readonly number[], axis: Axis): readonly number[] {
  const at = values.map(axis.at);
  if (at.length === 1) return axis.range;
  const inner = at.slice(1).map((p, i) => (p + at[i]!) / 2);
  return [2 * at[0]! - inner[0]!, ...inner, 2 * at.at(-1)! - inner.at(-1)!];
}

/** Where an axis must begin and end so that the outer cells are whole; `isLog` for geometric spacing. */
export function paddedDomain(values: readonly number[], isLog: boolean): readonly [number, number] {
  const first = values[0]!;
  const last = values.at(-1)!;
  if (values.length === 1) return isLog ? [first / 2, first * 2] : [first - 0.5, first + 0.5];
  const second = values[1]!;
  const before = values.at(-2)!;
  if (isLog) return [first * Math.sqrt(first / second), last * Math.sqrt(last / before)];
  return [first - (second - first) / 2, last + (last - before) / 2];
}

/** Whether values lie nearer to a geometric than to an arithmetic sequence. */
export function isGeometric(values: readonly number[]): boolean {
  if (values.length < 3 || values[0]! <= 0) return false;
  const spread = (steps: readonly number[]) => Math.max(...steps) - Math.min(...steps);
  const linear = values.slice(1).map((v, i) => v - values[i]!);
  const logarithmic = values.slice(1).map((v, i) => Math.log(v / values[i]!));
  return spread(logarithmic) / Math.max(...logarithmic) < spread(linear) / Math.max(...linear);
}

/** The cells as one picture of the plot, a pixel for a pixel, so that it has no seams; null leaves the ground. */
export function cellImage(
  grid: Grid,
  axes: { readonly x: Axis; readonly y: Axis },
  box: Box,
  colourOf: (row: number) => Rgb | null,
): Markup {
  const width = Math.round(box.right - box.left);
  const height = Math.round(box.bottom - box.top);
  const columns = pixelsToCells(borders(grid.x, axes.x), box.left, width);
  const rows = pixelsToCells(borders(grid.y, axes.y), box.top, height);
  const data = new Uint8Array(width * height * 3).fill(255);
  for (let py = 0; py < height; py++) {
    for (let px = 0; px < width; px++) {
      const row = grid.rowAt(columns[px]!, rows[py]!);
      const colour = row < 0 ? null : colourOf(row);
      if (colour !== null) data.set(colour, (py * width + px) * 3);
    }
  }
  const address = pngAddress({ width, height, channels: 3, data });
  return markup`<image href="${address}" x="${box.left}" y="${box.top}" width="${width}" height="${height}" preserveAspectRatio="none"/>`;
}

/** The cells for which `isIn` holds, as one path of rectangles. */
export function cellPath(
  grid: Grid,
  axes: { readonly x: Axis; readonly y: Axis },
  isIn: (row: number) => boolean,
): readonly Point[][] {
  const [bx, by] = [borders(grid.x, axes.x), borders(grid.y, axes.y)];
  const boxes: Point[][] = [];
  for (let j = 0; j < grid.y.length; j++) {
    for (let i = 0; i < grid.x.length; i++) {
      if (grid.rowAt(i, j) < 0 || !isIn(grid.rowAt(i, j))) continue;
      const from = i;
      while (i + 1 < grid.x.length && grid.rowAt(i + 1, j) >= 0 && isIn(grid.rowAt(i + 1, j))) i++;
      boxes.push([
        [bx[from]!, by[j]!],
        [bx[i + 1]!, by[j]!],
        [bx[i + 1]!, by[j + 1]!],
        [bx[from]!, by[j + 1]!],
      ]);
    }
  }
  return boxes;
}

/** The zero line of a quantity given at the cells' centres, by marching squares, as polylines in pixels; cells without a value have none. */
export function zeroLine(
  grid: Grid,
  axes: { readonly x: Axis; readonly y: Axis },
  quantity: (row: number) => number,
): readonly (readonly Point[])[] {
  const segments: [Point, Point][] = [];
  const value = (i: number, j: number) => (grid.rowAt(i, j) < 0 ? Number.NaN : quantity(grid.rowAt(i, j)));
  const at = (i: number, j: number): Point => [axes.x.at(grid.x[i]!), axes.y.at(grid.y[j]!)];
  for (let j = 0; j + 1 < grid.y.length; j++) {
    for (let i = 0; i + 1 < grid.x.length; i++) {
      const corners = [at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)] as const;
      const values = [value(i, j), value(i + 1, j), value(i + 1, j + 1), value(i, j + 1)] as const;
      const crossings = [0, 1, 2, 3].flatMap((k) =>
        crossing(corners[k]!, corners[(k + 1) % 4]!, values[k]!, values[(k + 1) % 4]!),
      );
      for (let k = 0; k + 1 < crossings.length; k += 2) segments.push([crossings[k]!, crossings[k + 1]!]);
    }
  }
  return chained(segments);
}

/** Segments that share ends, put together to polylines. */
function chained(segments: readonly (readonly [Point, Point])[]): readonly (readonly Point[])[] {
  const key = ([x, y]: Point) => `${x.toFixed(4)} ${y.toFixed(4)}`;
  const touching = new Map<string, number[]>();
  const used = new Set<number>();
  segments.forEach((ends, i) => {
    if (key(ends[0]) === key(ends[1])) used.add(i); // the line only touches a corner
    for (const end of ends) touching.set(key(end), [...(touching.get(key(end)) ?? []), i]);
  });
  const walk = (from: Point): Point[] => {
    const points: Point[] = [];
    for (let at = from; ; ) {
      const next = touching.get(key(at))?.find((i) => !used.has(i));
      if (next === undefined) return points;
      used.add(next);
      const [a, b] = segments[next]!;
      at = key(a) === key(at) ? b : a;
      points.push(at);
    }
  };
  const lines: Point[][] = [];
  segments.forEach(([a], i) => {
    if (used.has(i)) return;
    const there = walk(a);
    const back = walk(a);
    lines.push([...back.reverse(), a, ...there]);
  });
  return lines;
}

function crossing(a: Point, b: Point, va: number, vb: number): readonly Point[] {
  if (!Number.isFinite(va) || !Number.isFinite(vb) || va < 0 === vb < 0) return [];
  const t = va / (va - vb);
  return [[a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])]];
}

function pixelsToCells(edges: readonly number[], start: number, count: number): Int32Array {
  const ascending = edges.at(-1)! > edges[0]!;
  return Int32Array.from({ length: count }, (_, p) => {
    const at = start + p + 0.5;
    const passed = edges.filter((edge) => (ascending ? edge <= at : edge >= at)).length - 1;
    return Math.min(Math.max(passed, 0), edges.length - 2);
  });
}
