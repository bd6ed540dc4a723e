import type { Lambda, LambdaOptions } from "./lambda.ts";
import { replicatedRoot } from "./replicated-root.ts";
import { findRoot } from "./root.ts";
import { extendGrid, type StepSizeGrid } from "./step-size-grid.ts";
import type { Interval } from "./verdict.ts";

/** What can be scanned: a family of cocycles in the step size, all with the same batches. */
export interface ScanSubject {
  /** Below this step size λ < 0 for certain. */
  readonly contractionLimit: number;
  /** A lower bound of λ, and one that a claim about the sign may rest on. */
  bound(stepSize: number): { readonly value: number; readonly safe: number };
  lambda(stepSize: number, options: LambdaOptions): ScannedLambda;
}

/** What a scan reads of λ. */
export type ScannedLambda = Pick<Lambda, "value" | "confidence95" | "lowerBound" | "verdict">;

/** λ at one step size of a scan; all of them see the same batches. */
export interface ScanPoint {
  readonly stepSize: number;
  /** −1: λ < 0, 1: λ > 0, 0: not decided. */
  readonly sign: -1 | 0 | 1;
  /** What decided the sign. */
  readonly by: "contraction" | "mean-square" | "log-det" | "exponent" | null;
  /** −∞ when superstable. */
  readonly value: number;
  readonly confidence95: Interval;
  readonly lowerBound: number | null;
}

export interface ProbeOptions {
  /** Whether a step size is mean-square stable for certain: then λ < 0. */
  readonly meanSquareStable: (stepSize: number) => boolean;
  /** Most steps of one point. */
  readonly scanSteps: number;
}

export interface ScanOptions extends ProbeOptions {
  /** Steps of an evaluation while an edge is refined. */
  readonly refineSteps: number;
  readonly progress?: (done: number, total: number) => void;
}

export interface EdgeSet {
  readonly intervals: readonly Interval[];
  /** 95 % half-widths of the ends; 0 for the end 0 and the ends of the range. */
  readonly errors: readonly Interval[];
}

/** Fewest steps before a point of a scan or a cell of a diagram may stop. */
export const FIRST_LOOK = 200;

/** λ on the grid, which is continued by doubling while the log-det bound at its end is negative, when `extend` is set. */
export function scan(
  subject: ScanSubject,
  start: StepSizeGrid,
  options: ScanOptions & { readonly extend: boolean },
): { readonly grid: StepSizeGrid; readonly points: readonly ScanPoint[] } {
  let grid = start;
  for (let doublings = 0; options.extend && doublings < 60 && subject.bound(grid.range[1]).value < 0; doublings++) {
    grid = extendGrid(grid, 2, 40);
  }
  const points = grid.points.map((stepSize, i) => {
    options.progress?.(i, grid.points.length);
    return probe(subject, stepSize, options);
  });
  return { grid, points };
}

/** λ at one step size with as few steps as its sign needs; the sign is taken from a certain bound where there is one. */
export function probe(subject: ScanSubject, stepSize: number, options: ProbeOptions): ScanPoint {
  const { meanSquareStable, scanSteps } = options;
  const contracts = stepSize < subject.contractionLimit;
  const certainlyStable = contracts || meanSquareStable(stepSize);
  const certainlyUnstable = !certainlyStable && subject.bound(stepSize).safe > 0;
  // Where the sign is known the curve still wants a value, but a rough one will do.
  const certain = certainlyStable || certainlyUnstable;
  const found = subject.lambda(stepSize, {
    steps: FIRST_LOOK,
    signSteps: certain ? 0 : scanSteps,
    maxSteps: Math.max(FIRST_LOOK, scanSteps),
    tolerance: Number.POSITIVE_INFINITY,
    burnIn: certain ? 40 : 100,
    chains: certain ? 1 : 2,
    planeTolerance: 1e-4,
    certify: false,
  });
  const point = scanPoint(stepSize, found);
  if (certainlyStable) return { ...point, sign: -1, by: contracts ? "contraction" : "mean-square" };
  if (certainlyUnstable) return { ...point, sign: 1, by: "log-det" };
  return point;
}

function scanPoint(stepSize: number, found: ScannedLambda): ScanPoint {
  const value = found.value ?? Number.NEGATIVE_INFINITY;
  const sign = found.verdict === "stable" ? -1 : found.verdict === "unstable" ? 1 : 0;
  return {
    stepSize,
    sign,
    by: sign === 0 ? null : "exponent",
    value,
    confidence95: found.confidence95 ?? [value, value],
    lowerBound: found.lowerBound,
  };
}

/**
 * The stable set that the scan shows, every edge refined: points that stayed undecided, and those on both sides of a
 * change, are measured again with `refineSteps`; each remaining change of sign is a bracket in which the zero of the
 * measured λ is found (same batches for all step sizes, so this is a continuous function), then those of independent
 * realisations, whose spread is the error of their mean. `from`: where the range begins; a set that is certain at the
 * first point begins there.
 */
export function stableEdges(
  subject: ScanSubject,
  scanned: readonly ScanPoint[],
  from: number,
  options: ScanOptions,
): EdgeSet {
  const { refineSteps } = options;
  const known = { steps: refineSteps, signSteps: 0, maxSteps: refineSteps, tolerance: 1, certify: false };
  const measure: Measure = (stepSize, replicate) => {
    // One long chain, begun late: near an edge a slow direction hides the growing one for long.
    const own = replicate === undefined ? { burnIn: 250 } : { burnIn: refineSteps / 5, chains: 1, replicate };
    return scanPoint(stepSize, subject.lambda(stepSize, { ...known, ...own }));
  };
  const points = scanned.map((point, i) => agreeing(point, needsCare(scanned, i) ? measure(point.stepSize) : point));
  const intervals: Interval[] = [];
  const errors: Interval[] = [];
  const certain = points[0].by === "contraction" || points[0].by === "mean-square";
  let [open, openError] = [certain && from === 0 ? 0 : points[0].stepSize, 0];
  for (let i = 1; i < points.length; i++) {
    const [before, after] = [points[i - 1], points[i]];
    if (before.value < 0 === after.value < 0) continue;
    const edge = refine([before, after], measure, certainAround(points, i));
    if (after.value < 0) [open, openError] = [edge.stepSize, edge.error];
    else {
      intervals.push([open, edge.stepSize]);
      errors.push([openError, edge.error]);
    }
  }
  const last = points[points.length - 1];
  if (last.value < 0) {
    intervals.push([open, last.stepSize]);
    errors.push([openError, 0]);
  }
  return { intervals, errors };
}

/** Undecided, or next to a change of sign. */
function needsCare(points: readonly ScanPoint[], i: number): boolean {
  const negative = points[i].value < 0;
  const changes = [i - 1, i + 1].some((j) => j >= 0 && j < points.length && points[j].value < 0 !== negative);
  return points[i].sign === 0 || (changes && points[i].by !== "contraction" && points[i].by !== "mean-square");
}

/** The nearest step sizes on both sides of the bracket that ends at point i whose sign is proved, else the ends. */
function certainAround(points: readonly ScanPoint[], i: number): Interval {
  const isProved = ({ by }: ScanPoint) => by === "contraction" || by === "mean-square" || by === "log-det";
  const left = points.slice(0, i).findLast(isProved) ?? points[0];
  const right = points.slice(i).find(isProved) ?? points[points.length - 1];
  return [left.stepSize, right.stepSize];
}

/** The point with a value whose sign is the one that is known for certain. */
function agreeing(known: ScanPoint, measured: ScanPoint): ScanPoint {
  if (known.by === "log-det") return { ...measured, value: Math.max(measured.value, Number.MIN_VALUE) };
  const stable = known.by === "contraction" || known.by === "mean-square";
  return stable ? { ...measured, value: Math.min(measured.value, -Number.MIN_VALUE) } : measured;
}

/** λ at a step size, of the batches that all share, or of an independent realisation. */
type Measure = (stepSize: number, replicate?: number) => ScanPoint;

/**
 * The zero of λ in a bracket; an estimate within a twentieth of its half-width counts as 0. Where λ is simulated, the
 * mean of the zeros of independent realisations near it.
 */
function refine(
  [before, after]: readonly [ScanPoint, ScanPoint],
  measure: Measure,
  limits: Interval,
): { readonly stepSize: number; readonly error: number } {
  const seen = [before, after];
  const value = (stepSize: number) => {
    const point = measure(stepSize);
    seen.push(point);
    return Math.abs(point.value) <= 0.05 * halfWidth(point) ? 0 : finite(point);
  };
  const values = [finite(before), finite(after)] as const;
  const stepSize = findRoot(value, before.stepSize, after.stepSize, { values, rtol: 1e-10 });
  const half = halfWidth(seen.find((point) => point.stepSize === stepSize) ?? measure(stepSize));
  if (half === 0) return { stepSize, error: 0 };
  const error = half / Math.abs(slopeAround(stepSize, seen));
  const scale = Math.min(error, 0.1 * stepSize);
  const surroundings = { scale, rises: before.value < after.value, limits };
  const root = replicatedRoot((x, replicate) => finite(measure(x, replicate)), stepSize, surroundings);
  return root === null ? { stepSize, error } : { stepSize: root.value, error: root.halfWidth };
}

function halfWidth({ confidence95: [lo, hi] }: ScanPoint): number {
  return hi > lo ? (hi - lo) / 2 : 0; // −∞ − −∞ for superstable points
}

/** Superstable points are negative enough. */
function finite({ value }: ScanPoint): number {
  return Math.max(value, -50);
}

/** Slope of λ through the nearest points on both sides. */
function slopeAround(stepSize: number, seen: readonly ScanPoint[]): number {
  const nearest = (side: number) =>
    seen
      .filter((point) => (point.stepSize - stepSize) * side > 0)
      .reduce((best, point) =>
        Math.abs(point.stepSize - stepSize) < Math.abs(best.stepSize - stepSize) ? point : best,
      );
  const [left, right] = [nearest(-1), nearest(1)];
  return (finite(right) - finite(left)) / (right.stepSize - left.stepSize);
}
