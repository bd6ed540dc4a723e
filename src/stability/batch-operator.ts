import type { FactorKernel, Matrix } from "../numeric/index.ts";

/** How the Hessian of a batch acts: out ← Σ_j weights[j] H_{indices[j]} v. */
export interface BatchOperator {
  readonly dimension: number;
  apply(indices: Int32Array, weights: Float64Array, v: Float64Array, out: Float64Array): void;
}

/** From the samples' Hessians, symmetric n × n; cost b·n². */
export function denseOperator(hessians: readonly Matrix[]): BatchOperator {
  const n = hessians[0].rows;
  return {
    dimension: n,
    apply(indices, weights, v, out) {
      out.fill(0);
      for (let j = 0; j < indices.length; j++) {
        const h = hessians[indices[j]].data;
        for (let a = 0; a < n; a++) {
          let sum = 0;
          for (let b = 0; b < n; b++) sum += h[a * n + b] * v[b];
          out[a] += weights[j] * sum;
        }
      }
    },
  };
}

/** From the factor kernel: v + H_B v is a step of size −1. */
export function factorOperator(kernel: FactorKernel): BatchOperator {
  return {
    dimension: kernel.rank,
    apply(indices, weights, v, out) {
      out.set(v);
      kernel.apply(indices, weights, -1, out);
      for (let a = 0; a < out.length; a++) out[a] -= v[a];
    },
  };
}
