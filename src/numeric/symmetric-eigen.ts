import { denseKernels, type SymmetricWorkspace } from "./dense-kernels.ts";
import { type Matrix, matrix } from "./matrix.ts";
import { powerOfTwoScale } from "./power-of-two-scale.ts";
import { tridiagonalize } from "./tridiagonal.ts";
import { qlIteration, tridiagonalQl } from "./tridiagonal-ql.ts";

/** Eigenvalues, largest first, and orthonormal eigenvectors: row i of `vectors` belongs to `values[i]`. */
export interface SymmetricEigen {
  readonly values: Float64Array;
  readonly vectors: Matrix;
}

/**
 * All eigenvalues and eigenvectors of a symmetric matrix; only its lower triangle is read.
 *
 * Householder reduction to tridiagonal form, then implicit QL with Wilkinson's shift, the vectors kept as rows
 * (Golub, Van Loan, Matrix Computations, §8.3). Scaled first by a power of two, so any finite matrix will do.
 *
 * Cost: about 9n³ operations, memory 2n². Error: ‖Av − λv‖, |⟨v_i, v_j⟩ − δ_ij| ≲ 10⁻¹⁵·n times max(‖A‖, 1): small
 * eigenvalues are accurate relative to ‖A‖, not to themselves.
 * @throws RangeError when the matrix is not square or an entry is not finite.
 */
export function symmetricEigen(a: Matrix): SymmetricEigen {
  const work = scaledCopy(a);
  const n = a.rows;
  const found = solve(work, true);
  const order = descending(found);
  const values = new Float64Array(n);
  const vectors = matrix(n, n);
  for (let i = 0; i < n; i++) {
    values[i] = found[order[i]] * work.factor;
    vectors.data.set(work.matrix.data.subarray(order[i] * n, (order[i] + 1) * n), i * n);
  }
  return { values, vectors };
}

/** The eigenvalues of a symmetric matrix (lower triangle), largest first, as `symmetricEigen` at a sixth of the cost. */
export function symmetricEigenvalues(a: Matrix): Float64Array {
  const work = scaledCopy(a);
  return solve(work, false)
    .map((x) => x * work.factor)
    .sort((x, y) => y - x);
}

/** Eigenvalues in any order; eigenvectors, when wanted, replace the rows of the matrix in the same order. */
function solve({ matrix: { data, rows: n }, kernels }: ScaledCopy, vectors: boolean): Float64Array {
  const found = n < SMALLEST_FOR_KERNELS ? null : denseKernels()?.solveSymmetric?.(data, n, vectors);
  if (found) return found;
  const t = tridiagonalize(matrix(n, n, data), vectors, kernels);
  if (!vectors) tridiagonalQl(t);
  else if (kernels) {
    qlIteration(t, kernels.rotate);
    kernels.finish();
  } else tridiagonalQl(t, data, n);
  return t.diagonal;
}

interface ScaledCopy {
  readonly matrix: Matrix;
  readonly factor: number;
  readonly kernels?: SymmetricWorkspace;
}

/** Below this the plain loops are as fast. */
const SMALLEST_FOR_KERNELS = 32;

/** A copy with largest entry in [1, 2), where kernels want it if any, and the power of two that undoes the scaling. */
function scaledCopy(a: Matrix): ScaledCopy {
  const n = a.rows;
  if (n !== a.cols) throw new RangeError(`symmetricEigen: expected a square matrix, got ${n}×${a.cols}`);
  const factor = powerOfTwoScale("symmetricEigen", a.data);
  const kernels = n < SMALLEST_FOR_KERNELS ? null : denseKernels()?.symmetricWorkspace(n);
  const data = kernels?.a ?? new Float64Array(n * n);
  for (let i = 0; i < data.length; i++) data[i] = a.data[i] / factor;
  return { matrix: matrix(n, n, data), factor, ...(kernels && { kernels }) };
}

function descending(values: Float64Array): Int32Array {
  return Int32Array.from(values.keys()).sort((i, j) => values[j] - values[i] || i - j);
}
