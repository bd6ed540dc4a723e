import { type Matrix, matrix, type Rng } from "../numeric/index.ts";

/**
 * A map x ↦ F(x) of R^n with its derivative. Every method writes into `out`, which may not be the same array as an
 * argument, and keeps nothing of its arguments.
 */
export interface DiscreteMap {
  /** n. */
  readonly dimension: number;
  /** F(x). */
  step(x: Float64Array, out: Float64Array): void;
  /** DF(x) v. */
  tangent(x: Float64Array, v: Float64Array, out: Float64Array): void;
  /** DF(x)ᵀ u. */
  adjoint?(x: Float64Array, u: Float64Array, out: Float64Array): void;
  /** Whether DF is a symmetric matrix everywhere: plain descent on a loss. */
  readonly symmetric?: boolean;
  /** log|det DF(x)|, −∞ where it vanishes. */
  logAbsDet?(x: Float64Array): number;
  /** Length of what `switching` writes; absent means that the map has no kinks. */
  readonly switchCount?: number;
  /** Signed distances to the kinks of a piecewise map: no sign changes within a piece. */
  switching?(x: Float64Array, out: Float64Array): void;
}

/** Maps that depend smoothly on one number. */
export interface MapFamily {
  readonly dimension: number;
  /** The map at that value. A map handed out before may change with it: use one value at a time. */
  at(value: number): DiscreteMap;
  /** ∂F/∂value (x). */
  parameterDerivative(x: Float64Array, value: number, out: Float64Array): void;
}

/** A map of which each step depends on something drawn: SGD with its batch. */
export interface RandomMap<Draw> {
  readonly dimension: number;
  step(x: Float64Array, draw: Draw, out: Float64Array): void;
  tangent(x: Float64Array, draw: Draw, v: Float64Array, out: Float64Array): void;
  /** A realisation; the same generator state gives the same draws. `next` may reuse what it gave before. */
  draws(rng: Rng): { next(): Draw };
}

/** Many states advanced at once, each by the same map or by one of its own. */
export interface EnsembleMap {
  readonly dimension: number;
  /** Rows of `states` (one state each) moved `steps` steps into the rows of `out`. */
  advance(states: Float64Array, steps: number, out: Float64Array): void;
}

/** DF(x) in full, from n tangents: column j is DF(x) e_j. */
export function denseTangent(map: DiscreteMap, x: Float64Array): Matrix {
  const n = map.dimension;
  const jacobian = matrix(n, n);
  const unit = new Float64Array(n);
  const column = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    unit[j] = 1;
    map.tangent(x, unit, column);
    unit[j] = 0;
    for (let i = 0; i < n; i++) jacobian.data[i * n + j] = column[i];
  }
  return jacobian;
}
