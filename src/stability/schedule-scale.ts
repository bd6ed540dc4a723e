import type { PoleSum } from "./commuting.ts";
import { composedMoment } from "./composed-moment.ts";
import { commonIslands, intersection } from "./islands.ts";
import type { MeanSquare } from "./mean-square.ts";
import type { NoisyHessian } from "./moment-step.ts";
import type { PreparedProblem } from "./prepared-problem.ts";
import { findRoot } from "./root.ts";
import type { Interval } from "./verdict.ts";

/** By what factors all step sizes of a schedule may be multiplied; null where that is not known. */
export interface ScheduleScale {
  readonly gd: readonly Interval[];
  /** (0, c), c the first loss of stability seen on a grid of ratios 2^(1/6). */
  readonly meanSquare: readonly Interval[] | null;
  readonly sgd: readonly Interval[] | null;
}

/**
 * The factors c for which the steps cη_1, …, cη_p of plain descent, in turn, keep the minimum.
 *
 * Full batch: with h = cκ the exponent along an eigenvector is the mean of log|1 − ηⱼh|, a sum of poles like that of SGD
 * in one direction, so the set is complete, islands included. SGD: the same where the batches commute and are drawn anew
 * every step. Mean square: below η_MS / max ηⱼ every Qⱼ has norm < 1; it is lost before the mean is, so between the two.
 */
export function scheduleScale(
  problem: PreparedProblem,
  moments: { readonly of: MeanSquare; readonly blocks: readonly NoisyHessian[] } | null,
  stepSizes: readonly number[],
): ScheduleScale {
  const alone = commonIslands([
    timesSteps({ values: Float64Array.of(1), probabilities: Float64Array.of(1) }, stepSizes),
  ]);
  // The set along the eigenvector of κ is that along κ = 1, divided by κ.
  const along = (kappa: number) => alone.intervals.map(([lo, hi]): Interval => [lo / kappa, hi / kappa]);
  const gd = Array.from(problem.eigenvalues, along).reduce<readonly Interval[]>(intersection, [
    [0, Number.POSITIVE_INFINITY],
  ]);
  return {
    gd,
    meanSquare: moments === null ? null : firstLoss(moments, stepSizes, gd[0][1]),
    sgd: commuting(problem, stepSizes),
  };
}

function commuting({ blocks, law }: PreparedProblem, stepSizes: readonly number[]): readonly Interval[] | null {
  if (law.epochLength > 1 || !blocks.every(({ poleSums }) => poleSums !== null)) return null;
  return commonIslands(blocks.flatMap(({ poleSums }) => poleSums!.map((sum) => timesSteps(sum, stepSizes)))).intervals;
}

/** The mean over the step sizes of E log|1 − cηⱼx| as one sum of poles in c. */
function timesSteps({ values, probabilities }: PoleSum, stepSizes: readonly number[]): PoleSum {
  const points = stepSizes
    .flatMap((eta) => Array.from(values, (x, j) => ({ value: eta * x, share: probabilities[j] / stepSizes.length })))
    .sort((a, b) => a.value - b.value);
  const merged: { value: number; share: number }[] = [];
  for (const { value, share } of points) {
    const last = merged.at(-1);
    if (last !== undefined && value === last.value) last.share += share;
    else merged.push({ value, share });
  }
  return {
    values: Float64Array.from(merged, ({ value }) => value),
    probabilities: Float64Array.from(merged, ({ share }) => share),
  };
}

/** Ratio of the scales that are tried. */
const RATIO = 2 ** (1 / 6);
/** Operations of a period up to which some fifty of them are asked about. */
const AFFORDABLE = 1e7;

function firstLoss(
  { of, blocks }: { readonly of: MeanSquare; readonly blocks: readonly NoisyHessian[] },
  stepSizes: readonly number[],
  lost: number,
): readonly Interval[] | null {
  if (blocks.reduce((sum, { cost }) => sum + cost, 0) * stepSizes.length > AFFORDABLE) return null;
  const exponent = (c: number) =>
    composedMoment(
      blocks,
      { type: "gd" },
      stepSizes.map((eta) => c * eta),
    )?.exponent ?? Number.NaN;
  let lo = Math.min(lost, of.threshold() / Math.max(...stepSizes));
  for (let hi = lo; hi < lost; ) {
    hi = Math.min(lost, hi * RATIO);
    const value = exponent(hi);
    if (Number.isNaN(value)) return null;
    if (value >= 0) return [[0, findRoot(exponent, lo, hi, { rtol: 1e-10 })]];
    lo = hi;
  }
  return [[0, lost]];
}
