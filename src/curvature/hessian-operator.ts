import type { Objective } from "../compile/index.ts";
import { axpy, type LinearOperator, type Matrix, matrix } from "../numeric/index.ts";

/** v ↦ (∇²L(θ) + wI)v, exact (forward over reverse). One Hessian product an application. θ is read at each of them. */
export function hessianOperator(
  objective: Objective,
  theta: Float64Array,
  options: { readonly weightDecay?: number } = {},
): LinearOperator {
  const { weightDecay = 0 } = options;
  return {
    dimension: objective.dimension,
    apply(v, out) {
      objective.hvp(theta, v, out);
      if (weightDecay !== 0) axpy(weightDecay, v, out);
    },
  };
}

/** The matrix of a symmetric operator, column by column, made exactly symmetric. Cost n applications. */
export function denseMatrix(op: LinearOperator, onProgress: (done: number) => void = () => {}): Matrix {
  const n = op.dimension;
  const result = matrix(n, n);
  const unit = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    onProgress(j);
    unit.fill(0)[j] = 1;
    op.apply(unit, result.data.subarray(j * n, (j + 1) * n));
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const both = 0.5 * (result.data[i * n + j] + result.data[j * n + i]);
      result.data[i * n + j] = both;
      result.data[j * n + i] = both;
    }
  }
  return result;
}

/** ∇²L(θ) + wI, n×n. Cost n Hessian products; memory n². */
export function denseHessian(
  objective: Objective,
  theta: Float64Array,
  options: { readonly weightDecay?: number } = {},
): Matrix {
  return denseMatrix(hessianOperator(objective, theta, options));
}
