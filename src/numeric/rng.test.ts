import { expect, test } from "vitest";
import { erfc } from "./error-function.ts";
import { createRng } from "./rng.ts";
import { murmur3x86x128, seedState } from "./seed-state.ts";

// SMHasher's VerificationTest (Appleby): hash the keys {}, {0}, {0, 1}, … of lengths 0 … 255 with seeds 256 − length,
// hash the concatenation with seed 0; the first four bytes of MurmurHash3_x86_128 must be 0xB3ECE62A.
test("MurmurHash3_x86_128 passes SMHasher's verification", () => {
  const hashes = new Uint8Array(256 * 16);
  for (let length = 0; length < 256; length++) {
    const key = Uint8Array.from({ length }, (_, i) => i);
    hashes.set(new Uint8Array(murmur3x86x128(key, 256 - length).buffer), 16 * length);
  }
  expect(murmur3x86x128(hashes, 0)[0] >>> 0).toBe(0xb3ece62a);
});

/** xoshiro128++ in exact integers, from the authors' C code. */
function* xoshiro(state: bigint[]): Generator<number> {
  const mask = 0xffffffffn;
  const rotl = (x: bigint, k: bigint) => ((x << k) | (x >> (32n - k))) & mask;
  for (;;) {
    yield Number((rotl((state[0] + state[3]) & mask, 7n) + state[0]) & mask);
    const t = (state[1] << 9n) & mask;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= t;
    state[3] = rotl(state[3], 11n);
  }
}

// First outputs from state (1, 2, 3, 4), as published with the reference implementation (Rust's rand_xoshiro tests).
test("the exact model of xoshiro128++ gives the published numbers", () => {
  const stream = xoshiro([1n, 2n, 3n, 4n]);
  const published = [641, 1573767, 3222811527, 3517856514, 836907274, 4247214768, 3867114732, 1355841295];
  expect(published.map(() => stream.next().value)).toEqual(published);
});

test("uint32 is xoshiro128++ from the hashed state; uniform takes 27 and 26 high bits", () => {
  const state = () => Array.from(seedState(42, ["a", "λ"]), (word) => BigInt(word >>> 0));
  const model = xoshiro(state());
  const rng = createRng(42, "a", "λ");
  for (let i = 0; i < 1000; i++) expect(rng.uint32()).toBe(model.next().value);
  const again = xoshiro(state());
  const uniform = createRng(42, "a", "λ");
  for (let i = 0; i < 1000; i++) {
    const high = again.next().value >>> 5;
    const low = again.next().value >>> 6;
    expect(uniform.uniform()).toBe((high * 2 ** 26 + low) / 2 ** 53);
  }
});

test("a stream is named by its seed and path, not by what was drawn", () => {
  const first = (seed: number, ...names: string[]) => createRng(seed, ...names).uint32();
  const parent = createRng(1, "batches");
  parent.normal();
  expect(parent.fork("chain 0").uint32()).toBe(first(1, "batches", "chain 0"));
  const others = [first(1), first(2), first(1, "batches"), first(1, "bat", "ches"), first(1, ""), first(1.5)];
  expect(new Set(others).size).toBe(others.length);
});

/** Pearson's statistic of counts against equal expectations. */
function chiSquare(counts: Float64Array, draws: number): number {
  const expected = draws / counts.length;
  return counts.reduce((sum, x) => sum + (x - expected) ** 2 / expected, 0);
}

// χ² with d degrees of freedom lies below d + 5√(2d) except with probability < 1e-5 (Laurent, Massart 2000).
test.each([2, 3, 10, 255, 1000])("integer(%d) hits every value equally often", (n) => {
  const rng = createRng(9, "integer", String(n));
  const counts = new Float64Array(n);
  const draws = 200_000;
  for (let i = 0; i < draws; i++) counts[rng.integer(n)]++;
  expect(chiSquare(counts, draws)).toBeLessThan(n - 1 + 5 * Math.sqrt(2 * (n - 1)));
});

// n = 3·2³⁰ rejects a quarter of all words: without rejection the lower third would come up half the time.
test.each([3 * 2 ** 30, 3 * 2 ** 51])("integer(%d), large and far from a power of two, is unbiased", (n) => {
  const rng = createRng(9, "large");
  const counts = new Float64Array(3);
  for (let i = 0; i < 30_000; i++) counts[Math.floor(rng.integer(n) / (n / 3))]++;
  expect(chiSquare(counts, 30_000)).toBeLessThan(20);
});

test("integer refuses what is no size", () => {
  const rng = createRng(0);
  for (const n of [0, -1, 2.5, Number.NaN, 2 ** 53 + 2]) expect(() => rng.integer(n)).toThrow(RangeError);
  expect(rng.integer(1)).toBe(0);
});

// Kolmogorov–Smirnov: √N·sup|F_N − F| > 2.0 has probability 7e-4.
test("normals follow the normal distribution function", () => {
  const rng = createRng(2, "normal");
  const n = 100_000;
  const sample = Float64Array.from({ length: n }, () => rng.normal()).sort();
  let distance = 0;
  sample.forEach((z, i) => {
    const f = 0.5 * erfc(-z * Math.SQRT1_2);
    distance = Math.max(distance, Math.abs(f - i / n), Math.abs(f - (i + 1) / n));
  });
  expect(distance * Math.sqrt(n)).toBeLessThan(2);
});

// Frozen: the same seed must give the same bits on every engine and in every later version.
test("the first normals of seed 1 do not move", () => {
  const rng = createRng(1, "frozen");
  expect([rng.normal(), rng.normal(), rng.normal()]).toMatchInlineSnapshot(`
    [
      -0.2710726520141389,
      -0.17690735165035731,
      0.5466276622927925,
    ]
  `);
});
