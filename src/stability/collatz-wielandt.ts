import {
  add,
  type Interval,
  type IntervalMatrix,
  interval,
  intervalAt,
  intervalMatrix,
  log,
  mapIntervals,
  mul,
  multiplyIntervals,
  neg,
  point,
  pointMatrix,
  provePositiveDefinite,
  setInterval,
  subtractIntervals,
  transposeIntervals,
  zipIntervals,
} from "../interval/index.ts";
import { axpy, dot, type Matrix, matrix, scale } from "../numeric/index.ts";
import type { SecondMoment } from "../sampling/index.ts";
import type { BlockMoment } from "./mean-square.ts";
import { applyNoise, type MomentGroups, momentGroups } from "./moment-groups.ts";
import { meanPart, momentWeights } from "./moment-weights.ts";
import type { HessianFrame, SampleFactors } from "./sample-factors.ts";

/** Operations (roughly mk·r²) up to which an upper bound is certified. */
const BUDGET = 5e7;

/**
 * A proved upper bound of λ for GD with independent batches: ½ log ρ′ with a matrix S for which S ≻ 0 and
 * ρ′S − Q(S) ≻ 0 are shown in outward-rounded arithmetic (Collatz–Wielandt: then ρ(Q) ≤ ρ′, and λ ≤ ½ log ρ(Q)).
 *
 * S approximates (ρ′ − Q)⁻¹I, ρ′ a little above the ρ(Q) of `found`; how it was found does not matter. The statement is
 * about the factor as it stands in the block's coordinates (doubles), with weights and coefficients of the law enlarged
 * by their rounding. Null when it cannot be shown, or would cost too much. Cost: some 20 + 12 products of mk·r².
 */
export function certifiedUpperBound(
  frame: HessianFrame,
  probabilities: Float64Array,
  moment: SecondMoment,
  stepSize: number,
  found: Pick<BlockMoment, "rho" | "moment">,
): number | null {
  const r = frame.eigenvalues.length;
  if (frame.samples.factor.rows * r * r > BUDGET || !Number.isFinite(found.rho)) return null;
  const groups = momentGroups(frame.samples, moment);
  const step: SecondMomentStep = { frame, probabilities, groups, alpha: moment.alpha, stepSize };
  for (const slack of r <= 64 ? [5e-10, 1e-6] : [1e-6]) {
    // Never so wide that it takes the sign of the logarithm away.
    const rho = found.rho + Math.min(slack, 0.01 * Math.abs(1 - found.rho) + 1e-12 * r);
    if (isWitness(step, resolvent(step, rho, found.moment), rho)) return log(point(rho)).hi / 2;
  }
  return null;
}

/** What defines Q. */
interface SecondMomentStep {
  readonly frame: HessianFrame;
  readonly probabilities: Float64Array;
  readonly groups: MomentGroups;
  readonly alpha: number;
  readonly stepSize: number;
}

/** Whether S ≻ 0 and ρS − Q(S) ≻ 0 can be shown. */
function isWitness(step: SecondMomentStep, s: Matrix, rho: number): boolean {
  if (provePositiveDefinite(pointMatrix(s)).status !== "positive") return false;
  const scaled = mapMatrix((x) => mul(point(rho), x), pointMatrix(s));
  return provePositiveDefinite(subtractIntervals(scaled, encloseSecondMoment(step, s))).status === "positive";
}

/**
 * Roughly (ρ − Q)⁻¹ I, by conjugate gradients preconditioned with the mean part (diagonal in the eigenbasis of H); stops
 * when the residual is below a quarter in Frobenius norm, which is all that the proof needs.
 */
function resolvent(step: SecondMomentStep, rho: number, guess: Matrix | null): Matrix {
  const { groups, alpha, stepSize } = step;
  const { eigenvalues } = step.frame;
  const r = eigenvalues.length;
  const base = meanPart(eigenvalues, alpha, { type: "gd" }, stepSize);
  // D/η² = 1/(ρ − mean part), the inverse of what is left of ρ − Q without noise.
  const inverse = momentWeights(eigenvalues, alpha, { type: "gd" }, stepSize, { base, excess: rho - 1 - base });
  scale(1 / stepSize ** 2, inverse);
  const apply = (s: Float64Array) => {
    const noise = applyNoise(groups, matrix(r, r, s)).data;
    return s.map((x, i) => x / inverse[i] - stepSize ** 2 * noise[i]);
  };
  const x = guess === null ? new Float64Array(r * r) : guess.data.slice();
  let residual = apply(x);
  // The guess is the top mode of Q; its share of the solution is ⟨guess, I⟩/⟨guess, (ρ − Q) guess⟩.
  const energy = dot(x, residual);
  let trace = 0;
  for (let a = 0; a < r; a++) trace += x[a * r + a];
  const share = energy > 0 ? trace / energy : 0;
  scale(share, x);
  residual = residual.map((value, i) => (i % (r + 1) === 0 ? 1 : 0) - share * value);
  let direction = residual.map((value, i) => value * inverse[i]);
  let product = dot(residual, direction);
  for (let step = 0; step < 200 && dot(residual, residual) > 1 / 16; step++) {
    const image = apply(direction);
    const length = product / dot(direction, image);
    axpy(length, direction, x);
    axpy(-length, image, residual);
    const next = residual.map((value, i) => value * inverse[i]);
    const nextProduct = dot(residual, next);
    axpy(nextProduct / product, direction, next);
    direction = next;
    product = nextProduct;
  }
  // Rounding leaves it slightly unsymmetric.
  for (let a = 0; a < r; a++) for (let b = 0; b < a; b++) x[b * r + a] = x[a * r + b];
  return matrix(r, r, x);
}

/** Q(S) = S − η(HS + SH) + η²(1 − α)HSH + η²V(S), enclosed. */
function encloseSecondMoment(step: SecondMomentStep, witness: Matrix): IntervalMatrix {
  const { groups, alpha, stepSize } = step;
  const s = pointMatrix(witness);
  const h = encloseHessian(step.frame.samples, step.probabilities);
  const hs = multiplyIntervals(h, s);
  const eta = point(stepSize);
  const square = mul(eta, eta);
  return sum([
    [point(1), s],
    [neg(eta), hs],
    [neg(eta), transposeIntervals(hs)],
    [mul(square, interval(1 - alpha - ROUNDING, 1 - alpha + ROUNDING)), multiplyIntervals(hs, h)],
    [square, encloseNoise(groups, s)],
  ]);
}

/** What a probability or a coefficient of a law may be off by, relative to itself; α absolutely. */
const ROUNDING = 8 * Number.EPSILON;

/** Σ p_i φφᵀ */
function encloseHessian({ factor, outputs }: SampleFactors, probabilities: Float64Array): IntervalMatrix {
  const rows = pointMatrix(factor);
  const weights = Float64Array.from({ length: factor.rows }, (_, i) => probabilities[Math.floor(i / outputs)]);
  return multiplyIntervals(transposeIntervals(rows), scaleRows(rows, weights));
}

/** Σ_g c_g F_gᵀ(F_g S F_gᵀ)F_g */
function encloseNoise(groups: MomentGroups, s: IntervalMatrix): IntervalMatrix {
  const { starts, coefficients } = groups;
  // Rows were multiplied by the root of a weight: each entry is off by a rounding or two, unless all weights were 1.
  const rows = mapMatrix((x) => mul(x, WIDENED), pointMatrix(groups.rows));
  const image = multiplyIntervals(rows, s);
  const weighted = intervalMatrix(rows.rows, rows.cols);
  for (let g = 0; g < coefficients.length; g++) {
    const own = rowRange(rows, starts[g], starts[g + 1]);
    const block = multiplyIntervals(rowRange(image, starts[g], starts[g + 1]), transposeIntervals(own));
    const part = multiplyIntervals(block, own);
    const size = new Float64Array(part.rows).fill(coefficients[g]);
    const scaled = scaleRows(part, size);
    weighted.lo.set(scaled.lo, starts[g] * rows.cols);
    weighted.hi.set(scaled.hi, starts[g] * rows.cols);
  }
  return multiplyIntervals(transposeIntervals(rows), weighted);
}

const WIDENED = interval(1 - 2 * Number.EPSILON, 1 + 2 * Number.EPSILON);

/** Row i times weights[i], which may be off by `ROUNDING`. */
function scaleRows(a: IntervalMatrix, weights: Float64Array): IntervalMatrix {
  const scaled = intervalMatrix(a.rows, a.cols);
  for (let i = 0; i < a.rows; i++) {
    const [x, y] = [weights[i] * (1 - ROUNDING), weights[i] * (1 + ROUNDING)];
    const factor = interval(Math.min(x, y), Math.max(x, y));
    for (let e = i * a.cols; e < (i + 1) * a.cols; e++) setInterval(scaled, e, mul(factor, intervalAt(a, e)));
  }
  return scaled;
}

function rowRange(a: IntervalMatrix, from: number, to: number): IntervalMatrix {
  const [lo, hi] = [a.lo.subarray(from * a.cols, to * a.cols), a.hi.subarray(from * a.cols, to * a.cols)];
  return intervalMatrix(to - from, a.cols, { lo, hi });
}

function mapMatrix(f: (x: Interval) => Interval, a: IntervalMatrix): IntervalMatrix {
  return intervalMatrix(a.rows, a.cols, mapIntervals(f, a));
}

/** Σ factor · matrix */
function sum(terms: readonly (readonly [Interval, IntervalMatrix])[]): IntervalMatrix {
  return terms
    .map(([factor, a]) => mapMatrix((x) => mul(factor, x), a))
    .reduce((a, b) => intervalMatrix(a.rows, a.cols, zipIntervals(add, a, b)));
}
