import { f64x2, type I32, i32, i64x2, type V128, v128 } from "../expressions.ts";
import type { FunctionBuilder } from "../function-builder.ts";
import { ROUND, signOf } from "./exponential.ts";

/** Distance of neighbouring expansion points, the number of them, and the coefficients of each. */
const SPACING = 0.25;
const CENTRES = 25;
const TERMS = 16;
const RECORD = 8 * (TERMS + 1);
const PRECISION = 160n;

/**
 * erf x by its Taylor series about the nearest multiple of ¼, degree 16. At most 2 ulp; odd, ±1 beyond |x| = 6,
 * keeps the sign of zero.
 */
export function erf(f: FunctionBuilder, x: V128): V128 {
  const address = f.module.table("erf", erfTable);
  const a = f.let(f64x2.smaller(f64x2.abs(x), f64x2.constant(SPACING * (CENTRES - 1))));
  const shifted = f.let(f64x2.add(f64x2.mul(a, f64x2.constant(1 / SPACING)), f64x2.constant(ROUND)));
  const nearest = f64x2.mul(f64x2.sub(shifted, f64x2.constant(ROUND)), f64x2.constant(SPACING));
  const t = f.let(f64x2.sub(a, nearest));
  const record = (lane: 0 | 1): I32 => {
    const index = i32.and(i32.fromI64(i64x2.lane(shifted, lane)), 31); // NaN reads some record; it stays NaN through t
    return f.let(i32.mul(index, RECORD));
  };
  const [first, second] = [record(0), record(1)];
  const coefficient = (i: number) => v128.loadSecond(second, address + 8 * i, v128.loadZero(first, address + 8 * i));
  let sum = coefficient(TERMS);
  for (let i = TERMS - 1; i >= 1; i--) sum = f64x2.add(f64x2.mul(sum, t), coefficient(i));
  return v128.or(f64x2.add(coefficient(0), f64x2.mul(sum, t)), signOf(x));
}

/**
 * Per centre c the numbers erf⁽ⁱ⁾(c)/i!, i = 0 … 16, from the recurrence of g = 2/√π·e^{−x²} in integers of 160
 * binary places: g′ = −2xg. 32 records, so that any 5-bit index stays inside; the last are never used.
 */
function erfTable(): Float64Array {
  const table = new Float64Array(32 * (TERMS + 1));
  const one = 1n << PRECISION;
  const factor = twoOverRootPi();
  for (let centre = 0; centre < CENTRES; centre++) {
    const c = BigInt(centre) * (one / 4n);
    const coefficients = [erfFixed(c, factor)];
    let before = 0n;
    let g = gaussianFixed(c, factor);
    for (let i = 1; i <= TERMS; i++) {
      coefficients.push(g / BigInt(i));
      const next = (-2n * (((c * g) >> PRECISION) + before)) / BigInt(i);
      before = g;
      g = next;
    }
    coefficients.forEach((value, i) => {
      table[centre * (TERMS + 1) + i] = toDouble(value);
    });
  }
  return table;
}

/** 2/√π·e^{−c²} in fixed point (`factor` = 2/√π), by its series: the terms stay below e³⁶, far inside the precision. */
function gaussianFixed(c: bigint, factor: bigint): bigint {
  const square = (c * c) >> PRECISION;
  let term = factor;
  let sum = term;
  for (let n = 1n; term !== 0n; n++) {
    term = -((term * square) >> PRECISION) / n;
    sum += term;
  }
  return sum;
}

/** erf c = 2/√π Σ (−1)ⁿ c²ⁿ⁺¹/(n!(2n + 1)) in fixed point. */
function erfFixed(c: bigint, factor: bigint): bigint {
  const square = (c * c) >> PRECISION;
  let power = (factor * c) >> PRECISION;
  let sum = power;
  for (let n = 1n; power !== 0n; n++) {
    power = -((power * square) >> PRECISION) / n;
    sum += power / (2n * n + 1n);
  }
  return sum;
}

/** 2/√π, from π = 16 arctan(1/5) − 4 arctan(1/239) and an integer square root. */
function twoOverRootPi(): bigint {
  const one = 1n << PRECISION;
  const arctanInverse = (x: bigint) => {
    let power = one / x;
    let sum = power;
    for (let n = 3n, sign = -1n; power !== 0n; n += 2n, sign = -sign) {
      power /= x * x;
      sum += (sign * power) / n;
    }
    return sum;
  };
  const pi = 16n * arctanInverse(5n) - 4n * arctanInverse(239n);
  return squareRoot((4n * one * one * one) / pi);
}

function squareRoot(value: bigint): bigint {
  let root = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

function toDouble(fixed: bigint): number {
  return Number(fixed) / 2 ** Number(PRECISION);
}
