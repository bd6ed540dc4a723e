import { norm } from "../numeric/index.ts";

/** x_0 → x_1 → ⋯ → x_0 under a map, of minimal period `period`. */
export interface PeriodicOrbit {
  readonly period: number;
  readonly points: readonly Float64Array[];
  /** max_k ‖F(x_k) − x_{k+1}‖. */
  readonly residual: number;
}

/** Points of an orbit that are this close, relative to 1 + their size, are the same point. */
export const samePointRtol = 1e-7;

/** 1 + the largest norm of a point. */
export function orbitSize(points: readonly Float64Array[]): number {
  return points.reduce((size, x) => Math.max(size, 1 + norm(x)), 1);
}

/**
 * The smallest divisor d of the period with ‖x_{k+d} − x_k‖ ≤ rtol·(1 + max‖x‖) for all k. A doubled orbit within that
 * distance of its flip is taken for the single one.
 */
export function minimalPeriod(points: readonly Float64Array[], rtol = samePointRtol): number {
  const p = points.length;
  const limit = rtol * orbitSize(points);
  for (let d = 1; d < p; d++) {
    if (p % d === 0 && points.every((x, k) => distance(x, points[(k + d) % p]) <= limit)) return d;
  }
  return p;
}

/** Whether two orbits are the same cycle, whatever point each starts from. */
export function isSameOrbit(a: readonly Float64Array[], b: readonly Float64Array[], rtol = samePointRtol): boolean {
  const p = a.length;
  if (b.length !== p) return false;
  const limit = rtol * Math.max(orbitSize(a), orbitSize(b));
  for (let shift = 0; shift < p; shift++) {
    if (a.every((x, k) => distance(x, b[(k + shift) % p]) <= limit)) return true;
  }
  return false;
}

/** √(Σ ‖x_k − y_k‖²). */
export function apart(xs: readonly Float64Array[], ys: readonly Float64Array[]): number {
  return norm(Float64Array.from(xs, (x, k) => distance(x, ys[k])));
}

/** ‖x − y‖. */
export function distance(x: Float64Array, y: Float64Array): number {
  let square = 0;
  for (let i = 0; i < x.length; i++) square += (x[i] - y[i]) * (x[i] - y[i]);
  return Math.sqrt(square);
}
