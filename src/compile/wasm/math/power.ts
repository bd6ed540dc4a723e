import { f64x2, i64x2, type V128, v128 } from "../expressions.ts";
import type { FunctionBuilder } from "../function-builder.ts";
import { expReduced, ROUND, scaleByPower, signOf } from "./exponential.ts";
import { splitExponent } from "./logarithm.ts";
import { polynomial } from "./polynomial.ts";

const UPPER_HALF = 0xffffffff00000000n;
/** 2/(3 ln 2) and ln 2, whole and in two parts of which the first has 27 bits. */
const CP = { whole: 0.9617966939259756, high: 0.9617966935038567, low: 4.221189459710696e-10 } as const;
const LN2 = { whole: Math.LN2, high: 0.693147175014019, low: 5.5459262969660605e-9 } as const;
/** (3/2·log((1+s)/(1−s))/s − 3 − s²)/s⁴ in s² ≤ (3 − 2√2)²: Chebyshev interpolation, error 2.9e-18. */
const LOG_TAIL = [
  0.6, 0.4285714285714406, 0.3333333333247915, 0.2727272750414977, 0.2307689233051077, 0.20002213198218508,
  0.17559189696845096, 0.1758649059127012,
] as const;

/**
 * x^e for a fixed real e, as ECMAScript defines it for finite e: 1 for e = 0, NaN for x < 0 unless e is an integer.
 * At most 2 ulp. Small exponents are products, roots and reciprocals; the others go through log₂|x| in two doubles.
 */
export function pow(f: FunctionBuilder, x: V128, exponent: number): V128 {
  const one = f64x2.constant(1);
  switch (exponent) {
    case 0:
      return one;
    case 1:
      return x;
    case 2:
      return f64x2.mul(x, x);
    case 3:
      return f64x2.mul(f64x2.mul(x, x), x);
    case 4: {
      const square = f.let(f64x2.mul(x, x));
      return f64x2.mul(square, square);
    }
    case -1:
      return f64x2.div(one, x);
    case 0.5:
      return squareRoot(f, x);
    case -0.5:
      return f64x2.div(one, f.let(squareRoot(f, x)));
    default:
      return general(f, x, exponent);
  }
}

/** √x, but +0 at −0 and +∞ at −∞. */
function squareRoot(f: FunctionBuilder, x: V128): V128 {
  const below = f.let(f64x2.eq(x, f64x2.constant(Number.NEGATIVE_INFINITY)));
  const root = f64x2.sqrt(f64x2.add(x, f64x2.constant(0)));
  return v128.select(below, f64x2.constant(Number.POSITIVE_INFINITY), root);
}

/** 2^{e·log₂|x|} with the logarithm to about 65 bits, after fdlibm's e_pow. */
function general(f: FunctionBuilder, x: V128, exponent: number): V128 {
  const a = f.let(f64x2.abs(x));
  const { t1, t2 } = log2InTwo(f, a);
  const e1 = upper(exponent);
  const low = f64x2.add(f64x2.mul(f64x2.constant(exponent - e1), t1), f64x2.mul(f64x2.constant(exponent), t2));
  const high = f.let(f64x2.mul(f64x2.constant(e1), t1));
  const within = f.let(f64x2.less(f64x2.abs(high), f64x2.constant(1100)));
  const bounded = f.let(f64x2.larger(f64x2.smaller(high, f64x2.constant(1100)), f64x2.constant(-1100)));
  const rest = f.let(v128.and(low, within));
  const shifted = f.let(f64x2.add(f64x2.add(bounded, rest), f64x2.constant(ROUND)));
  const k = f.let(f64x2.sub(shifted, f64x2.constant(ROUND)));
  const fraction = f.let(f64x2.sub(bounded, k));
  const sum = f.let(v128.and(f64x2.add(fraction, rest), i64x2.constant(UPPER_HALF)));
  const tail = f.let(f64x2.sub(rest, f64x2.sub(sum, fraction)));
  const main = f.let(f64x2.mul(sum, f64x2.constant(LN2.high)));
  const side = f.let(f64x2.add(f64x2.mul(tail, f64x2.constant(LN2.whole)), f64x2.mul(sum, f64x2.constant(LN2.low))));
  const r = f.let(f64x2.add(main, side));
  const correction = f.let(f64x2.sub(side, f64x2.sub(r, main)));
  const value = f.let(scaleByPower(f, f.let(expReduced(f, r, correction)), k, shifted));
  return withSign(f, x, atEdges(f, a, value, exponent), exponent);
}

/** log₂ a = t1 + t2, t1 with its low half zero; a = 2ᵏm, m in [√½, √2), by s = (m − 1)/(m + 1). */
function log2InTwo(f: FunctionBuilder, a: V128): { t1: V128; t2: V128 } {
  const truncate = (x: V128) => f.let(v128.and(x, i64x2.constant(UPPER_HALF)));
  const { m, k } = splitExponent(f, a);
  const one = f64x2.constant(1);
  const u = f.let(f64x2.sub(m, one));
  const inverse = f.let(f64x2.div(one, f64x2.add(m, one)));
  const s = f.let(f64x2.mul(u, inverse));
  const sHigh = truncate(s);
  const nearSum = truncate(f64x2.add(m, one));
  const restOfSum = f64x2.sub(m, f64x2.sub(nearSum, one));
  const remainder = f64x2.sub(f64x2.sub(u, f64x2.mul(sHigh, nearSum)), f64x2.mul(sHigh, restOfSum));
  const sLow = f.let(f64x2.mul(inverse, remainder));
  const z = f.let(f64x2.mul(s, s));
  const series = f64x2.mul(f64x2.mul(z, z), polynomial(f, z, LOG_TAIL));
  const r = f.let(f64x2.add(series, f64x2.mul(sLow, f64x2.add(sHigh, s))));
  const square = f.let(f64x2.mul(sHigh, sHigh));
  const three = f64x2.constant(3);
  const factorHigh = truncate(f64x2.add(f64x2.add(three, square), r));
  const factorLow = f64x2.sub(r, f64x2.sub(f64x2.sub(factorHigh, three), square));
  const main = f.let(f64x2.mul(sHigh, factorHigh));
  const side = f.let(f64x2.add(f64x2.mul(sLow, factorHigh), f64x2.mul(factorLow, s)));
  const pHigh = truncate(f64x2.add(main, side));
  const pLow = f64x2.sub(side, f64x2.sub(pHigh, main));
  const zHigh = f.let(f64x2.mul(f64x2.constant(CP.high), pHigh));
  const zLow = f.let(f64x2.add(f64x2.mul(f64x2.constant(CP.low), pHigh), f64x2.mul(pLow, f64x2.constant(CP.whole))));
  const t1 = truncate(f64x2.add(f64x2.add(zHigh, zLow), k));
  const t2 = f.let(f64x2.sub(zLow, f64x2.sub(f64x2.sub(t1, k), zHigh)));
  return { t1, t2 };
}

/** 0 and ∞, which have no logarithm here. */
function atEdges(f: FunctionBuilder, a: V128, value: V128, exponent: number): V128 {
  const infinity = Number.POSITIVE_INFINITY;
  const atZero = f64x2.constant(exponent > 0 ? 0 : infinity);
  const atInfinity = f64x2.constant(exponent > 0 ? infinity : 0);
  const large = f.let(v128.select(f64x2.eq(a, f64x2.constant(infinity)), atInfinity, value));
  const any = f.let(v128.select(f64x2.eq(a, f64x2.constant(0)), atZero, large));
  return v128.select(f64x2.ne(a, a), a, any);
}

function withSign(f: FunctionBuilder, x: V128, value: V128, exponent: number): V128 {
  if (Number.isInteger(exponent)) return exponent % 2 === 0 ? value : v128.or(value, signOf(x));
  const negative = f64x2.less(x, f64x2.constant(0));
  const finite = f64x2.less(f64x2.constant(Number.NEGATIVE_INFINITY), x);
  const wrong = f.let(v128.and(negative, finite));
  return v128.select(wrong, f64x2.constant(Number.NaN), value);
}

/** The number with the lower half of its bits zero. */
function upper(value: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setUint32(4, 0);
  return view.getFloat64(0);
}
