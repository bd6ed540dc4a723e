import { f64x2, i64x2, type V128, v128 } from "../expressions.ts";
import type { FunctionBuilder } from "../function-builder.ts";
import { expBelow, ONE, signOf } from "./exponential.ts";
import { polynomial } from "./polynomial.ts";

const MANTISSA = (1n << 52n) - 1n;
/** Bits of √½: mantissas are brought to [√½, √2). */
const SQRT_HALF = 0x3fe6a09e667f3bcdn;
/** ln 2 in two parts; the first has 42 bits, so that its product with any exponent is exact. */
const LN2_HIGH = 0.6931471805598903;
const LN2_LOW = 5.497923018708371e-14;
/** (log((1+s)/(1−s)) − 2s)/s³ in s² ≤ (3 − 2√2)²: Chebyshev interpolation, error 3.2e-16. */
const LOG_TAIL = [
  0.666666666666667, 0.3999999999989889, 0.28571428626253836, 0.22222211089379496, 0.1818289243253687,
  0.15331611722055008, 0.14617807153417325,
] as const;

/** log x. At most 1.5 ulp; −∞ at zeros, NaN below, subnormals included. */
export function log(f: FunctionBuilder, x: V128): V128 {
  return atEdges(f, x, logOf(f, splitExponent(f, x), null));
}

/** log(1 + x), accurate near 0 as well. At most 2 ulp; keeps the sign of zero. */
export function log1p(f: FunctionBuilder, x: V128): V128 {
  const { sum, error } = onePlus(f, x);
  const value = atEdges(f, sum, logOf(f, splitExponent(f, sum), f64x2.div(error, sum)));
  return v128.or(value, signOf(x));
}

/**
 * log(1 + eˣ) = max(x, 0) + log(1 + e^{−|x|}). At most 2.5 ulp. The argument u of the logarithm lies in [1, 2], where
 * 3/2 − u/2 is close enough to 1/u for the correction by the error of u.
 */
export function softplus(f: FunctionBuilder, x: V128): V128 {
  const e = f.let(expBelow(f, f.let(f64x2.neg(f64x2.abs(x)))));
  const sum = f.let(f64x2.add(f64x2.constant(1), e));
  const error = f64x2.sub(e, f64x2.sub(sum, f64x2.constant(1)));
  const inverse = f64x2.sub(f64x2.constant(1.5), f64x2.mul(sum, f64x2.constant(0.5)));
  const value = logOf(f, splitNormal(f, sum), f64x2.mul(error, inverse));
  return f64x2.add(f64x2.larger(x, f64x2.constant(0)), value);
}

/** 1 + x and the error of that sum, exactly (Knuth). */
function onePlus(f: FunctionBuilder, x: V128): { sum: V128; error: V128 } {
  const one = f64x2.constant(1);
  const sum = f.let(f64x2.add(one, x));
  const part = f.let(f64x2.sub(sum, one));
  const error = f64x2.add(f64x2.sub(one, f64x2.sub(sum, part)), f64x2.sub(x, part));
  return { sum, error };
}

/** log(2ᵏm) (+ a small correction), by m = 1 + f and s = f/(2 + f), as in fdlibm's log. */
function logOf(f: FunctionBuilder, { m, k }: Split, correction: V128 | null): V128 {
  const r = f.let(f64x2.sub(m, f64x2.constant(1)));
  const s = f.let(f64x2.div(r, f64x2.add(r, f64x2.constant(2))));
  const z = f.let(f64x2.mul(s, s));
  const half = f.let(f64x2.mul(f64x2.mul(r, r), f64x2.constant(0.5)));
  const tail = f64x2.mul(z, polynomial(f, z, LOG_TAIL));
  const product = f64x2.mul(s, f64x2.add(half, tail));
  const low = f64x2.mul(k, f64x2.constant(LN2_LOW));
  const small = f64x2.add(product, correction ? f64x2.add(low, correction) : low);
  const rest = f64x2.sub(f64x2.sub(half, small), r);
  return f.let(f64x2.sub(f64x2.mul(k, f64x2.constant(LN2_HIGH)), rest));
}

interface Split {
  readonly m: V128;
  readonly k: V128;
}

/** x = 2ᵏm with m in [√½, √2), for positive finite x; subnormals are scaled up first. */
export function splitExponent(f: FunctionBuilder, x: V128): Split {
  const tiny = f.let(f64x2.less(x, f64x2.constant(2 ** -1022)));
  const normal = f.let(v128.select(tiny, f64x2.mul(x, f64x2.constant(2 ** 54)), x));
  const { m, k } = splitNormal(f, normal);
  return { m, k: f.let(f64x2.sub(k, v128.and(tiny, f64x2.constant(54)))) };
}

/** The same for normal x. */
function splitNormal(f: FunctionBuilder, x: V128): Split {
  const biased = f.let(i64x2.add(x, i64x2.constant(ONE - SQRT_HALF)));
  const m = f.let(i64x2.add(v128.and(biased, i64x2.constant(MANTISSA)), i64x2.constant(SQRT_HALF)));
  const exponent = v128.or(i64x2.shr(biased, 52), f64x2.constant(2 ** 52)); // the integer 1023 + k, as 2⁵² + it
  return { m, k: f.let(f64x2.sub(exponent, f64x2.constant(2 ** 52 + 1023))) };
}

/** Puts in what the core does not compute: log 0 = −∞, log ∞ = ∞, and NaN for negative numbers and NaN. */
function atEdges(f: FunctionBuilder, x: V128, value: V128): V128 {
  const infinite = f64x2.constant(Number.POSITIVE_INFINITY);
  const large = f.let(v128.select(f64x2.eq(x, infinite), x, value));
  const zero = v128.select(f64x2.eq(x, f64x2.constant(0)), f64x2.neg(infinite), large);
  return v128.select(f64x2.lessEqual(f64x2.constant(0), x), zero, f64x2.constant(Number.NaN));
}
