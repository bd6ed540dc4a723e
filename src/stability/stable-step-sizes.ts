import { aroundPoles } from "./around-poles.ts";
import { commonIslands } from "./islands.ts";
import { scanSubject } from "./lambda.ts";
import { type MeanSquare, meanSquare } from "./mean-square.ts";
import { mu } from "./mu.ts";
import type { PreparedProblem } from "./prepared-problem.ts";
import { stepSizeGrid } from "./step-size-grid.ts";
import { type ProbeOptions, probe, type ScanPoint, scan, stableEdges } from "./step-size-scan.ts";
import { stepSizeLimit, type UpdateRule } from "./update-rule.ts";
import { digits, type Interval } from "./verdict.ts";

export interface StableStepSizesOptions {
  /** Default (0, 8 η_GD], continued while the lower bound of λ is negative; a range given here is kept. */
  readonly range?: Interval;
  /** Step sizes of the scan, default 400. */
  readonly count?: number;
  /** As for λ (default 1e5): a point of the scan takes at most a twentieth, an edge a quarter. */
  readonly steps?: number;
  /** The user's rule, for the set of the full batch (default GD). λ and the second moment are those of plain SGD. */
  readonly rule?: UpdateRule;
  readonly moments?: MeanSquare | null;
  readonly progress?: (done: number, total: number) => void;
}

export interface StableStepSizes {
  readonly gd: readonly Interval[];
  /** Null for laws whose steps depend on each other. */
  readonly meanSquare: readonly Interval[] | null;
  readonly sgd: readonly Interval[];
  readonly scanned: Interval;
  readonly resolution: number;
  /** 95 % half-widths of the ends of `sgd`, 0 for closed forms. */
  readonly sgdError: readonly Interval[];
  /** Whether `sgd` is the whole set on (0, ∞). */
  readonly complete: boolean;
  readonly curve: readonly CurvePoint[];
  /** What the sets do not show, in words. */
  readonly warnings: readonly string[];
}

/** μ(η), λ(η) and the bounds of λ, for the figure. */
export interface CurvePoint extends ScanPoint {
  readonly mu: number;
  /** ½ log ρ(Q), null where it was not computed. */
  readonly upperBound: number | null;
}

/**
 * The step sizes that keep the minimum, for the full batch, in the mean square, and for SGD almost surely (THEORY §3).
 *
 * GD: (0, limit of the rule). Mean square: (0, η_MS). SGD: a union of intervals. Complete, with every island however
 * narrow, when the batches commute and can be listed, and for the whole data as batch; otherwise to the resolution of a
 * scan with common random numbers in which every change of sign is bracketed and refined.
 */
export function stableStepSizes(problem: PreparedProblem, options: StableStepSizesOptions = {}): StableStepSizes {
  const { count = 400, steps = 1e5, rule = { type: "gd" }, progress } = options;
  const { law, eigenvalues } = problem;
  const subject = scanSubject(problem);
  const limit = stepSizeLimit({ type: "gd" }, eigenvalues[0]);
  const moments = options.moments === undefined ? meanSquare(problem) : options.moments;
  const threshold = moments?.threshold() ?? null;
  const smallest = Math.min(0.01 * limit, threshold ?? limit) / 10;
  const start = stepSizeGrid(options.range ?? [0, 8 * limit], { count, scale: limit, smallest });
  const scanOptions = {
    meanSquareStable: (stepSize: number) => moments?.sign(stepSize) === -1,
    scanSteps: steps / 20,
    refineSteps: steps / 4,
    ...(progress && { progress }),
  };
  const { grid, points } = scan(subject, start, { ...scanOptions, extend: options.range === undefined });
  const closed = closedSet(problem, limit);
  const edges = closed === null ? stableEdges(subject, points, grid.range[0], scanOptions) : null;
  return {
    gd: [[0, stepSizeLimit(rule, eigenvalues[0])]],
    meanSquare: meanSquareSet(law.fixedEpoch !== null, threshold, closed?.intervals ?? edges!.intervals),
    sgd: closed?.intervals ?? edges!.intervals,
    scanned: grid.range,
    resolution: grid.resolution,
    sgdError: closed?.intervals.map((): Interval => [0, 0]) ?? edges!.errors,
    complete: closed !== null,
    curve: curve(problem, besidePoles(problem, subject, points, scanOptions), moments, rule),
    warnings: closed === null ? scanWarnings(points, grid.range, grid.resolution) : lostWarnings(closed.lost),
  };
}

/** The complete set, where there is a closed form. */
function closedSet(
  { law, blocks }: PreparedProblem,
  limit: number,
): { intervals: readonly Interval[]; lost: readonly number[] } | null {
  if (law.fixedEpoch?.length === 1) return { intervals: [[0, limit]], lost: [] };
  if (!blocks.every((block) => block.poleSums !== null)) return null;
  return commonIslands(blocks.flatMap((block) => block.poleSums ?? []));
}

/** Batches that never change have no noise: their mean square is stable where they are. */
function meanSquareSet(
  deterministic: boolean,
  threshold: number | null,
  sgd: readonly Interval[],
): readonly Interval[] | null {
  if (threshold !== null) return [[0, threshold]];
  return deterministic ? sgd : null;
}

/** The scanned points, and more of them beside the poles of μ and λ where their closed forms are known (one direction). */
function besidePoles(
  { eigenvalues, blocks, law }: PreparedProblem,
  subject: ReturnType<typeof scanSubject>,
  points: readonly ScanPoint[],
  options: ProbeOptions,
): readonly ScanPoint[] {
  if (eigenvalues.length !== 1) return points;
  const sums = law.fixedEpoch?.length === 1 ? [] : (blocks[0].poleSums ?? []);
  const poles = [eigenvalues[0], ...sums.flatMap(({ values }) => [...values])].map((x) => 1 / x);
  if (poles.length > MOST_POLES) return points;
  const scanned = new Map(points.map((point) => [point.stepSize, point]));
  return aroundPoles([...scanned.keys()], poles).map((eta) => scanned.get(eta) ?? probe(subject, eta, options));
}

/** More poles than this are nearer to each other than a figure shows. */
const MOST_POLES = 12;

/** Bounds of λ cost O(mk·r²) a point: computed at some of the points when the problem is large. */
function curve(
  problem: PreparedProblem,
  points: readonly ScanPoint[],
  moments: MeanSquare | null,
  rule: UpdateRule,
): CurvePoint[] {
  const cost = problem.blocks.reduce((sum, { samples: { factor } }) => sum + factor.data.length * factor.cols, 0);
  const affordable = Math.floor(BOUND_BUDGET / (40 * cost));
  const every = Math.max(1, Math.ceil(points.length / Math.max(1, affordable)));
  return points.map((point, i) => ({
    ...point,
    mu: mu(problem.eigenvalues, rule, point.stepSize).value ?? 0,
    upperBound: moments !== null && affordable > 0 && i % every === 0 ? moments.exponent(point.stepSize) : null,
  }));
}

const BOUND_BUDGET = 4e9;

export function scanWarnings(points: readonly ScanPoint[], [lo, hi]: Interval, resolution: number): string[] {
  const warnings = [
    `stable set of SGD scanned on (${digits(lo)}, ${digits(hi)}] at ${points.length} step sizes: ` +
      `islands or gaps narrower than ${digits(resolution)} may hide between them`,
  ];
  const open = points.filter(({ sign }) => sign === 0).length;
  if (open > 0) warnings.push(`the sign of λ stayed undecided at ${open} of ${points.length} scanned step sizes`);
  if (points[points.length - 1].value < 0) warnings.push(`SGD is still stable at the end of the scan, ${digits(hi)}`);
  return warnings;
}

export function lostWarnings(lost: readonly number[]): string[] {
  if (lost.length === 0) return [];
  const named = lost
    .slice(0, 5)
    .map((pole) => pole.toPrecision(17))
    .join(", ");
  const more = lost.length > 5 ? ` and ${lost.length - 5} more` : "";
  return [`SGD is stable on islands too narrow for doubles, around the step sizes ${named}${more}`];
}
