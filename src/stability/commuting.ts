import { type Matrix, matrix, multiplyTransposed, symmetricEigen } from "../numeric/index.ts";
import type { WeightedBatch } from "../sampling/index.ts";
import { meanHessian, type SampleFactors } from "./sample-factors.ts";

/**
 * Eigenvalues κ_ia of the H_i on common eigenvectors a (m × r), or null when the H_i do not commute: then the product of
 * batches is diagonal and every exponent a mean of logarithms. Always so in dimension 1.
 *
 * Test: the eigenvectors of one generic combination Σ ξ_i H_i must diagonalise every H_i to 1e-11 × tr H_i.
 */
export function commonEigenvalues(samples: SampleFactors): Matrix | null {
  const { factor, outputs } = samples;
  const m = factor.rows / outputs;
  const r = factor.cols;
  if (outputs === 1 && r > 1) return null; // in an irreducible block: H_i of rank 1 commute only when parallel
  const generic = Float64Array.from({ length: m }, (_, i) => 1 + (((i + 1) * GOLDEN) % 1)).map((x) => x / m);
  const { vectors } = symmetricEigen(meanHessian(samples, generic));
  const rotated = multiplyTransposed(factor, vectors);
  const eigenvalues = matrix(m, r);
  for (let i = 0; i < m; i++) {
    const own = { factor: matrix(outputs, r, rotated.data.subarray(i * outputs * r, (i + 1) * outputs * r)), outputs };
    const h = meanHessian(own, Float64Array.of(1));
    let trace = 0;
    for (let a = 0; a < r; a++) trace += h.data[a * r + a];
    for (let a = 0; a < r; a++) {
      for (let b = 0; b < a; b++) if (Math.abs(h.data[a * r + b]) > 1e-11 * trace) return null;
      eigenvalues.data[i * r + a] = h.data[a * r + a];
    }
  }
  return eigenvalues;
}

const GOLDEN = 0.6180339887498949;

/** λ(η) = Σ_j probabilities[j] log|1 − η values[j]| along one direction; values are distinct, positive, ascending. */
export interface PoleSum {
  readonly values: Float64Array;
  readonly probabilities: Float64Array;
}

/** The pole sums of all common eigenvectors (κ as `commonEigenvalues` gives it), equal ones once. */
export function poleSums(kappa: Matrix, batches: readonly WeightedBatch[]): PoleSum[] {
  const sums: PoleSum[] = [];
  for (let a = 0; a < kappa.cols; a++) {
    const points = batches.map(({ indices, weights, probability }) => ({
      value: indices.reduce((sum, i, j) => sum + weights[j] * kappa.data[i * kappa.cols + a], 0),
      probability,
    }));
    const sum = collect(points);
    if (!sums.some((other) => sameSum(other, sum))) sums.push(sum);
  }
  return sums;
}

/** The exponent at one step size; −∞ on a pole. `error` bounds what rounding of 1 − ηx does to it. */
export function poleSumExponent(sum: PoleSum, stepSize: number): { readonly value: number; readonly error: number } {
  let value = 0;
  let error = 0;
  for (let j = 0; j < sum.values.length; j++) {
    const shift = stepSize * sum.values[j];
    const factor = Math.abs(1 - shift);
    const rounding = 4 * Number.EPSILON * (1 + shift);
    if (factor <= rounding) return { value: Number.NEGATIVE_INFINITY, error: 0 };
    value += sum.probabilities[j] * Math.log(factor);
    error += (sum.probabilities[j] * rounding) / factor;
  }
  return { value, error };
}

/** Sorted, with values that agree to rounding merged and zeros (which contribute log 1) left out. */
function collect(points: { value: number; probability: number }[]): PoleSum {
  const sorted = points.filter(({ value }) => value > 0).sort((a, b) => a.value - b.value);
  const values: number[] = [];
  const probabilities: number[] = [];
  for (const { value, probability } of sorted) {
    const last = values.length - 1;
    if (last >= 0 && value - values[last] <= 4 * Number.EPSILON * value) probabilities[last] += probability;
    else {
      values.push(value);
      probabilities.push(probability);
    }
  }
  return { values: Float64Array.from(values), probabilities: Float64Array.from(probabilities) };
}

function sameSum(a: PoleSum, b: PoleSum): boolean {
  const close = (x: number, y: number) => Math.abs(x - y) <= 1e-12 * Math.abs(x);
  return (
    a.values.length === b.values.length &&
    a.values.every((x, j) => close(x, b.values[j]) && close(a.probabilities[j], b.probabilities[j]))
  );
}
