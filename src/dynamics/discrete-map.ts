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

/** Maps that depend smoothly on two numbers. */
export interface PlaneFamily {
  readonly dimension: number;
  /** The map at those values. A map handed out before may change with it: use one pair at a time. */
  at(values: readonly [number, number]): DiscreteMap;
  /** ∂F/∂value_j (x) for j = 0 or 1. */
  parameterDerivative(x: Float64Array, values: readonly [number, number], j: 0 | 1, out: Float64Array): void;
}

/** A map of which each step depends on something drawn: SGD with its batch. */
export interface RandomMap<Draw> {
  readonly dimension: number;
  step(x: Float64Array, draw: Draw, out: Float64Array): void;
  tangent(x: Float64Array, draw: Draw, v: Float64Array, out: Float64Array): void;
  adjoint?(x: Float64Array, draw: Draw, u: Float64Array, out: Float64Array): void;
  /** A realisation; the same generator state gives the same draws. `next` may reuse what it gave before. */
  draws(rng: Rng): { next(): Draw };
}

/**
 * Many states followed at once, each by the same map or by one of its own. States are rows of n numbers; what a row
 * becomes depends on that row and its parameters alone.
 */
export interface EnsembleMap {
  readonly dimension: number;
  /** How many numbers each state brings with it that choose its map; `parameters` holds them row by row. */
  readonly parameterCount: number;
  /** How many states it takes for the cost of a state to be least: 1 where they go one by one. */
  readonly width: number;
  /** Rows of `states` moved `steps` steps into the rows of `out`, which may be the same array. */
  advance(states: Float64Array, steps: number, out: Float64Array, parameters?: Float64Array): void;
  /** The states after steps 1 … `steps` of every row, [rows, steps, n]; valid until the next call. */
  orbits(states: Float64Array, steps: number, parameters?: Float64Array): Float64Array;
}

/** An ensemble whose states carry tangent vectors along. */
export interface FrameEnsemble extends EnsembleMap {
  /** k, the vectors that each state carries. */
  readonly tangents: number;
  /**
   * Moves the rows of `states` and their frames, [rows, k, n], `steps` steps, and makes the frames orthonormal after each.
   * Returns, for every row and step, the new state and k lengths, [rows, steps, n + k]: what was left of each vector once
   * those before it were taken out, so that its logarithms add up to the Lyapunov exponents. A length of 0 says that the
   * vector was annihilated or lost its digits; from there on the frame is of no use. Valid until the next call.
   */
  carry(states: Float64Array, frames: Float64Array, steps: number, parameters?: Float64Array): Float64Array;
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
