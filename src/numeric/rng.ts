import { portableLog } from "./portable-log.ts";
import { seedState } from "./seed-state.ts";

/** A stream of pseudo-random numbers. */
export interface Rng {
  /** Uniform on [0, 1): a multiple of 2⁻⁵³, all equally likely. */
  uniform(): number;
  /** Uniform on the integers 0 … 2³² − 1. */
  uint32(): number;
  /** Uniform on 0 … n − 1, exactly (by rejection), for integers 1 ≤ n ≤ 2⁵³. */
  integer(n: number): number;
  /** Standard normal. */
  normal(): number;
  /** The stream whose names are ours and then `name`; the same whatever was drawn before. */
  fork(name: string): Rng;
}

/**
 * The stream named by a seed (any double) and a path of names; equal arguments give equal streams, different ones
 * give streams that overlap with probability below 2⁻⁶⁰ in any use we can pay for.
 *
 * Generator: xoshiro128++ (Blackman, Vigna, ACM Trans. Math. Softw. 47, 2021), period 2¹²⁸ − 1. Seeding: the state is
 * the 128-bit MurmurHash3 (`seedState`) of the seed and the names. `uniform` takes 53 bits from two draws (27 high bits
 * of the first, 26 of the second). `integer` is Lemire's multiplication with rejection (2019) for n ≤ 2²¹, rejection
 * of 53-bit numbers above. `normal` is Marsaglia's polar method on a logarithm of our own, made of correctly rounded
 * operations only: the same seed gives the same bits on every engine.
 */
export function createRng(seed: number, ...names: string[]): Rng {
  return new Xoshiro128(seed, names);
}

const TWO_32 = 4294967296;
const TWO_53 = 9007199254740992;

class Xoshiro128 implements Rng {
  readonly #seed: number;
  readonly #names: readonly string[];
  readonly #state: Int32Array;
  #spare = Number.NaN;

  constructor(seed: number, names: readonly string[]) {
    this.#seed = seed;
    this.#names = names;
    this.#state = seedState(seed, names);
  }

  uint32(): number {
    const s = this.#state;
    const s0 = s[0];
    const s1 = s[1];
    const s3 = s[3];
    const sum = (s0 + s3) | 0;
    const result = ((sum << 7) | (sum >>> 25)) + s0;
    const t2 = s[2] ^ s0;
    const t3 = s3 ^ s1;
    s[1] = s1 ^ t2;
    s[0] = s0 ^ t3;
    s[2] = t2 ^ (s1 << 9);
    s[3] = (t3 << 11) | (t3 >>> 21);
    return result >>> 0;
  }

  uniform(): number {
    return this.#bits53() / TWO_53;
  }

  integer(n: number): number {
    if (n <= 2097152 && n >= 1 && Math.floor(n) === n) {
      for (;;) {
        const product = this.uint32() * n; // < 2⁵³, exact
        const high = Math.floor(product / TWO_32);
        const low = product - high * TWO_32;
        if (low >= n || low >= TWO_32 % n) return high;
      }
    }
    if (!(Number.isInteger(n) && n >= 1 && n <= TWO_53)) {
      throw new RangeError(`integer: n must be an integer in 1..2^53, got ${n}`);
    }
    const limit = TWO_53 - (TWO_53 % n);
    for (;;) {
      const x = this.#bits53();
      if (x < limit) return x % n;
    }
  }

  normal(): number {
    if (!Number.isNaN(this.#spare)) {
      const z = this.#spare;
      this.#spare = Number.NaN;
      return z;
    }
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const s = u * u + v * v;
      if (s < 1 && s > 0) {
        const factor = Math.sqrt((-2 * portableLog(s)) / s);
        this.#spare = v * factor;
        return u * factor;
      }
    }
  }

  fork(name: string): Rng {
    return new Xoshiro128(this.#seed, [...this.#names, name]);
  }

  #bits53(): number {
    const high = this.uint32() >>> 5;
    return high * 67108864 + (this.uint32() >>> 6);
  }
}
