import { f64x2, i64x2, type V128, v128 } from "../expressions.ts";
import type { FunctionBuilder } from "../function-builder.ts";
import { polynomial } from "./polynomial.ts";

/** 1.5·2⁵²: adding it rounds to an integer, which then stands in the low bits. */
export const ROUND = 6755399441055744;
const SIGN = 1n << 63n;
/** Bits of 1.0, the exponent 0. */
export const ONE = 0x3ff0000000000000n;
const LOG2_E = Math.LOG2E;
/** ln 2 in two parts; the first has 33 bits, so that its product with any exponent is exact. */
const LN2_HIGH = 0.6931471804855391;
const LN2_LOW = 7.440617110012397e-11;
/** (eʳ − 1 − r)/r² on |r| ≤ ½ ln 2: Chebyshev interpolation, error 1.1e-16 (below 2⁻⁵⁶ of eʳ). */
const EXP_TAIL = [
  0.5000000000000001, 0.16666666666666669, 0.04166666666662399, 0.008333333333330051, 0.0013888888917281794,
  0.00019841269863105968, 2.480152119021773e-5, 2.7557268378684192e-6, 2.7620138719733994e-7, 2.5100424157005067e-8,
] as const;

/** (e^{2r} − 1 − 2r)/(2r²) from the same series. */
const TANH_TAIL = EXP_TAIL.map((c, i) => c * 2 ** (i + 1));

/** eˣ: x = k ln 2 + r, then 2ᵏ(1 + r + r²P(r)). At most 1.5 ulp; overflow, underflow and NaN as IEEE 754 says. */
export function exp(f: FunctionBuilder, x: V128): V128 {
  return expBelow(f, f.let(f64x2.smaller(x, f64x2.constant(710))));
}

/** eˣ − 1, accurate near 0 as well: 2ᵏ((1 − 2⁻ᵏ) + (eʳ − 1)). At most 2.5 ulp; keeps the sign of zero. */
export function expm1(f: FunctionBuilder, x: V128): V128 {
  const within = f.let(f64x2.larger(f64x2.smaller(x, f64x2.constant(710)), f64x2.constant(-50)));
  const { k, shifted, tail } = reduce(f, within);
  const inverse = i64x2.sub(i64x2.constant(ONE), i64x2.shl(shifted, 52));
  const kept = v128.and(inverse, f64x2.less(k, f64x2.constant(64)));
  const value = f64x2.add(f64x2.sub(f64x2.constant(1), kept), tail);
  return v128.or(scaleByPower(f, f.let(value), k, shifted), signOf(x));
}

/**
 * tanh x = t/(t + 2) with t = e^{2|x|} − 1. For 2|x| = k ln 2 + 2r it is u/(u + 2⁻ᵏ) with
 * u = t/2ᵏ⁺¹ = (½ − 2⁻ᵏ⁻¹) + r + r²Q(r). At most 2.5 ulp; odd, keeps the sign of zero.
 */
export function tanh(f: FunctionBuilder, x: V128): V128 {
  const a = f.let(f64x2.smaller(f64x2.abs(x), f64x2.constant(20)));
  const shifted = f.let(f64x2.add(f64x2.mul(a, f64x2.constant(2 * LOG2_E)), f64x2.constant(ROUND)));
  const k = f.let(f64x2.sub(shifted, f64x2.constant(ROUND)));
  const high = f64x2.sub(a, f64x2.mul(k, f64x2.constant(LN2_HIGH / 2)));
  const r = f.let(f64x2.sub(high, f64x2.mul(k, f64x2.constant(LN2_LOW / 2))));
  const series = polynomial(f, r, TANH_TAIL);
  const q = f.let(f64x2.add(r, f64x2.mul(f64x2.mul(r, r), series)));
  const power = f.let(i64x2.shl(shifted, 52));
  const half = f64x2.constant(0.5);
  const numerator = f.let(f64x2.add(f64x2.sub(half, i64x2.sub(half, power)), q));
  const denominator = f64x2.add(numerator, i64x2.sub(i64x2.constant(ONE), power));
  return v128.or(f64x2.div(numerator, denominator), signOf(x));
}

/** 1/(1 + e⁻ˣ), or e^x/(1 + eˣ) for negative x. At most 2.5 ulp. */
export function sigmoid(f: FunctionBuilder, x: V128): V128 {
  const e = f.let(expBelow(f, f.let(f64x2.neg(f64x2.abs(x)))));
  const numerator = v128.select(f64x2.less(x, f64x2.constant(0)), e, f64x2.constant(1));
  return f64x2.div(numerator, f64x2.add(f64x2.constant(1), e));
}

/** eˣ for x ≤ 710. */
export function expBelow(f: FunctionBuilder, x: V128): V128 {
  const { k, shifted, tail } = reduce(f, f.let(f64x2.larger(x, f64x2.constant(-746))));
  return scaleByPower(f, f.let(f64x2.add(f64x2.constant(1), tail)), k, shifted);
}

/** e^{r + low} for |r| ≤ ½ ln 2 and a correction far below r: eʳ(1 + low). */
export function expReduced(f: FunctionBuilder, r: V128, low: V128): V128 {
  const tail = f64x2.mul(f64x2.mul(r, r), polynomial(f, r, EXP_TAIL));
  const correction = f64x2.add(low, f64x2.mul(low, r));
  return f64x2.add(f64x2.constant(1), f64x2.add(r, f64x2.add(tail, correction)));
}

/**
 * y·2ᵏ for |k| ≤ 1100, in two exact factors and one rounding; `shifted` is k + ROUND.
 * Halving k is a rounding too, so that the two exponents never leave the range of doubles.
 */
export function scaleByPower(f: FunctionBuilder, y: V128, k: V128, shifted: V128): V128 {
  const half = f.let(f64x2.add(f64x2.mul(k, f64x2.constant(0.5)), f64x2.constant(ROUND)));
  const first = i64x2.add(i64x2.shl(half, 52), i64x2.constant(ONE));
  const second = i64x2.add(i64x2.shl(i64x2.sub(shifted, half), 52), i64x2.constant(ONE));
  return f64x2.mul(f64x2.mul(y, first), second);
}

export function signOf(x: V128): V128 {
  return v128.and(x, i64x2.constant(SIGN));
}

/** x = k ln 2 + r with |r| ≤ ½ ln 2; `tail` is eʳ − 1, and `shifted` is k + ROUND. */
function reduce(f: FunctionBuilder, x: V128): { k: V128; shifted: V128; tail: V128 } {
  const shifted = f.let(f64x2.add(f64x2.mul(x, f64x2.constant(LOG2_E)), f64x2.constant(ROUND)));
  const k = f.let(f64x2.sub(shifted, f64x2.constant(ROUND)));
  const high = f64x2.sub(x, f64x2.mul(k, f64x2.constant(LN2_HIGH)));
  const r = f.let(f64x2.sub(high, f64x2.mul(k, f64x2.constant(LN2_LOW))));
  const tail = f.let(f64x2.add(r, f64x2.mul(f64x2.mul(r, r), polynomial(f, r, EXP_TAIL))));
  return { k, shifted, tail };
}
