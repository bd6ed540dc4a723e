import { type Matrix, matrix, maxAbs } from "../numeric/index.ts";
import { momentRadius } from "./moment-radius.ts";
import { momentParts, momentStep, type NoisyHessian } from "./moment-step.ts";
import type { UpdateRule } from "./update-rule.ts";

/** ½ log ρ of a composition of second-moment steps, per step. */
export interface ComposedMoment {
  /** −∞ when a period annihilates everything. */
  readonly exponent: number;
  /** −1 stable, 1 unstable, 0 within rounding of neutral. */
  readonly sign: -1 | 0 | 1;
}

/** Operations up to which the second moment of a composition is computed: about half a minute. */
const BUDGET = 4e10;
/** Applications of a period that its spectral radius usually takes. */
const USUAL = 90;
/** A radius nearer to 1 than this many of its errors has no sign. */
const SAFETY = 100;

/**
 * The exponent of √E‖δ‖² under a rule whose steps repeat with a period of p step sizes and whose batches are drawn anew
 * every step: E[x xᵀ] after a period is Q_p(⋯Q_1(S)), so the exponent per step is log ρ(Q_p ⋯ Q_1)/(2p). The largest of
 * the invariant blocks. Null when that would take more than `budget` operations.
 *
 * Works for rules with velocity and for H_i of any sign. Each Q_j alone may have ρ > 1.
 */
export function composedMoment(
  blocks: readonly NoisyHessian[],
  rule: UpdateRule,
  stepSizes: readonly number[],
  budget = BUDGET,
): ComposedMoment | null {
  const work = blocks.reduce((sum, { cost }) => sum + cost, 0) * USUAL * stepSizes.length;
  if (work > budget) return null;
  let exponent = Number.NEGATIVE_INFINITY;
  let sign: -1 | 0 | 1 = -1;
  for (const block of blocks) {
    const { logRho, error } = periodRadius(block, rule, stepSizes);
    exponent = Math.max(exponent, logRho / (2 * stepSizes.length));
    const own = Math.abs(logRho) <= SAFETY * error ? 0 : logRho < 0 ? -1 : 1;
    if (own > sign) sign = own;
  }
  return { exponent, sign };
}

/** log ρ(Q_p ⋯ Q_1). Each step is divided by what it does to the identity, so that long periods stay in range. */
function periodRadius(block: NoisyHessian, rule: UpdateRule, stepSizes: readonly number[]) {
  const d = momentParts(rule) * block.eigenvalues.length;
  const steps = stepSizes.map((stepSize) => momentStep(block, rule, stepSize));
  let sample = identity(d);
  let logScale = 0;
  const sizes: number[] = [];
  for (const step of steps) {
    sample = step(sample);
    const size = maxAbs(sample.data) || 1;
    sizes.push(size);
    logScale += Math.log(size);
    sample = divided(sample, size);
  }
  const period = (s: Matrix) => steps.reduce((image, step, j) => divided(step(image), sizes[j]), s);
  const { rho, error } = momentRadius(period, d);
  return { logRho: Math.log(rho) + logScale, error };
}

function divided({ rows, cols, data }: Matrix, size: number): Matrix {
  return matrix(
    rows,
    cols,
    data.map((x) => x / size),
  );
}

function identity(d: number): Matrix {
  const unit = matrix(d, d);
  for (let a = 0; a < d; a++) unit.data[a * d + a] = 1;
  return unit;
}
