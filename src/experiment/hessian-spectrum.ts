import type { Objective } from "../compile/index.ts";
import { lanczos, matrix, type Rng, symmetricEigen } from "../numeric/index.ts";
import type { Tick } from "./progress.ts";

/** Eigenvalues of H = ∇²L + w·I at θ, largest first. */
export interface HessianSpectrum {
  readonly values: Float64Array;
  readonly residuals: Float64Array;
  /** Row i is the unit eigenvector of `values[i]`. */
  readonly vectors: { readonly data: Float64Array; readonly cols: number };
  /** Whether all n are there. */
  readonly complete: boolean;
}

/** Hessians up to this size are formed column by column and diagonalised. */
const denseLimit = 500;
/** Eigenvalues looked for at each end of a larger spectrum. */
const atEachEnd = 6;

/**
 * The whole spectrum of a small Hessian; both ends of a large one, by Lanczos with residuals.
 * Cost: n Hessian products and O(n³), or a few hundred Hessian products.
 */
export function hessianSpectrum(
  objective: Objective,
  theta: Float64Array,
  options: { readonly weightDecay: number; readonly rng: Rng; readonly tick: Tick },
): HessianSpectrum {
  const { weightDecay, rng, tick } = options;
  const n = objective.dimension;
  const apply = (v: Float64Array, out: Float64Array) => {
    objective.hvp(theta, v, out);
    for (let i = 0; i < n; i++) out[i] += weightDecay * v[i];
  };
  if (n > denseLimit) {
    let products = 0;
    const counted = (v: Float64Array, out: Float64Array) => {
      tick(`sharpness: ${++products} Hessian products`, null);
      apply(v, out);
    };
    const found = lanczos({ dimension: n, apply: counted }, { count: atEachEnd, rng, which: "both", rtol: 1e-8 });
    return { ...found, complete: false };
  }
  const hessian = matrix(n, n);
  const unit = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    tick("Hessian", j / n);
    unit.fill(0)[j] = 1;
    apply(unit, hessian.data.subarray(j * n, (j + 1) * n));
  }
  return { ...symmetricEigen(hessian), residuals: new Float64Array(n), complete: true };
}
