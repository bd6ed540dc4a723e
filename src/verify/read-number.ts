import * as iv from "../interval/index.ts";
import { type Rational, roundDown, roundUp, simplestRational } from "../modular/index.ts";
import type { Scalars } from "./scalar-reader.ts";

const exactBelow = 4096;
const shortUnit = 2 ** 20;

/**
 * What a number of the problem may stand for: the double itself, the simplest rational that rounds to it, and any real
 * that rounds to it (2/√π in the derivative of erf). A double with a short binary expansion is its own simplest
 * rational and stays a point; any other becomes the interval between its neighbours. −∞ and ∞ are kept for masks.
 */
export function encloseNumber(x: number): iv.Interval {
  if (Number.isInteger(x) || (Math.abs(x) < exactBelow && Number.isInteger(x * shortUnit))) return { lo: x, hi: x };
  if (!Number.isFinite(x)) return { lo: x, hi: x };
  return { lo: iv.nextDown(x), hi: iv.nextUp(x) };
}

export function encloseRational(x: Rational): iv.Interval {
  return { lo: roundDown(x), hi: roundUp(x) };
}

/** Numbers of a problem: doubles that stand for their simplest rationals, or rationals. */
export type ExactNumbers = ArrayLike<number> | readonly Rational[];

/** The numbers of a buffer in any kind of numbers. */
export function readNumbers<T>(scalars: Pick<Scalars<T>, "number" | "rational">, values: ExactNumbers): T[] {
  return Array.from<number | Rational, T>(values, (x) => {
    return typeof x === "number" ? scalars.number(x) : scalars.rational(x);
  });
}

/** The numbers of a buffer, enclosed one by one. */
export function encloseNumbers(values: ExactNumbers): iv.IntervalArray {
  const enclosed = iv.intervalArray(values.length);
  const intervals = readNumbers({ number: encloseNumber, rational: encloseRational }, values);
  for (const [i, x] of intervals.entries()) iv.setInterval(enclosed, i, x);
  return enclosed;
}

/** The simplest rational that rounds to a number, remembered; null for infinities and NaN. */
export function rationalReader(): (x: number) => Rational | null {
  const known = new Map<number, Rational>();
  return (x) => {
    if (!Number.isFinite(x)) return null;
    let found = known.get(x);
    if (!found) {
      found = simplestRational(x);
      known.set(x, found);
    }
    return found;
  };
}
