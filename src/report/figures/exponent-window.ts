import type { RunRecord } from "../../record/index.ts";
import type { CurveColumns } from "./exponent-figure.ts";

export interface Window {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** The part of the curves that the figure opens with: all stable sets and the user's step size, and the depth where they lie. */
export function exponentWindow(record: RunRecord, columns: CurveColumns): Window {
  const x = stepSizeWindow(record, columns);
  return { x, y: exponentRange(record, columns, x) };
}

/**
 * Half-width of the linear part when the stable depth is lost on a linear axis (less than a fortieth of what stands above zero),
 * else null.
 */
export function needsSymlog(columns: CurveColumns, x: readonly [number, number]): number | null {
  const { depth, height } = extents(columns, x);
  if (depth === 0 || height === 0 || depth > height / 40) return null;
  return 10 ** Math.floor(Math.log10(depth / 3));
}

function stepSizeWindow(record: RunRecord, { stepSize }: CurveColumns): readonly [number, number] {
  const sets = record.results.stableStepSizes;
  const ends = [...(sets?.gd ?? []), ...(sets?.meanSquare ?? []), ...(sets?.sgd ?? [])].map(([, hi]) => hi);
  const widest = stepSize.reduce((a, b) => Math.max(a, b), 0);
  const wanted = Math.max(1.18 * Math.max(0, ...ends), 1.25 * record.conventions.stepSize);
  return [
    0,
    ends.length === 0
      ? Math.max(widest, wanted)
      : Math.max(Math.min(widest, wanted), 1.02 * record.conventions.stepSize),
  ];
}

function exponentRange(
  record: RunRecord,
  columns: CurveColumns,
  x: readonly [number, number],
): readonly [number, number] {
  const seen = extents(columns, x);
  if (needsSymlog(columns, x) !== null) return [-3 * seen.depth, 1.1 * seen.height];
  const own = ownValues(record);
  const depth = Math.max(seen.depth, Math.min(-Math.min(0, ...own), 4 * Math.max(seen.depth, seen.height)));
  const height = Math.max(seen.height, Math.min(Math.max(0, ...own), 4 * Math.max(seen.depth, seen.height)));
  const top = depth === 0 ? 1.1 * height : Math.min(1.1 * height, 2.5 * depth);
  const bottom = height === 0 ? 1.15 * depth : Math.min(1.15 * depth, 4 * height);
  return [-Math.max(bottom, top / 5, 1e-12), Math.max(top, bottom / 5, 1e-12)];
}

/** The exponents at the user's own step size, which the window should hold. */
function ownValues({ results }: RunRecord): readonly number[] {
  return [results.mu?.value, results.lambda?.value].filter((value) => typeof value === "number");
}

/** How far the curves reach below and above zero over most of the window: a tenth of it goes to poles, a thirtieth to the top. */
function extents(
  columns: CurveColumns,
  [from, to]: readonly [number, number],
): { readonly depth: number; readonly height: number } {
  const { stepSize } = columns;
  const seen: { value: number; weight: number }[] = [];
  for (const values of [columns.mu, columns.lambda, columns.lambdaLo, columns.lambdaHi]) {
    for (let i = 1; i < values.length; i++) {
      const weight = Math.min(stepSize[i]!, to) - Math.max(stepSize[i - 1]!, from);
      if (weight > 0 && Number.isFinite(values[i]!)) seen.push({ value: values[i]!, weight });
    }
  }
  seen.sort((a, b) => a.value - b.value);
  return { depth: Math.max(0, -quantile(seen, 0.07)), height: Math.max(0, quantile(seen, 0.97)) };
}

function quantile(sorted: readonly { readonly value: number; readonly weight: number }[], share: number): number {
  let left = share * sorted.reduce((sum, { weight }) => sum + weight, 0);
  for (const { value, weight } of sorted) if ((left -= weight) <= 0) return value;
  return sorted.at(-1)?.value ?? 0;
}
