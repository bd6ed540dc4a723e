import { roundUp, toNumber } from "./binary64.ts";
import {
  addRationals,
  compareRationals,
  parseRational,
  type Rational,
  rational,
  subtractRationals,
} from "./rational.ts";

/** [lo, hi] in words, "0.347296355334 ± 2e-13": twelve digits of its middle, and an error, rounded up, that covers both ends. */
export function roundedInterval(lo: Rational, hi: Rational): string {
  const sum = addRationals(lo, hi);
  const shown = `${Number(toNumber(rational(sum.numerator, 2n * sum.denominator)).toPrecision(12))}`;
  const middle = parseRational(shown);
  const [below, above] = [subtractRationals(middle, lo), subtractRationals(hi, middle)];
  return `${shown} ± ${oneDigitUp(roundUp(compareRationals(below, above) > 0 ? below : above))}`;
}

/** The least number with one significant digit that is not below `size`. */
function oneDigitUp(size: number): number {
  const near = size.toExponential(0);
  if (Number(near) >= size) return Number(near);
  const [digit, power] = near.split("e");
  return Number(`${Number(digit) + 1}e${power}`);
}
