import { norm, type Rng, scale } from "../numeric/index.ts";
import type { DiscreteMap } from "./discrete-map.ts";

export interface FiniteTimeExponent {
  /** (1/T) ln ‖DF^T(x_0)‖, nats per step; −∞ when the product vanishes. */
  readonly value: number;
  /** Where its direction points at the start: small changes along it grow most. */
  readonly direction: Float64Array;
  readonly steps: number;
}

/** Back-and-forth passes at most, and the change of the exponent at which they end. */
const passes = 60;
const settledRtol = 1e-12;

/**
 * The largest finite-time Lyapunov exponent of the first `steps` steps from `initial`: how fast the worst small change
 * of the start grows in training. Power iteration on MᵀM, M = DF(x_{T−1})⋯DF(x_0), with rescaled tangents and adjoints.
 *
 * Cost: some ten passes of T tangents and T adjoints; memory T·n numbers.
 * @throws RangeError when the map has no adjoint.
 * @example On a symmetric linear map it is ln of the largest modulus of an eigenvalue for every T.
 */
export function finiteTimeExponent(
  map: DiscreteMap,
  initial: Float64Array,
  { steps, rng }: { readonly steps: number; readonly rng: Rng },
): FiniteTimeExponent {
  const adjoint = map.adjoint ?? (map.symmetric ? map.tangent : undefined);
  if (!adjoint) throw new RangeError("finiteTimeExponent: needs a map with an adjoint");
  const points = [initial];
  for (let t = 1; t < steps; t++) {
    const next = new Float64Array(map.dimension);
    map.step(points[t - 1], next);
    points.push(next);
  }
  let v: Float64Array = Float64Array.from({ length: map.dimension }, () => rng.normal());
  scale(1 / norm(v), v);
  let before = Number.NaN;
  for (let pass = 0; pass < passes; pass++) {
    const forward = carried(points, v, map.tangent);
    const value = forward.growth / steps;
    if (value === Number.NEGATIVE_INFINITY) return { value, direction: v, steps };
    if (Math.abs(value - before) <= settledRtol * Math.max(1, Math.abs(value))) return { value, direction: v, steps };
    before = value;
    v = carried(points.toReversed(), forward.vector, adjoint).vector;
  }
  return { value: before, direction: v, steps };
}

/** A unit vector pushed along the points, and the logarithm of how it grew. */
function carried(
  points: readonly Float64Array[],
  start: Float64Array,
  push: (x: Float64Array, v: Float64Array, out: Float64Array) => void,
) {
  let vector = start;
  let growth = 0;
  for (const x of points) {
    const next = new Float64Array(vector.length);
    push(x, vector, next);
    const length = norm(next);
    if (length === 0) return { vector: start, growth: Number.NEGATIVE_INFINITY };
    growth += Math.log(length);
    scale(1 / length, next);
    vector = next;
  }
  return { vector, growth };
}
