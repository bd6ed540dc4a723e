import { axpy, norm, scale } from "../numeric/index.ts";
import { type Estimated, extrapolated } from "./directional-derivative.ts";
import type { DiscreteMap } from "./discrete-map.ts";

/** Second and third derivatives of F^p at the first point of an orbit, in real directions. */
export interface OrbitJet {
  /** B(u, v) = D²F^p(u, v). */
  second(u: Float64Array, v: Float64Array): Estimated;
  /** C(u, v, w) = D³F^p(u, v, w). */
  third(u: Float64Array, v: Float64Array, w: Float64Array): Estimated;
}

/**
 * Derivatives of the p-th iterate from one-step derivatives, carried along the orbit by the chain rule:
 *
 *   b_{k+1}(u, v)    = A_k b_k(u, v) + B_k(u_k, v_k)
 *   c_{k+1}(u, v, w) = A_k c_k + B_k(u_k, b_k(v, w)) + B_k(v_k, b_k(u, w)) + B_k(w_k, b_k(u, v)) + C_k(u_k, v_k, w_k)
 *
 * B_k and C_k are extrapolated differences of the tangent map, so the scale of a step is that of F and not of F^p, and
 * long cycles keep their digits. Errors are carried along by the same rules with ‖A_k‖ read off the vectors pushed.
 */
export function orbitJet(map: DiscreteMap, points: readonly Float64Array[]): OrbitJet {
  const tangent = (x: Float64Array, v: Float64Array) => {
    const out = new Float64Array(map.dimension);
    map.tangent(x, v, out);
    return out;
  };
  const chain = (v: Float64Array) => {
    const directions = [v];
    for (const [k, x] of points.entries()) directions.push(tangent(x, directions[k]));
    return directions;
  };
  const secondChain = (u: Float64Array, v: Float64Array): Estimated[] => {
    const [us, vs] = [chain(u), chain(v)];
    const list: Estimated[] = [{ value: new Float64Array(map.dimension), error: 0 }];
    points.forEach((x, k) => {
      const terms = [secondAt(map, x, us[k], vs[k])];
      list.push(carry(tangent(x, list[k].value), list[k], terms));
    });
    return list;
  };
  return {
    second: (u, v) => secondChain(u, v).at(-1)!,
    third(u, v, w) {
      const [us, vs, ws] = [chain(u), chain(v), chain(w)];
      const [vw, uw, uv] = [secondChain(v, w), secondChain(u, w), secondChain(u, v)];
      let c: Estimated = { value: new Float64Array(map.dimension), error: 0 };
      points.forEach((x, k) => {
        const terms = [
          secondAt(map, x, us[k], vw[k].value),
          secondAt(map, x, vs[k], uw[k].value),
          secondAt(map, x, ws[k], uv[k].value),
          thirdAt(map, x, us[k], vs[k], ws[k]),
        ];
        c = carry(tangent(x, c.value), c, terms);
      });
      return c;
    },
  };
}

/** A c + terms; the error of c grows as c did. */
function carry(image: Float64Array, before: Estimated, terms: readonly Estimated[]): Estimated {
  const size = norm(before.value);
  const growth = size > 0 ? norm(image) / size : 0;
  let error = before.error * Math.max(1, growth);
  for (const term of terms) {
    axpy(1, term.value, image);
    error += term.error;
  }
  return { value: image, error };
}

/** D²F(x)(u, v) = lim [DF(x + hû)v − DF(x − hû)v]/2h · ‖u‖, û = u/‖u‖. */
function secondAt(map: DiscreteMap, x: Float64Array, u: Float64Array, v: Float64Array): Estimated {
  const length = norm(u);
  if (length === 0 || norm(v) === 0) return { value: new Float64Array(x.length), error: 0 };
  const shifted = shifter(map, x, u, length);
  const quotient = (h: number) => {
    const [plus, minus] = [shifted(h, v), shifted(-h, v)];
    return plus.map((t, i) => (t - minus[i]) / (2 * h));
  };
  return times(length, extrapolated(quotient, 1 + norm(x)));
}

/** D³F(x)(u, v, w), by polarisation from D³F(u, u, w) = lim [DF(x + hû)w − 2DF(x)w + DF(x − hû)w]/h² · ‖u‖². */
function thirdAt(map: DiscreteMap, x: Float64Array, u: Float64Array, v: Float64Array, w: Float64Array): Estimated {
  if (u === v || u.every((t, i) => t === v[i])) return repeatedThirdAt(map, x, u, w);
  const along = (sign: number) => {
    const direction = u.slice();
    axpy(sign, v, direction);
    return repeatedThirdAt(map, x, direction, w);
  };
  const [sum, difference] = [along(1), along(-1)];
  const value = sum.value.map((t, i) => (t - difference.value[i]) / 4);
  return { value, error: (sum.error + difference.error) / 4 };
}

function repeatedThirdAt(map: DiscreteMap, x: Float64Array, u: Float64Array, w: Float64Array): Estimated {
  const length = norm(u);
  if (length === 0 || norm(w) === 0) return { value: new Float64Array(x.length), error: 0 };
  const shifted = shifter(map, x, u, length);
  const middle = shifted(0, w);
  const quotient = (h: number) => {
    const [plus, minus] = [shifted(h, w), shifted(-h, w)];
    return plus.map((t, i) => (t - middle[i] - (middle[i] - minus[i])) / (h * h));
  };
  return times(length * length, extrapolated(quotient, 1 + norm(x)));
}

/** h ↦ DF(x + hu/‖u‖)v. */
function shifter(map: DiscreteMap, x: Float64Array, u: Float64Array, length: number) {
  return (h: number, v: Float64Array): Float64Array => {
    const at = x.slice();
    axpy(h / length, u, at);
    const out = new Float64Array(map.dimension);
    map.tangent(at, v, out);
    return out;
  };
}

function times(factor: number, { value, error }: Estimated): Estimated {
  const scaled = value.slice();
  scale(factor, scaled);
  return { value: scaled, error: factor * error };
}
