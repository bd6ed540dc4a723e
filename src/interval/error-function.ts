import { add, div, mul, neg, square, sub } from "./arithmetic.ts";
import { continuedFraction } from "./continued-fraction.ts";
import { exp } from "./exponential.ts";
import { type Interval, isDefined, one, point, undefinedInterval } from "./interval.ts";
import { horner, reciprocalFactorials } from "./series.ts";

/** erf x = (2/√π) ∫₀ˣ e^−t² dt. Width at a point: up to 10 units in the last place (measured). */
export function erf(a: Interval): Interval {
  if (!isDefined(a)) return undefinedInterval;
  const low = erfAt(a.lo);
  return { lo: low.lo, hi: a.hi === a.lo ? low.hi : erfAt(a.hi).hi };
}

function erfAt(x: number): Interval {
  if (x < 0) return neg(erfAt(-x));
  if (x > 6) return { lo: 1 - Number.EPSILON / 2, hi: 1 }; // erfc 6 < 2^−54
  return x < 1 ? smallErf(point(x)) : sub(one, largeErfc(point(x)));
}

const twoOverRootPi: Interval = { lo: 1.1283791670955126, hi: 1.1283791670955128 };
const oneOverRootPi: Interval = { lo: 0.5641895835477563, hi: 0.5641895835477564 };

/** (2/√π)(x + xz(−1/3 + z/(2!·5) − z²/(3!·7) + …)), z = x²: at x = 1 the terms add up to twice the sum, no more. */
function smallErf(x: Interval): Interval {
  const z = square(x);
  return mul(twoOverRootPi, add(x, mul(mul(x, z), horner(coefficients, z))));
}

// Falling alternating terms: the remainder is below the first one left out, z^19/(20!·41) < 2e−20.
const TERMS = 19;
const factorials = reciprocalFactorials(TERMS);
const coefficients = Array.from({ length: TERMS }, (_, j) => {
  const term = div(factorials[j + 1], point(2 * j + 3));
  return j % 2 === 0 ? neg(term) : term;
});
coefficients[0] = add(coefficients[0], { lo: -2e-20, hi: 2e-20 });

/** erfc x = e^−x²/√π · 1/(x + (1/2)/(x + (2/2)/(x + (3/2)/(x + …)))) (Laplace), for x ≥ 1. */
function largeErfc(x: Interval): Interval {
  const depth = Math.ceil(20 + 260 / (x.lo * x.lo));
  const fraction = continuedFraction(depth, (j) => ({ numerator: point((j + 1) / 2), denominator: x }));
  return div(mul(oneOverRootPi, exp(neg(square(x)))), fraction);
}
