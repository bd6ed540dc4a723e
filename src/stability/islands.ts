import { type PoleSum, poleSumExponent } from "./commuting.ts";
import { findRoot } from "./root.ts";
import type { Interval } from "./verdict.ts";

export interface Islands {
  /** The open set {η > 0 : λ(η) < 0}, poles (where λ = −∞) included, as disjoint intervals in ascending order. */
  readonly intervals: readonly Interval[];
  /** Poles whose island is so narrow that both its ends round to the same double; they are left out. */
  readonly lost: readonly number[];
}

/**
 * All step sizes at which E log|1 − ηx| is negative, however narrow the islands.
 *
 * Between two consecutive poles 1/x_j the sum is concave and falls to −∞ at both, so it has no zero or two there; beyond
 * the last pole it increases and has one; from 0 it decreases to the first pole, or, when the mean of x is negative, first
 * rises and has one zero (THEORY §3). A zero next to a pole P is looked for in u = log of its relative distance from P,
 * where the sum is π_j u + g: it keeps its digits at any distance. Negative x have no pole and change nothing else.
 *
 * Error: a few ulp of each end. Cost: some 100 sums for every pole whose island can be seen in doubles, two for others.
 */
export function islands(sum: PoleSum): Islands {
  const intervals: Interval[] = [];
  const lost: number[] = [];
  const lowest = sum.values.findIndex((x) => x > 0); // of the last pole
  if (lowest < 0) return { intervals, lost };
  let open = firstOpening(sum);
  for (let j = sum.values.length - 1; j >= lowest; j--) {
    const pole = 1 / sum.values[j];
    const peak = j > lowest ? peakBetween(sum, j) : null;
    if (peak !== null && poleSumExponent(sum, peak).value <= 0) continue; // negative all the way to the next pole
    const end = zeroBeside(sum, j, 1, peak ?? beyond(sum, j));
    if (end > open) intervals.push([open, end]);
    else lost.push(pole);
    if (peak !== null) open = zeroBeside(sum, j - 1, -1, peak);
  }
  return { intervals, lost };
}

/** Where the sum first becomes negative: at once when the mean of x is positive. */
function firstOpening(sum: PoleSum): number {
  const first = sum.values.length - 1;
  const slope = (stepSize: number) =>
    sum.values.reduce((total, x, i) => total - (sum.probabilities[i] * x) / (1 - stepSize * x), 0);
  if (slope(0) <= 0) return 0;
  const end = (1 - 1e-12) / sum.values[first];
  return slope(end) >= 0 ? 1 / sum.values[first] : zeroBeside(sum, first, -1, findRoot(slope, 0, end));
}

/** {η : every sum is negative}: the intersection. */
export function commonIslands(sums: readonly PoleSum[]): Islands {
  const each = sums.map(islands);
  return {
    intervals: each.map(({ intervals }) => intervals).reduce(intersection),
    lost: [...new Set(each.flatMap(({ lost }) => lost))].sort((a, b) => a - b),
  };
}

/** The common part of two ascending lists of intervals. */
export function intersection(a: readonly Interval[], b: readonly Interval[]): Interval[] {
  const common: Interval[] = [];
  for (const [lo, hi] of a) {
    for (const [from, to] of b) {
      const part: Interval = [Math.max(lo, from), Math.min(hi, to)];
      if (part[0] < part[1]) common.push(part);
    }
  }
  return common;
}

/** Islands narrower than this (relative, logarithm) cannot be seen in doubles. */
const UNSEEN = -45;

/** The sum at distance δ = side·e^u (relative) from pole j, with the digits of δ kept. */
function besidePole({ values, probabilities }: PoleSum, j: number, side: 1 | -1, u: number): number {
  const shift = side * Math.exp(u);
  let value = probabilities[j] * u;
  for (let i = 0; i < values.length; i++) {
    if (i === j) continue;
    value += probabilities[i] * Math.log(Math.abs((values[j] - values[i] - shift * values[i]) / values[j]));
  }
  return value;
}

/** The zero between pole j and `peak`, where the sum is positive; the pole itself when nothing in between is a double. */
function zeroBeside(sum: PoleSum, j: number, side: 1 | -1, peak: number): number {
  const pole = 1 / sum.values[j];
  const value = (u: number) => besidePole(sum, j, side, u);
  if (value(UNSEEN) >= 0) return pole;
  const far = Math.log(Math.abs(peak * sum.values[j] - 1));
  if (!(far > UNSEEN) || value(far) <= 0) return peak; // the peak is 0 up to rounding
  return pole * (1 + side * Math.exp(findRoot(value, UNSEEN, far)));
}

/** Where the sum is largest between pole j and the next one, 1/values[j − 1]. */
function peakBetween({ values, probabilities }: PoleSum, j: number): number {
  const [left, right] = [1 / values[j], 1 / values[j - 1]];
  // The derivative times the distances to both poles: finite, positive at the left one, negative at the right one.
  const slope = (stepSize: number) => {
    let rest = 0;
    for (let i = 0; i < values.length; i++) {
      if (i !== j && i !== j - 1) rest -= (probabilities[i] * values[i]) / (1 - stepSize * values[i]);
    }
    const [before, after] = [stepSize - left, right - stepSize];
    return rest * before * after + probabilities[j] * after - probabilities[j - 1] * before;
  };
  return findRoot(slope, left, right, { rtol: 1e-14 });
}

/** A step size beyond the last pole at which the sum is positive. */
function beyond(sum: PoleSum, j: number): number {
  let stepSize = 2 / sum.values[j];
  while (!(poleSumExponent(sum, stepSize).value > 0)) stepSize *= 2;
  return stepSize;
}
