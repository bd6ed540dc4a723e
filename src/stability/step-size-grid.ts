import type { Interval } from "./verdict.ts";

export interface StepSizeGrid {
  readonly points: readonly number[];
  /** The largest gap between neighbours: what is narrower may hide between them. */
  readonly resolution: number;
  readonly range: Interval;
}

/**
 * `count` step sizes in (lo, hi], spaced evenly above 0.01 × `scale` and logarithmically below (a fifth of them, when the
 * range reaches that far; an interval that begins at 0 is followed down to `smallest`).
 */
export function stepSizeGrid(
  range: Interval,
  options: { readonly count: number; readonly scale: number; readonly smallest: number },
): StepSizeGrid {
  const { count, scale, smallest } = options;
  const [lo, hi] = range;
  const start = lo > 0 ? lo : Math.min(smallest, hi / 1000);
  const knee = Math.min(hi, 0.01 * scale);
  const logarithmic = start >= knee ? 0 : knee === hi ? count : Math.ceil(count / 5);
  const points: number[] = [];
  for (let i = 0; i < logarithmic; i++) points.push(start * (knee / start) ** (i / Math.max(1, logarithmic - 1)));
  const base = logarithmic > 0 ? knee : start;
  const even = count - logarithmic;
  // Without a logarithmic part the range itself begins the grid.
  for (let i = logarithmic > 0 ? 1 : 0; i <= even && base < hi; i++)
    points.push(i === even ? hi : base + ((hi - base) * i) / even);
  return { points, resolution: largestGap(points), range };
}

/** The grid continued to `factor` times its end, with `count` more points, evenly in the logarithm. */
export function extendGrid(grid: StepSizeGrid, factor: number, count: number): StepSizeGrid {
  const end = grid.range[1];
  const points = [...grid.points];
  for (let i = 1; i <= count; i++) points.push(end * factor ** (i / count));
  return { points, resolution: largestGap(points), range: [grid.range[0], points[points.length - 1]] };
}

function largestGap(points: readonly number[]): number {
  return points.reduce((gap, x, i) => (i === 0 ? gap : Math.max(gap, x - points[i - 1])), 0);
}
