// An independent slow truth for interval arithmetic: real functions of doubles in BigInt fixed point, with about 200
// correct bits. It shares nothing with src: other reductions, other series, integers instead of doubles.

/** mantissa · 2^exponent, exactly. */
export interface Dyadic {
  readonly mantissa: bigint;
  readonly exponent: number;
}

const view = new DataView(new ArrayBuffer(8));

/** The exact value of a finite double. */
export function dyadic(x: number): Dyadic {
  view.setFloat64(0, x);
  const raw = view.getBigUint64(0);
  const field = Number((raw >> 52n) & 0x7ffn);
  const fraction = raw & 0xfffffffffffffn;
  const size = field === 0 ? fraction : fraction | 0x10000000000000n;
  return { mantissa: raw >> 63n ? -size : size, exponent: Math.max(field, 1) - 1075 };
}

export const plus = (a: Dyadic, b: Dyadic): Dyadic => {
  if (a.exponent < b.exponent) return plus(b, a);
  return { mantissa: (a.mantissa << BigInt(a.exponent - b.exponent)) + b.mantissa, exponent: b.exponent };
};
export const negate = (a: Dyadic): Dyadic => ({ mantissa: -a.mantissa, exponent: a.exponent });
export const times = (a: Dyadic, b: Dyadic): Dyadic => ({
  mantissa: a.mantissa * b.mantissa,
  exponent: a.exponent + b.exponent,
});
export const signOf = (a: Dyadic): number => (a.mantissa > 0n ? 1 : a.mantissa < 0n ? -1 : 0);
/** The sign of a − b; b may be ±∞. */
export const compare = (a: Dyadic, b: number): number => {
  if (!Number.isFinite(b)) return b > 0 ? -1 : 1;
  return signOf(plus(a, negate(dyadic(b))));
};

const BITS = 240;
const abs = (n: bigint): bigint => (n < 0n ? -n : n);
const bitLength = (n: bigint): number => (n === 0n ? 0 : abs(n).toString(2).length);
/** floor(log2|a|), or −∞ for 0. */
const order = (a: Dyadic): number =>
  a.mantissa === 0n ? Number.NEGATIVE_INFINITY : a.exponent + bitLength(a.mantissa) - 1;
/** a·2^bits, rounded towards −∞. */
const fixed = (a: Dyadic, bits: number): bigint => {
  const shift = a.exponent + bits;
  return shift >= 0 ? a.mantissa << BigInt(shift) : a.mantissa >> BigInt(-shift);
};
/** Bits after the point that keep BITS significant ones of a number as small as a. */
const scaleFor = (a: Dyadic): number => BITS + (a.mantissa === 0n ? 0 : Math.max(0, -order(a)));

/** a/b to BITS bits. */
export const quotient = (a: Dyadic, b: Dyadic): Dyadic => {
  const shift = BigInt(BITS + Math.max(0, bitLength(b.mantissa) - bitLength(a.mantissa)));
  return { mantissa: (a.mantissa << shift) / b.mantissa, exponent: a.exponent - b.exponent - Number(shift) };
};

const cache = new Map<string, bigint>();
const remember = (key: string, compute: () => bigint): bigint => {
  const found = cache.get(key) ?? compute();
  cache.set(key, found);
  return found;
};

/** Σ ±1/((2j+1) n^(2j+1)) at the given bits: artanh (sign 1) or arctan (sign −1) of 1/n. */
const arcOfReciprocal = (n: bigint, sign: bigint, bits: number): bigint => {
  let power = (1n << BigInt(bits + 20)) / n;
  let sum = 0n;
  for (let j = 0n, s = 1n; power !== 0n; j++, s *= sign, power /= n * n) sum += (s * power) / (2n * j + 1n);
  return sum >> 20n;
};

/** ln 2 = 2 artanh(1/3). */
export const ln2 = (bits: number): bigint => remember(`ln2 ${bits}`, () => 2n * arcOfReciprocal(3n, 1n, bits));
/** Machin: π = 16 arctan(1/5) − 4 arctan(1/239). */
export const pi = (bits: number): bigint =>
  remember(`pi ${bits}`, () => 16n * arcOfReciprocal(5n, -1n, bits) - 4n * arcOfReciprocal(239n, -1n, bits));

const clamp = (x: Dyadic): Dyadic => (order(x) >= 11 ? { mantissa: x.mantissa < 0n ? -3000n : 3000n, exponent: 0 } : x);

/** Σ r^j/j! − 1 for a fixed-point r. */
const exponentialSeries = (r: bigint, bits: number): bigint => {
  let sum = 0n;
  for (let j = 1n, term = r; term !== 0n && term !== -1n; j++, term = ((term * r) >> BigInt(bits)) / j) sum += term;
  return sum;
};

/** e^x; arguments beyond ±2048 count as ±3000, which leaves the range of doubles all the same. */
export const exp = (argument: Dyadic): Dyadic => {
  const x = clamp(argument);
  const bits = BITS + 30;
  const value = fixed(x, bits);
  const k = value / ln2(bits);
  const reduced = (value - k * ln2(bits)) >> 8n;
  let y = (1n << BigInt(bits)) + exponentialSeries(reduced, bits);
  for (let i = 0; i < 8; i++) y = (y * y) >> BigInt(bits);
  return { mantissa: y, exponent: Number(k) - bits };
};

export const expm1 = (x: Dyadic): Dyadic => {
  if (order(x) >= -1) return plus(exp(x), dyadic(-1));
  const bits = scaleFor(x);
  return { mantissa: exponentialSeries(fixed(x, bits), bits), exponent: -bits };
};

/** ln(1 + f) for −1/2 ≤ f ≤ 1, to relative accuracy. */
const logOnePlus = (f: Dyadic): Dyadic => {
  const bits = scaleFor(f);
  const scale = BigInt(bits);
  const value = fixed(f, bits);
  const s = (value << scale) / ((2n << scale) + value);
  const z = (s * s) >> scale;
  let sum = 0n;
  for (let j = 1n, power = s; power !== 0n && power !== -1n; j += 2n, power = (power * z) >> scale) sum += power / j;
  return { mantissa: 2n * sum, exponent: -bits };
};

export const log = (x: Dyadic): Dyadic => {
  let k = order(x);
  if (compare({ mantissa: x.mantissa, exponent: x.exponent - k }, 1.5) > 0) k++;
  const f = plus({ mantissa: x.mantissa, exponent: x.exponent - k }, dyadic(-1));
  return plus(logOnePlus(f), { mantissa: BigInt(k) * ln2(BITS + 60), exponent: -(BITS + 60) });
};

export const log1p = (x: Dyadic): Dyadic => (order(x) < -1 ? logOnePlus(x) : log(plus(x, dyadic(1))));

/** sin(x + quarters·π/2), for |x| < 2^60. */
const sine = (x: Dyadic, quarters: bigint): Dyadic => {
  const bits = BITS + scaleFor(x);
  const half = pi(bits + 1) >> 2n;
  const value = fixed(x, bits);
  const k = (2n * value + half) / (2n * half) - (2n * value + half < 0n ? 1n : 0n);
  const r = value - k * half;
  const z = (r * r) >> BigInt(bits);
  const turn = (((k + quarters) % 4n) + 4n) % 4n;
  let term = turn % 2n === 0n ? r : 1n << BigInt(bits);
  let sum = 0n;
  for (let j = turn % 2n === 0n ? 1n : 0n; term !== 0n && term !== -1n; j += 2n) {
    sum += term;
    term = -((term * z) >> BigInt(bits)) / ((j + 1n) * (j + 2n));
  }
  return { mantissa: turn < 2n ? sum : -sum, exponent: -bits };
};

export const sin = (x: Dyadic): Dyadic => sine(x, 0n);
export const cos = (x: Dyadic): Dyadic => sine(x, 1n);

export const tanh = (x: Dyadic): Dyadic => {
  const e = expm1(clamp({ mantissa: x.mantissa, exponent: x.exponent + 1 }));
  return quotient(e, plus(e, dyadic(2)));
};

export const sigmoid = (x: Dyadic): Dyadic => quotient(dyadic(1), plus(dyadic(1), exp(negate(x))));

export const softplus = (x: Dyadic): Dyadic => (x.mantissa > 0n ? plus(x, log1p(exp(negate(x)))) : log1p(exp(x)));

/** (2/√π) Σ (−1)^j x^(2j+1)/(j!(2j+1)); beyond 8 the value 1 − 2^−100, which no double separates from erf x. */
export const erf = (x: Dyadic): Dyadic => {
  if (x.mantissa < 0n) return negate(erf(negate(x)));
  if (compare(x, 8) > 0) return { mantissa: (1n << 100n) - 1n, exponent: -100 };
  const bits = scaleFor(x) + 200;
  const scale = BigInt(bits);
  const value = fixed(x, bits);
  const z = (value * value) >> scale;
  let sum = 0n;
  for (let j = 0n, power = value; power !== 0n && power !== -1n; j++, power = -((power * z) >> scale) / j) {
    sum += power / (2n * j + 1n);
  }
  return { mantissa: (2n * sum * (1n << scale)) / squareRoot(pi(bits) << scale), exponent: -bits };
};

/** ⌊√n⌋ by Newton's iteration. */
export const squareRoot = (n: bigint): bigint => {
  if (n < 2n) return n;
  let x = 1n << BigInt(Math.ceil(bitLength(n) / 2));
  for (;;) {
    const next = (x + n / x) >> 1n;
    if (next >= x) return x;
    x = next;
  }
};

/** √x to BITS bits. */
export const sqrt = (x: Dyadic): Dyadic => {
  const shift = 2 * BITS + (x.exponent % 2 === 0 ? 0 : 1);
  return { mantissa: squareRoot(x.mantissa << BigInt(shift)), exponent: (x.exponent - shift) / 2 };
};

/** x^y for x > 0. */
export const pow = (x: Dyadic, y: Dyadic): Dyadic => exp(times(log(x), y));

export const logSumExp = (x: readonly Dyadic[]): Dyadic => {
  const largest = x.reduce((a, b) => (signOf(plus(a, negate(b))) < 0 ? b : a));
  return plus(largest, log(x.map((a) => exp(plus(a, negate(largest)))).reduce(plus)));
};

/** Whether the enclosure [lo, hi] holds the value, up to the oracle's own relative error. */
export const holds = (lo: number, hi: number, value: Dyadic): boolean => {
  const slack = { mantissa: abs(value.mantissa), exponent: value.exponent - 180 };
  return compare(plus(value, slack), lo) >= 0 && compare(plus(value, negate(slack)), hi) <= 0;
};
