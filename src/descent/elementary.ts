import * as p from "../program/index.ts";

/**
 * √v for v ≥ 0, with derivative 0 where v = 0. Adaptive rules rest at minima with v = 0; what they divide there vanishes
 * to first order, so the true derivative through the root is 0 while ½/√0 times 0 would be NaN.
 */
export function positiveRoot(v: p.Node): p.Node {
  return p.select(p.less(0, v), p.sqrt(p.max(v, Number.MIN_VALUE)), 0);
}

/** −1, 0 or 1. */
export function sign(x: p.Node): p.Node {
  return p.sub(p.step(x), p.step(p.neg(x)));
}

/** ‖x‖², a scalar. */
export function squaredNorm(x: p.Node): p.Node {
  return p.sum(p.square(x));
}
