import type { Objective } from "../compile/index.ts";
import { type Matrix, matrix, multiplyTransposed, symmetricEigen } from "../numeric/index.ts";

/** Φ of every sample, with what its rank rests on. */
export interface SampleCurvature {
  /** (m·rows) × r with H_i = Σ φφᵀ over the `rows` rows of sample i, in coordinates of N = range Jᵀ. */
  readonly factor: Matrix;
  /** Rows a sample: k for a network, n for formulas. */
  readonly rows: number;
  readonly rank: number;
  readonly size: number;
  /** Smallest kept over largest dropped eigenvalue of K_B; null when none was dropped. */
  readonly gap: number | null;
  /** False when some ∇²ℓ_i of a formula has a negative eigenvalue, so that no factor exists. */
  readonly semidefinite: boolean;
}

/**
 * Factors the samples' curvature at an interpolating point: ∇²ℓ_i = Φ_iᵀΦ_i. For a network K_B = B^½ K B^½ with the
 * tangent kernel K = JJᵀ and B_i = ∇²_fℓ_i (2κI for squared error κ‖f − y‖²); for formulas the kernel of the roots of
 * ∇²ℓ_i. An eigenvalue of the kernel counts towards the rank above `rtol` times the largest.
 *
 * Cost: one reverse pass an output, the kernel layer by layer, and an eigenproblem of size m·k.
 */
export function sampleCurvature(objective: Objective, theta: Float64Array, rtol: number): SampleCurvature {
  const { kernel, rows, semidefinite } = curvatureKernel(objective, theta);
  const { values, vectors } = symmetricEigen(kernel);
  const size = kernel.rows;
  const rank = rankOf(values, rtol);
  const factor = matrix(size, rank);
  for (let a = 0; a < rank; a++) {
    const s = Math.sqrt(values[a]);
    for (let i = 0; i < size; i++) factor.data[i * rank + a] = s * vectors.data[a * size + i];
  }
  const dropped = Math.max(Math.abs(values[rank] ?? 0), Number.MIN_VALUE);
  const gap = rank > 0 && rank < size ? values[rank - 1] / dropped : null;
  return { factor, rows, rank, size, gap: gap === Number.POSITIVE_INFINITY ? null : gap, semidefinite };
}

/** Eigenvalues (largest first) above `rtol` times the largest. */
export function rankOf(values: Float64Array, rtol: number): number {
  return values.filter((v) => v > rtol * values[0]).length;
}

/** K_B of a network, or the kernel of the roots of ∇²ℓ_i. */
export function curvatureKernel(objective: Objective, theta: Float64Array) {
  if (objective.outputCount > 0) {
    return { kernel: weightedKernel(objective, theta), rows: objective.outputCount, semidefinite: true };
  }
  const { roots, semidefinite } = formulaRoots(objective, theta);
  return { kernel: multiplyTransposed(roots, roots), rows: objective.dimension, semidefinite };
}

function weightedKernel(objective: Objective, theta: Float64Array): Matrix {
  const { sampleCount: m, outputCount: k } = objective;
  const size = m * k;
  const kernel = matrix(size, size, objective.ntk(theta));
  const blocks = new Float64Array(size * k);
  objective.outputHessian(theta, blocks);
  const roots = Array.from({ length: m }, (_, i) => root(matrix(k, k, blocks.slice(i * k * k, (i + 1) * k * k))));
  weightRows(kernel, roots, k);
  transposeInPlace(kernel);
  weightRows(kernel, roots, k);
  return kernel;
}

/** Symmetric square root of a positive semidefinite block (negative eigenvalues are rounding, taken as 0). */
function root(block: Matrix): Matrix {
  const { values, vectors } = symmetricEigen(block);
  const k = block.rows;
  const scaled = matrix(k, k);
  for (let a = 0; a < k; a++) {
    const s = Math.sqrt(Math.sqrt(Math.max(values[a], 0)));
    for (let b = 0; b < k; b++) scaled.data[b * k + a] = s * vectors.data[a * k + b];
  }
  return multiplyTransposed(scaled, scaled);
}

/** Rows of sample i ← root_i · rows of sample i. */
function weightRows({ cols, data }: Matrix, roots: readonly Matrix[], k: number): void {
  const before = new Float64Array(k * cols);
  roots.forEach(({ data: r }, i) => {
    before.set(data.subarray(i * k * cols, (i + 1) * k * cols));
    for (let a = 0; a < k; a++) {
      const row = data.subarray((i * k + a) * cols, (i * k + a + 1) * cols).fill(0);
      for (let b = 0; b < k; b++) {
        const weight = r[a * k + b];
        if (weight !== 0) for (let c = 0; c < cols; c++) row[c] += weight * before[b * cols + c];
      }
    }
  });
}

function transposeInPlace({ rows, data }: Matrix): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < i; j++) [data[i * rows + j], data[j * rows + i]] = [data[j * rows + i], data[i * rows + j]];
  }
}

/** Roots of the Hessians of formulas: n rows a sample, R_iᵀR_i = ∇²ℓ_i. */
function formulaRoots(objective: Objective, theta: Float64Array): { roots: Matrix; semidefinite: boolean } {
  const { sampleCount: m, dimension: n } = objective;
  const roots = matrix(m * n, n);
  let semidefinite = true;
  for (let i = 0; i < m; i++) {
    const hessian = sampleHessian(objective, theta, i);
    const { values } = symmetricEigen(hessian);
    if (values[n - 1] < -1e-12 * Math.abs(values[0])) semidefinite = false;
    roots.data.set(root(hessian).data, i * n * n);
  }
  return { roots, semidefinite };
}

/** ∇²ℓ_i, n × n, column by column. */
export function sampleHessian(objective: Objective, theta: Float64Array, sample: number): Matrix {
  const n = objective.dimension;
  const hessian = matrix(n, n);
  const unit = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    const column = hessian.data.subarray(j * n, (j + 1) * n);
    unit.fill(0)[j] = 1;
    objective.batchHvp(theta, Int32Array.of(sample), Float64Array.of(1), unit, column);
  }
  return hessian;
}
