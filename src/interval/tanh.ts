import { add, div, mul, sub } from "./arithmetic.ts";
import { continuedFraction } from "./continued-fraction.ts";
import { exp } from "./exponential.ts";
import { type Interval, isDefined, one, point, undefinedInterval } from "./interval.ts";

/** tanh x. Width at a point: up to 6 units in the last place (measured). */
export function tanh(a: Interval): Interval {
  if (!isDefined(a)) return undefinedInterval;
  const low = tanhAt(a.lo);
  return { lo: low.lo, hi: a.hi === a.lo ? low.hi : tanhAt(a.hi).hi };
}

const two = point(2);

function tanhAt(x: number): Interval {
  if (x < 0) {
    const mirrored = tanhAt(-x);
    return { lo: -mirrored.hi, hi: -mirrored.lo };
  }
  if (x > 20) return { lo: 1 - Number.EPSILON / 2, hi: 1 }; // 1 − tanh 20 < 2e^−40 < 2^−54
  if (x < 0.5) return smallTanh(point(x));
  const t = sub(one, div(two, add(exp({ lo: 2 * x, hi: 2 * x }), one)));
  return { lo: t.lo, hi: Math.min(1, t.hi) };
}

/** Lambert's tanh x = x/(1 + w) = x − x·w/(1 + w) with w = x²/(3 + x²/(5 + …)): a small correction of x itself. */
function smallTanh(x: Interval): Interval {
  const z = mul(x, x);
  const w = div(
    z,
    continuedFraction(8, (j) => ({ numerator: z, denominator: point(2 * j + 3) })),
  );
  return sub(x, mul(x, div(w, add(one, w))));
}
