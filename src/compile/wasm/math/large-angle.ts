import { type F64, f64, f64x2, type I64, i32, i64, i64x2, type V128 } from "../expressions.ts";
import { FunctionBuilder, type Variable } from "../function-builder.ts";
import type { ModuleBuilder } from "../module-builder.ts";

type QuarterWave = (f: FunctionBuilder, high: V128, low: V128, quadrant: V128) => V128;

/** 64 zero bits, then the binary places of 2/π. */
const TWO_OVER_PI =
  0xa2f9836e4e441529fc2757d1f534ddc0db6295993c439041fe5163abdebbc561b7246e3a424dd2e006492eea09d1921cfe1deb1cb129a73ee88235f52ebb4484e99c7026b45f7e413991d639835339f49c845f8bbdf9283b1ff897ffde05980fef2f118b5a0a6d1f6d367ecf27cb09b74f463f669e5fea2d7527bac7ebe5f17b3d0739f78a5292ea6bfb5fb11f8d5d0856033046fc7b6babn;
const WORDS = 20;
/** π/2 with 26 bits, and the rest. */
const HALF_PI_HIGH = 1.5707963109016418;
const HALF_PI_LOW = 1.5893254773528196e-8;

/**
 * The function x ↦ wave(x mod π/2) for 2²⁰ ≤ |x|, any finite double: multiplies the 53-bit mantissa by the 192 bits
 * of 2/π that matter (Payne and Hanek). NaN for ±∞ and NaN.
 */
export function largeAngle(module: ModuleBuilder, wave: QuarterWave): FunctionBuilder {
  const f = new FunctionBuilder(module, ["f64"], "f64");
  const x = f.parameter<"f64">(0);
  f.if(f64.eq(f64.sub(x, x), f64.constant(0)), () => {
    const bits = f.let(i64.bitsOf(x));
    const mantissa = f.let(i64.or(i64.and(bits, i64.constant(2n ** 52n - 1n)), i64.constant(2n ** 52n)));
    const biased = i64.and(i64.shr(bits, i64.constant(52n)), i64.constant(2047n));
    // |x| = mantissa·2^E. Bits of 2/π above place E − 2 give multiples of 4 quadrants; the table begins 64 places early.
    const start = f.let(i64.add(i64.sub(biased, i64.constant(1075n)), i64.constant(62n)));
    const [top, middle, bottom] = product(f, mantissa, window(f, module.table("2/π", wordsOfTwoOverPi), start));
    const n = f.let(i64.shr(i64.add(top, i64.constant(2n ** 61n)), i64.constant(62n)));
    const fraction = f.let(i64.sub(top, i64.shl(n, i64.constant(62n))));
    const below = f.let(i64.shrSigned(fraction, i64.constant(63n)));
    const flip = f.let(i64.shrSigned(bits, i64.constant(63n)));
    const words = [fraction, middle, bottom].map((word) => f.let(i64.xor(word, below))) as Words;
    const { high, low } = radians(f, words);
    const sign = f.let(f64.fromI64(i64.or(i64.xor(below, flip), i64.constant(1n))));
    const both = (part: F64) => f.let(f64x2.splat(f64.mul(part, sign)));
    const quadrant = f.let(i64x2.splat(i64.sub(i64.xor(n, flip), flip)));
    f.return(f64x2.lane(wave(f, both(high), both(low), quadrant), 0));
  });
  f.return(f64.constant(Number.NaN));
  return f;
}

/** Three 64-bit words, the most significant first. */
type Words = [I64, I64, I64];

/** 192 bits of the table from bit `start` on. */
function window(f: FunctionBuilder, table: number, start: I64): Words {
  const address = f.let(i32.shl(i32.fromI64(i64.shr(start, i64.constant(6n))), 3));
  const shift = f.let(i64.and(start, i64.constant(63n)));
  const word = (i: number) => i64.load(address, table + 8 * i);
  return [0, 1, 2].map((i) => f.let(shifted(word(i), word(i + 1), shift))) as Words;
}

/** The upper 64 bits of (high, low)·2^shift, 0 ≤ shift < 64. */
function shifted(high: I64, low: I64, shift: I64): I64 {
  const carried = i64.shr(i64.shr(low, i64.constant(1n)), i64.sub(i64.constant(63n), shift));
  return i64.or(i64.shl(high, shift), carried);
}

/** m·w modulo 2¹⁹², for m < 2⁵³. */
function product(f: FunctionBuilder, m: I64, [w0, w1, w2]: Words): Words {
  const carried = f.let(upperHalf(f, m, w2));
  const middle = f.let(i64.add(i64.mul(m, w1), carried));
  const overflow = i64.fromI32(i64.lessUnsigned(middle, carried));
  const top = f.let(i64.add(i64.add(i64.mul(m, w0), upperHalf(f, m, w1)), overflow));
  return [top, middle, f.let(i64.mul(m, w2))];
}

/** The upper 64 bits of m·w, for m < 2⁵³. */
function upperHalf(f: FunctionBuilder, m: I64, w: I64): I64 {
  const half = i64.constant(32n);
  const lowHalf = (x: I64) => i64.and(x, i64.constant(0xffffffffn));
  const [mh, ml, wh, wl] = [i64.shr(m, half), lowHalf(m), i64.shr(w, half), lowHalf(w)].map((x) => f.let(x)) as [
    I64,
    I64,
    I64,
    I64,
  ];
  const u = f.let(i64.add(i64.mul(mh, wl), i64.shr(i64.mul(ml, wl), half)));
  const v = i64.add(i64.mul(ml, wh), lowHalf(u));
  return i64.add(i64.add(i64.mul(mh, wh), i64.shr(u, half)), i64.shr(v, half));
}

/** words·2⁻¹⁹⁰ quarter turns (the first word not negative) in radians, as a sum of two doubles. */
function radians(f: FunctionBuilder, words: Words): { high: F64; low: F64 } {
  const [a, b, c] = words.map((word) => f.variable(word)) as [Variable<"i64">, Variable<"i64">, Variable<"i64">];
  const exponent = f.variable(i64.constant(1023n - 62n));
  f.if(i64.eqz(a), () => {
    f.assign(a, b);
    f.assign(b, c);
    f.assign(c, i64.constant(0n));
    f.assign(exponent, i64.constant(1023n - 126n));
  });
  const zeros = f.let(i64.countLeadingZeros(a));
  const first = f.let(shifted(a, b, zeros));
  const second = f.let(shifted(b, c, zeros));
  const rest = i64.or(i64.shl(first, i64.constant(53n)), i64.shr(second, i64.constant(11n)));
  const scaled = (bits: I64, power: number) => f.let(f64.mul(f64.fromI64(bits), f64.constant(2 ** power)));
  const d0 = scaled(i64.shr(first, i64.constant(38n)), 38);
  const d1 = scaled(i64.and(i64.shr(first, i64.constant(11n)), i64.constant(2n ** 27n - 1n)), 11);
  const d2 = scaled(i64.shr(rest, i64.constant(11n)), -42);
  const [ph, pl, p] = [f64.constant(HALF_PI_HIGH), f64.constant(HALF_PI_LOW), f64.constant(Math.PI / 2)];
  const main = f.let(f64.mul(d0, ph));
  const fine = f64.add(f64.mul(d1, pl), f64.mul(d2, p));
  const cross = f.let(f64.add(f64.add(f64.mul(d0, pl), f64.mul(d1, ph)), fine));
  const high = f.let(f64.add(main, cross));
  const low = f64.add(f64.sub(main, high), cross);
  const scale = f.let(f64.fromBits(i64.shl(i64.sub(exponent, zeros), i64.constant(52n))));
  return { high: f.let(f64.mul(high, scale)), low: f.let(f64.mul(low, scale)) };
}

function wordsOfTwoOverPi(): Float64Array {
  const words = new BigUint64Array(WORDS);
  for (let i = 1; i < WORDS; i++) words[i] = BigInt.asUintN(64, TWO_OVER_PI >> BigInt(64 * (WORDS - 1 - i)));
  return new Float64Array(words.buffer);
}
