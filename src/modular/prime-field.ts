import { defaultPrime, isPrime } from "./prime.ts";

/** The integers mod a prime p < 2^26. Every residue is an integer 0 … p − 1 held in a double. */
export interface PrimeField {
  readonly prime: number;
  /** x mod p for an integer 0 ≤ x < p², such as a residue plus a product of two. */
  reduce(x: number): number;
  add(a: number, b: number): number;
  sub(a: number, b: number): number;
  neg(a: number): number;
  mul(a: number, b: number): number;
  /** 1/a. @throws RangeError for a = 0. */
  inverse(a: number): number;
  /** a^n for an integer n ≥ 0, or n < 0 when a ≠ 0. */
  pow(a: number, n: number): number;
  /** The residue of any integer. */
  fromInteger(n: bigint): number;
}

/** Arithmetic mod `prime`, exact in doubles. @throws RangeError unless `prime` is a prime below 2^26. */
export function primeField(prime: number = defaultPrime): PrimeField {
  if (!isPrime(prime)) throw new RangeError(`primeField: ${prime} is not a prime`);
  const p = prime;
  const reciprocal = 1 / p;
  const big = BigInt(p);

  // x < 2^52 and the rounded quotient is off by at most one: the remainder is exact and at most one p off.
  const reduce = (x: number): number => {
    const r = x - Math.floor(x * reciprocal) * p;
    return r < 0 ? r + p : r >= p ? r - p : r;
  };
  const mul = (a: number, b: number): number => reduce(a * b);

  const inverse = (a: number): number => {
    if (a === 0) throw new RangeError("primeField: 0 has no inverse");
    let [r0, r1, s0, s1] = [p, a, 0, 1]; // s_i a ≡ r_i
    while (r1 !== 0) {
      const q = Math.floor(r0 / r1);
      [r0, r1] = [r1, r0 - q * r1];
      [s0, s1] = [s1, s0 - q * s1];
    }
    return s0 < 0 ? s0 + p : s0;
  };

  const pow = (a: number, n: number): number => {
    if (!Number.isInteger(n)) throw new RangeError(`primeField: exponent must be an integer, got ${n}`);
    if (n < 0) return pow(inverse(a), -n);
    let result = 1 % p;
    for (let base = a, rest = n; rest > 0; base = mul(base, base), rest = Math.floor(rest / 2)) {
      if (rest % 2 === 1) result = mul(result, base);
    }
    return result;
  };

  return {
    prime: p,
    reduce,
    add: (a, b) => (a + b >= p ? a + b - p : a + b),
    sub: (a, b) => (a >= b ? a - b : a - b + p),
    neg: (a) => (a === 0 ? 0 : p - a),
    mul,
    inverse,
    pow,
    fromInteger: (n) => Number(((n % big) + big) % big),
  };
}
