import { nextDown, nextUp } from "../../../src/interval/index.ts";
import type { Rng } from "../../../src/numeric/index.ts";

/** Exact fractions, written for the fuzz alone: nothing here is shared with what it tests. */
export interface Fraction {
  readonly n: bigint;
  readonly d: bigint;
}

export function fraction(n: bigint | number, d: bigint | number = 1n): Fraction {
  let [a, b] = [BigInt(n), BigInt(d)];
  if (b < 0n) [a, b] = [-a, -b];
  const g = divisor(a < 0n ? -a : a, b);
  return { n: a / g, d: b / g };
}

function divisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a || 1n : divisor(b, a % b);
}

export const zero = fraction(0);
export const one = fraction(1);
export const plus = (a: Fraction, b: Fraction) => fraction(a.n * b.d + b.n * a.d, a.d * b.d);
export const minus = (a: Fraction, b: Fraction) => fraction(a.n * b.d - b.n * a.d, a.d * b.d);
export const times = (a: Fraction, b: Fraction) => fraction(a.n * b.n, a.d * b.d);
export const over = (a: Fraction, b: Fraction) => fraction(a.n * b.d, a.d * b.n);
export const sign = ({ n }: Fraction) => (n > 0n ? 1 : n < 0n ? -1 : 0);
export const same = (a: Fraction, b: Fraction) => a.n === b.n && a.d === b.d;
export const sum = (xs: readonly Fraction[]) => xs.reduce(plus, zero);

/** The double nearest to a fraction whose parts are below 2⁵³. */
export const toDouble = ({ n, d }: Fraction) => Number(n) / Number(d);
export const show = ({ n, d }: Fraction) => (d === 1n ? `${n}` : `${n}/${d}`);

/** The exact value of a double. */
export function ofDouble(x: number): Fraction {
  let d = 1n;
  let y = x;
  while (!Number.isInteger(y)) {
    y *= 2;
    d *= 2n;
  }
  return fraction(BigInt(y), d);
}

/** The fraction of smallest denominator that rounds to x > 0 (x itself when it is an integer). */
export function simplest(x: number): Fraction {
  if (Number.isInteger(x)) return fraction(x);
  const half = fraction(1, 2);
  const [below, at, above] = [nextDown(x), x, nextUp(x)].map(ofDouble) as [Fraction, Fraction, Fraction];
  return between(times(half, plus(below, at)), times(half, plus(at, above)));
}

/** The fraction of smallest denominator in [lo, hi], 0 < lo < hi. */
function between(lo: Fraction, hi: Fraction): Fraction {
  const up = fraction((lo.n + lo.d - 1n) / lo.d);
  if (sign(minus(hi, up)) >= 0) return up;
  const floor = fraction(lo.n / lo.d);
  return plus(floor, over(one, between(over(one, minus(hi, floor)), over(one, minus(lo, floor)))));
}

/** A number as people write it: an integer, a decimal that no double equals, or a small fraction. */
export function written(rng: Rng, size = 3): Fraction {
  const n = rng.integer(20 * size + 1) - 10 * size;
  switch (rng.integer(4)) {
    case 0:
      return fraction(rng.integer(2 * size + 1) - size);
    case 1:
      return fraction(n, 10);
    case 2:
      return fraction(rng.integer(6 * size + 1) - 3 * size, 3);
    default:
      return fraction(n, [2, 4, 5, 7, 100][rng.integer(5)]!);
  }
}

export function positive(rng: Rng, size = 3): Fraction {
  const x = written(rng, size);
  return x.n > 0n ? x : x.n < 0n ? minus(zero, x) : fraction(1, 1 + rng.integer(5));
}

/** Whether a square matrix is singular, by elimination over the fractions. */
export function isSingular(matrix: readonly (readonly Fraction[])[]): boolean {
  const a = matrix.map((row) => integers(row));
  let previous = 1n;
  for (let k = 0; k < a.length; k++) {
    const pivot = a.findIndex((row, i) => i >= k && row[k] !== 0n);
    if (pivot < 0) return true;
    [a[k], a[pivot]] = [a[pivot]!, a[k]!];
    for (let i = k + 1; i < a.length; i++) {
      for (let j = k + 1; j < a.length; j++) {
        a[i]![j] = (a[i]![j]! * a[k]![k]! - a[i]![k]! * a[k]![j]!) / previous; // Bareiss: the division is exact
      }
    }
    previous = a[k]![k]!;
  }
  return false;
}

/** A row multiplied by its common denominator. */
function integers(row: readonly Fraction[]): bigint[] {
  const common = row.reduce((d, x) => (d * x.d) / divisor(d, x.d), 1n);
  return row.map((x) => (x.n * common) / x.d);
}
