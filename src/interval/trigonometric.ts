import { add, mul, neg, square, sub } from "./arithmetic.ts";
import { sumError } from "./directed-rounding.ts";
import { hull, type Interval, isDefined, one, point, undefinedInterval } from "./interval.ts";
import { horner, reciprocalFactorials } from "./series.ts";

/**
 * sin x. Width at a point: up to 4 units in the last place (measured) for |x| ≤ 10^6; beyond, [−1, 1], because the
 * reduction modulo π/2 carries π to 152 bits.
 */
export function sin(a: Interval): Interval {
  return periodic(a, 0);
}

/** cos x, with the accuracy of `sin`. */
export function cos(a: Interval): Interval {
  return periodic(a, 1);
}

const LARGEST = 1e6;
const minusOneToOne: Interval = { lo: -1, hi: 1 };

/** sin(x + shift·π/2): the hull of its values at the ends, with ±1 for every crest and trough that a may contain. */
function periodic(a: Interval, shift: number): Interval {
  if (!isDefined(a)) return undefinedInterval;
  if (!(a.lo >= -LARGEST && a.hi <= LARGEST)) return minusOneToOne;
  if (a.lo === a.hi) return sineAt(a.lo, shift);
  const quarters = mul(a, twoOverPi);
  const first = Math.ceil(quarters.lo) + shift;
  const last = Math.floor(quarters.hi) + shift;
  const ends = hull(sineAt(a.lo, shift), sineAt(a.hi, shift));
  return {
    lo: meets(first, last, 3) ? -1 : ends.lo,
    hi: meets(first, last, 1) ? 1 : ends.hi,
  };
}

/** Whether an integer ≡ rest (mod 4) lies between first and last. */
function meets(first: number, last: number, rest: number): boolean {
  return first + ((((rest - first) % 4) + 4) % 4) <= last;
}

/** sin(x + shift·π/2) by x = kπ/2 + r, |r| ≤ 0.79, r = an exact head and a tail below its last place. */
function sineAt(x: number, shift: number): Interval {
  const k = Math.round(x / HALF_PI);
  const afterFirst = x - k * halfPiFirst; // exact: the two are equal, or within a factor of two
  const second = -k * halfPiSecond;
  const head = afterFirst + second;
  const rest = add(point(k * halfPiThird), mul(point(k), halfPiRest));
  const tail = sub(point(sumError(afterFirst, second, head)), rest);
  switch ((((k + shift) % 4) + 4) % 4) {
    case 0:
      return clip(smallSine(head, tail));
    case 1:
      return clip(smallCosine(head, tail));
    case 2:
      return clip(neg(smallSine(head, tail)));
    default:
      return clip(neg(smallCosine(head, tail)));
  }
}

const clip = (a: Interval): Interval => ({ lo: Math.max(-1, a.lo), hi: Math.min(1, a.hi) });

// π/2 in four parts, the first three of 33 bits: their products with |k| < 2^20 are exact.
const HALF_PI = Math.PI / 2;
const halfPiFirst = 1.5707963267341256;
const halfPiSecond = 6.077100506303966e-11;
const halfPiThird = 2.0222662487111665e-21;
const halfPiRest: Interval = { lo: 8.4784276603689e-32, hi: 8.478427660368901e-32 };
const twoOverPi: Interval = { lo: 0.6366197723675813, hi: 0.6366197723675814 };

const factorials = reciprocalFactorials(20);
const alternating = (j: number) => (j % 2 === 0 ? one : point(-1));

/** sin r = r + r z (−1/3! + z/5! − …), z = r². */
function smallSine(head: number, tail: Interval): Interval {
  const r = add(point(head), tail);
  const z = square(r);
  return add(point(head), add(tail, mul(mul(r, z), horner(sineCoefficients, z))));
}

/** cos r = 1 + z(−1/2! + z/4! − …). */
function smallCosine(head: number, tail: Interval): Interval {
  const z = add(square(point(head)), mul(tail, add(point(2 * head), tail)));
  return add(one, mul(z, horner(cosineCoefficients, z)));
}

// The series alternate with falling terms, so each remainder is below the first term left out:
// z^9/21! < 3e−22 and z^9/20! < 6e−21 for |r| ≤ 0.79.
const sineCoefficients = Array.from({ length: 9 }, (_, j) => mul(alternating(j + 1), factorials[2 * j + 3]));
sineCoefficients[0] = add(sineCoefficients[0], { lo: -3e-22, hi: 3e-22 });
const cosineCoefficients = Array.from({ length: 9 }, (_, j) => mul(alternating(j + 1), factorials[2 * j + 2]));
cosineCoefficients[0] = add(cosineCoefficients[0], { lo: -6e-21, hi: 6e-21 });
