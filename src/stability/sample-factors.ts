import {
  dot,
  type Matrix,
  matrix,
  multiplyTransposed,
  symmetricEigen,
  symmetricEigenvalues,
  transpose,
} from "../numeric/index.ts";
import type { BatchLaw } from "../sampling/index.ts";

/**
 * The samples' curvature on N = range Jᵀ, in coordinates of N: H_i = Σ φφᵀ over the k rows i·k … i·k + k − 1 of `factor`
 * (mk × r, loss scale and curvature folded in). No direction is in the kernel of every H_i.
 */
export interface SampleFactors {
  readonly factor: Matrix;
  readonly outputs: number;
}

/** Φ with k rows for each sample. @throws RangeError when the rows are not a multiple of k or not finite. */
export function sampleFactors(factor: Matrix, outputs: number): SampleFactors {
  if (!(Number.isInteger(outputs) && outputs >= 1 && factor.rows >= outputs && factor.rows % outputs === 0)) {
    throw new RangeError(`sampleFactors: ${factor.rows} rows do not divide into samples of ${outputs} outputs`);
  }
  if (!factor.data.every(Number.isFinite)) throw new RangeError("sampleFactors: an entry of the factor is not finite");
  return { factor, outputs };
}

/** Coordinates in which H is diagonal: `eigenvalues` descending, coordinate a along the a-th eigenvector. */
export interface HessianFrame {
  readonly samples: SampleFactors;
  readonly eigenvalues: Float64Array;
}

/**
 * The factors in the eigenbasis of H = Σ p_i H_i. Directions that H does not see are dropped: eigenvalues up to 1e-14 of
 * the largest (1e-12 when samples of probability 0 may leave some), which is rounding.
 * Cost O(mk·r² + r³), without the r³ when the factor comes in these coordinates (from the eigenvectors of K).
 */
export function hessianFrame(samples: SampleFactors, probabilities: Float64Array): HessianFrame {
  const hessian = meanHessian(samples, probabilities);
  if (isDescendingDiagonal(hessian))
    return { samples, eigenvalues: hessian.data.filter((_, i) => i % (hessian.cols + 1) === 0) };
  const { values, vectors } = symmetricEigen(hessian);
  const cut = (probabilities.every((p) => p > 0) ? 1e-14 : 1e-12) * values[0];
  const rank = values.filter((value) => value > cut).length;
  const basis = matrix(rank, values.length, vectors.data.subarray(0, rank * values.length));
  return {
    samples: { factor: multiplyTransposed(samples.factor, basis), outputs: samples.outputs },
    eigenvalues: values.slice(0, rank),
  };
}

/** Σ p_i H_i, r × r. */
export function meanHessian({ factor, outputs }: SampleFactors, probabilities: Float64Array): Matrix {
  const weighted = matrix(factor.rows, factor.cols, factor.data.slice());
  const width = outputs * factor.cols;
  for (let i = 0; i < probabilities.length; i++) {
    const root = Math.sqrt(probabilities[i]);
    for (let j = i * width; j < (i + 1) * width; j++) weighted.data[j] *= root;
  }
  const columns = transpose(weighted);
  return multiplyTransposed(columns, columns);
}

/** tr H_i of every sample, the NTK diagonal. */
export function sampleTraces({ factor, outputs }: SampleFactors): Float64Array {
  const width = outputs * factor.cols;
  return Float64Array.from({ length: factor.rows / outputs }, (_, i) => {
    const rows = factor.data.subarray(i * width, (i + 1) * width);
    return dot(rows, rows);
  });
}

/** max_i w_i‖H_i‖, which no ‖H_B‖ exceeds. */
export function largestBatchNorm({ factor, outputs }: SampleFactors, law: BatchLaw): number {
  const width = outputs * factor.cols;
  let largest = 0;
  for (let i = 0; i < law.sampleCount; i++) {
    const own = matrix(outputs, factor.cols, factor.data.subarray(i * width, (i + 1) * width));
    const size = outputs === 1 ? dot(own.data, own.data) : symmetricEigenvalues(multiplyTransposed(own, own))[0];
    largest = Math.max(largest, law.stepWeights[i] * size);
  }
  return largest;
}

/** Whether the coordinates are eigenvectors of `h` already, up to the rounding that finding them would bring. */
function isDescendingDiagonal(h: Matrix): boolean {
  const n = h.rows;
  for (let a = 0; a < n; a++) {
    if (!(h.data[a * n + a] > 1e-12 * h.data[0]) || (a > 0 && h.data[a * n + a] > h.data[(a - 1) * n + a - 1]))
      return false;
    for (let b = 0; b < a; b++) if (Math.abs(h.data[a * n + b]) > 1e-14 * h.data[0]) return false;
  }
  return true;
}
