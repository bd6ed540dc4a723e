import type { Objective } from "../compile/index.ts";
import { conjugateByRoots, type OutputRoots, outputRoots } from "../minimize/index.ts";
import { type Matrix, matrix, multiplyTransposed } from "../numeric/index.ts";

/** The kernel AAᵀ of the samples' curvature roots A_i, ∇²ℓ_i = A_iᵀA_i at an interpolating point. */
export interface CurvatureKernel {
  /** (m·rows)×(m·rows). Sample weights p_i are kept out. */
  readonly kernel: Matrix;
  /** Rows a sample: k of a network, n of a formula objective. */
  readonly rows: number;
  /** False when a block has a clearly negative eigenvalue, so that no real root exists. */
  readonly semidefinite: boolean;
  /** v ↦ A v, length m·rows. */
  apply(v: Float64Array, out: Float64Array): void;
  /** u ↦ Aᵀu, length n. */
  applyTransposed(u: Float64Array, out: Float64Array): void;
}

/** Negative eigenvalues of a block down to this times its scale are rounding. */
const ROUNDING = 1e-12;

/**
 * K_B = RKRᵀ with the tangent kernel K = JJᵀ and roots R_iᵀR_i = B_i = ∇²_fℓ_i, A = RJ: 2κK for squared error
 * κ‖f − y‖², B^{1/2}KB^{1/2} in general up to a rotation within each sample, which changes neither spectrum nor H_i.
 * For formulas A_i is the root of ∇²ℓ_i itself.
 *
 * Cost: the kernel layer by layer, one reverse pass an output; m·n Hessian products for formulas.
 */
export function curvatureKernel(objective: Objective, theta: Float64Array): CurvatureKernel {
  return objective.outputCount > 0 ? networkKernel(objective, theta) : formulaKernel(objective, theta);
}

function networkKernel(objective: Objective, theta: Float64Array): CurvatureKernel {
  const { sampleCount: m, outputCount: k } = objective;
  const size = m * k;
  const blocks = new Float64Array(size * k);
  objective.outputHessian(theta, blocks);
  const roots = outputRoots(blocks, k);
  const kernel = matrix(size, size, objective.ntk(theta));
  conjugateByRoots(kernel.data, roots);
  const held = new Float64Array(size);
  return {
    kernel,
    rows: k,
    semidefinite: isSemidefinite(blocks, roots),
    apply(v, out) {
      objective.jvp(theta, v, out);
      roots.apply(out, out);
    },
    applyTransposed(u, out) {
      roots.applyTransposed(u, held);
      objective.vjp(theta, held, out);
    },
  };
}

function formulaKernel(objective: Objective, theta: Float64Array): CurvatureKernel {
  const { sampleCount: m, dimension: n } = objective;
  const hessians = new Float64Array(m * n * n);
  for (let i = 0; i < m; i++) hessians.set(sampleHessian(objective, theta, i).data, i * n * n);
  const roots = outputRoots(hessians, n);
  const stacked = matrix(m * n, n, roots.blocks);
  const repeated = new Float64Array(m * n);
  const pulled = new Float64Array(m * n);
  return {
    kernel: multiplyTransposed(stacked, stacked),
    rows: n,
    semidefinite: isSemidefinite(hessians, roots),
    apply(v, out) {
      for (let i = 0; i < m; i++) repeated.set(v, i * n);
      roots.apply(repeated, out);
    },
    applyTransposed(u, out) {
      roots.applyTransposed(u, pulled);
      out.fill(0);
      for (let i = 0; i < m * n; i++) out[i % n] += pulled[i];
    },
  };
}

function isSemidefinite(blocks: Float64Array, roots: OutputRoots): boolean {
  let largest = 0;
  for (const b of blocks) largest = Math.max(largest, Math.abs(b));
  return roots.clipped <= ROUNDING * largest;
}

/** ∇²ℓ_i, n×n. Cost n Hessian products of one sample. */
export function sampleHessian(objective: Objective, theta: Float64Array, sample: number): Matrix {
  const n = objective.dimension;
  const hessian = matrix(n, n);
  const unit = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    unit.fill(0)[j] = 1;
    const column = hessian.data.subarray(j * n, (j + 1) * n);
    objective.batchHvp(theta, Int32Array.of(sample), Float64Array.of(1), unit, column);
  }
  return hessian;
}
