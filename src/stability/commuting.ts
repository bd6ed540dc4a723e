import { axpy, type Matrix, matrix, maxAbs, multiply, multiplyTransposed, symmetricEigen } from "../numeric/index.ts";
import type { WeightedBatch } from "../sampling/index.ts";
import { meanHessian, type SampleFactors } from "./sample-factors.ts";

/**
 * Eigenvalues κ_ia of the H_i on common eigenvectors a (m × r), or null when the H_i do not commute: then the product of
 * batches is diagonal and every exponent a mean of logarithms. Always so in dimension 1.
 *
 * Test: the eigenvectors of one generic combination Σ ξ_i H_i must diagonalise every H_i to 1e-11 × its largest entry.
 */
export function commonEigenvalues(samples: SampleFactors): Matrix | null {
  const { factor, outputs } = samples;
  const r = factor.cols;
  if (outputs === 1 && r > 1) return null; // in an irreducible block: H_i of rank 1 commute only when parallel
  const own = (rows: Matrix, i: number) =>
    matrix(outputs, r, rows.data.subarray(i * outputs * r, (i + 1) * outputs * r));
  return diagonalise(
    factor.rows / outputs,
    (generic) => meanHessian(samples, generic),
    (vectors) => {
      const rotated = multiplyTransposed(factor, vectors);
      return (i) => meanHessian({ factor: own(rotated, i), outputs }, Float64Array.of(1));
    },
  );
}

/** The same from the H_i themselves, symmetric of any sign. */
export function commonDenseEigenvalues(hessians: readonly Matrix[]): Matrix | null {
  return diagonalise(
    hessians.length,
    (generic) => weightedSum(hessians, generic),
    (vectors) => (i) => multiplyTransposed(multiply(vectors, hessians[i]), vectors),
  );
}

/** Σ weights[i] H_i */
export function weightedSum(hessians: readonly Matrix[], weights: Float64Array): Matrix {
  const sum = matrix(hessians[0].rows, hessians[0].cols);
  hessians.forEach((h, i) => {
    axpy(weights[i], h.data, sum.data);
  });
  return sum;
}

function diagonalise(
  m: number,
  combination: (weights: Float64Array) => Matrix,
  rotatedBy: (vectors: Matrix) => (sample: number) => Matrix,
): Matrix | null {
  const generic = Float64Array.from({ length: m }, (_, i) => (1 + (((i + 1) * GOLDEN) % 1)) / m);
  const { vectors } = symmetricEigen(combination(generic));
  const r = vectors.rows;
  const hessian = rotatedBy(vectors);
  const eigenvalues = matrix(m, r);
  for (let i = 0; i < m; i++) {
    const h = hessian(i).data;
    const size = maxAbs(h);
    for (let a = 0; a < r; a++) {
      for (let b = 0; b < a; b++) if (Math.abs(h[a * r + b]) > 1e-11 * size) return null;
      eigenvalues.data[i * r + a] = h[a * r + a];
    }
  }
  return eigenvalues;
}

const GOLDEN = 0.6180339887498949;

/** λ(η) = Σ_j probabilities[j] log|1 − η values[j]| along one direction; values are distinct, not 0, ascending. */
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
    const rounding = 4 * Number.EPSILON * (1 + Math.abs(shift));
    if (factor <= rounding) return { value: Number.NEGATIVE_INFINITY, error: 0 };
    value += sum.probabilities[j] * Math.log(factor);
    error += (sum.probabilities[j] * rounding) / factor;
  }
  return { value, error };
}

/** Sorted, with values that agree to rounding merged and zeros (which contribute log 1) left out. */
function collect(points: { value: number; probability: number }[]): PoleSum {
  const sorted = points.filter(({ value }) => value !== 0).sort((a, b) => a.value - b.value);
  const values: number[] = [];
  const probabilities: number[] = [];
  for (const { value, probability } of sorted) {
    const last = values.length - 1;
    if (last >= 0 && value - values[last] <= 4 * Number.EPSILON * Math.abs(value)) probabilities[last] += probability;
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
