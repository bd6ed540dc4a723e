import { type Matrix, matrix, type Rng } from "../numeric/index.ts";
import type { SecondMoment } from "../sampling/index.ts";
import { applyNoise, type MomentGroups, momentGroups } from "./moment-groups.ts";
import { type MomentFinder, type MomentOptions, MomentSolver, matrixSpaceFinder } from "./moment-solver.ts";
import { meanPart, momentWeights, momentWeightsAt } from "./moment-weights.ts";
import type { PreparedBlock, PreparedProblem } from "./prepared-problem.ts";
import { stepSizeLimit, type UpdateRule } from "./update-rule.ts";
import type { Interval } from "./verdict.ts";

export interface MeanSquare {
  /**
   * η_MS: mean-square stable exactly for 0 < η < threshold (rules with velocity: up to the first loss of stability).
   */
  threshold(): number;
  /**
   * The sign of ½ log ρ(Q), from the side of the threshold on which the step size lies: −1 stable, 1 unstable, 0 within
   * the error of the threshold. Certain where the exponent itself drowns in rounding, as it does when H is nearly singular.
   */
  sign(stepSize: number): -1 | 0 | 1;
  /** ½ log ρ(Q), nats per step: the exponent of √E‖δ‖²; −∞ when a step annihilates everything. */
  exponent(stepSize: number): number;
  /** ρ(Q) of one block, and the S ⪰ 0 with Q(S) = ρS (null where there is no noise): positions, eigenbasis of H. */
  block(index: number, stepSize: number): BlockMoment;
}

export interface BlockMoment {
  readonly rho: number;
  /** ρ(Q) − 1 with the digits that ρ(Q) itself loses. */
  readonly excess: number;
  readonly moment: Matrix | null;
}

/**
 * Mean-square stability near a minimum: E‖δ_t‖² → 0 exactly when ρ(Q) < 1, Q(S) = E[A S Aᵀ] (MM24; THEORY §3).
 *
 * Matrix-free: O(mk·r²) an application, a dozen applications a threshold, shared by all questions. Error: the root of
 * a symmetric eigenproblem solved to residual `rtol` (1e-8; 1e-6 above rank 192), so its square over the gap. Null for laws whose steps depend on
 * each other (reshuffle, shuffle-once, cyclic), where Q would be that of a whole epoch.
 */
export function meanSquare(
  problem: PreparedProblem,
  rule: UpdateRule = { type: "gd" },
  options: MomentOptions = {},
): MeanSquare | null {
  const { secondMoment } = problem.law;
  if (secondMoment === null) return null;
  const moments = problem.blocks.map((block) => {
    // The root is off by the square of the residual over the gap.
    const rtol = options.rtol ?? (block.eigenvalues.length > LARGE ? 1e-6 : 1e-8);
    return blockMoments(block, secondMoment, rule, problem.rng, { ...options, rtol });
  });
  return {
    threshold: () =>
      moments.reduce((least, block) => Math.min(least, block.threshold().value), Number.POSITIVE_INFINITY),
    sign(stepSize) {
      const thresholds = moments.map((block) => block.threshold());
      if (thresholds.every(({ range }) => stepSize < range[0])) return -1;
      if (!thresholds.some(({ range }) => stepSize > range[1])) return 0;
      // With a velocity, the mean square may be stable again beyond the first loss.
      return rule.type === "gd" ? 1 : signOf(largestExcess(moments, stepSize));
    },
    exponent: (stepSize) => Math.log1p(largestExcess(moments, stepSize)) / 2,
    block: (index, stepSize) => moments[index].at(stepSize),
  };
}

function largestExcess(moments: readonly BlockMoments[], stepSize: number): number {
  return moments.reduce((largest, block) => Math.max(largest, block.at(stepSize).excess), -1);
}

/** An eigenproblem of order 1 in doubles: closer to 0 than this it has no sign. */
function signOf(excess: number): -1 | 0 | 1 {
  return Math.abs(excess) < 2e-9 ? 0 : excess < 0 ? -1 : 1;
}

interface Threshold {
  readonly value: number;
  /** Where it lies for certain: the value is too large rather than too small, as a projection never overestimates ρ. */
  readonly range: Interval;
}

interface BlockMoments {
  threshold(): Threshold;
  at(stepSize: number): BlockMoment;
}

function blockMoments(
  block: PreparedBlock,
  { alpha, ...moment }: SecondMoment,
  rule: UpdateRule,
  rng: Rng,
  options: MomentOptions,
): BlockMoments {
  const { eigenvalues } = block;
  const groups = momentGroups(block.samples, { alpha, ...moment });
  // A mean-square stable rule is stable in the mean.
  const limit = stepSizeLimit(rule, eigenvalues[0]);
  const low = (stepSize: number) => meanPart(eigenvalues, alpha, rule, stepSize);
  const noise = groups.coefficients.length === 0 ? 0 : noiseScale(groups);
  if (noise <= 1e-13 * eigenvalues[0] ** 2) {
    // Equal samples: what is left of the noise is rounding.
    return { threshold: () => around(limit, 0), at: (stepSize) => blockMoment(low(stepSize), null) };
  }
  const atOne = (x: number, modes = eigenvalues.length) =>
    momentWeights(eigenvalues.subarray(0, modes), alpha, rule, Math.exp(x), { base: 0, excess: 0 });
  const finder = makeFinder(groups, rng, atOne, Math.log(limit));
  let threshold: Threshold | null = null;
  return {
    threshold: () => (threshold ??= firstLoss(finder, atOne, limit, rule, options)),
    at(stepSize) {
      const base = low(stepSize);
      const weightsWith = momentWeightsAt(eigenvalues, alpha, rule, stepSize, base);
      const weightsAt = (x: number) => weightsWith(Math.exp(x));
      for (let top = Math.log(stepSize * stepSize * noise) + 1; ; top += 2) {
        const root = finder.solve(weightsAt, top - FOLDS, top, options);
        if (root === "below") return blockMoment(base, null);
        if (root !== "above") return blockMoment(base + Math.exp(root.x), root.moment);
      }
    },
  };
}

function blockMoment(excess: number, moment: Matrix | null): BlockMoment {
  const own = Math.max(-1, excess);
  return { rho: 1 + own, excess: own, moment };
}

/** Unknowns are logarithms of η and of z − (mean part); so many e-folds below its scale one is looked for. */
const FOLDS = 45;

/** Above this many modes a first guess comes from the stiffest eighth of them. */
const LARGE = 192;

function makeFinder(
  groups: MomentGroups,
  rng: Rng,
  weightsAt: (x: number, modes: number) => Float64Array,
  top: number,
): MomentFinder {
  const r = groups.rows.cols;
  if (groups.coefficients.some((c) => c < 0)) return matrixSpaceFinder(groups, rng);
  if (r <= LARGE) return new MomentSolver(groups);
  const modes = Math.ceil(r / 8);
  const stiff = new MomentSolver({ ...groups, rows: leadingColumns(groups.rows, modes) });
  const guess = stiff.solve((x) => weightsAt(x, modes), top - FOLDS, top, { rtol: 1e-3 });
  return new MomentSolver(groups, typeof guess === "string" ? null : guess.vector);
}

/**
 * GD: the one root below the limit of the mean. Velocities: the first root, looked for piece by piece. ρ(M) grows at least
 * like the step size (GD), so a residual of the eigenvalue 1 moves the root by no more than that, relative to itself.
 */
function firstLoss(
  finder: MomentFinder,
  weightsAt: (x: number) => Float64Array,
  limit: number,
  rule: UpdateRule,
  options: MomentOptions,
): Threshold {
  const top = Math.log(limit);
  const ends = [top];
  if (rule.type !== "gd") for (let piece = 1; piece < PIECES; piece++) ends.unshift(top - (8 * piece) / PIECES);
  ends.unshift(top - (rule.type === "gd" ? FOLDS : 14));
  for (let j = 0; j + 1 < ends.length; j++) {
    const root = finder.solve(weightsAt, ends[j], ends[j + 1], options);
    if (root === "above") return around(Math.exp(ends[j]), 0);
    if (root !== "below") return around(Math.exp(root.x), root.residual);
  }
  return around(limit, 0);
}

/** A threshold whose value may be too large by `error`, relative to itself, beside rounding. */
function around(value: number, error: number): Threshold {
  const rounding = 1e-12;
  return { value, range: [value * (1 - error - rounding), value * (1 + rounding)] };
}

const PIECES = 32;

/** tr V(I). Q(I) ⪯ (mean part + η² tr V(I)) I bounds ρ(Q) for GD; rules with velocity look further if need be. */
function noiseScale(groups: MomentGroups): number {
  const r = groups.rows.cols;
  const unit = matrix(r, r);
  for (let a = 0; a < r; a++) unit.data[a * r + a] = 1;
  const image = applyNoise(groups, unit);
  let trace = 0;
  for (let a = 0; a < r; a++) trace += image.data[a * r + a];
  return trace;
}

function leadingColumns(a: Matrix, count: number): Matrix {
  const result = matrix(a.rows, count);
  for (let i = 0; i < a.rows; i++) result.data.set(a.data.subarray(i * a.cols, i * a.cols + count), i * count);
  return result;
}
