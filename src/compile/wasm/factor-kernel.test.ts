import fc from "fast-check";
import { expect, test } from "vitest";
import {
  createFactorKernel,
  createRng,
  type FactorRun,
  type Matrix,
  matrix,
  norm,
  row,
  scale,
} from "../../numeric/index.ts";
import { wasmFactorKernel } from "./factor-kernel.ts";

interface Sizes {
  readonly k: number;
  readonly r: number;
  readonly steps: number;
  readonly lanes: number;
  readonly seed: number;
}

const SAMPLES = 5;

/** Batches of 0 to 6 samples, repeats allowed, and unit vectors to start from. */
function randomRun({ k, r, steps, lanes, seed }: Sizes): { phi: Matrix; run: () => FactorRun } {
  const rng = createRng(seed, "wasm-factor-kernel");
  const normals = (count: number) => Float64Array.from({ length: count }, () => rng.normal());
  const phi = matrix(SAMPLES * k, r, normals(SAMPLES * k * r));
  const offsets = new Int32Array(steps + 1);
  for (let t = 0; t < steps; t++) offsets[t + 1] = offsets[t]! + rng.integer(7);
  const indices = Int32Array.from({ length: offsets[steps]! }, () => rng.integer(SAMPLES));
  const weights = Float64Array.from(indices, () => rng.uniform());
  const stepSizes = Float64Array.from({ length: lanes }, () => rng.uniform() / (k + r));
  const start = matrix(lanes, r, normals(lanes * r));
  for (let lane = 0; lane < lanes; lane++) scale(1 / norm(row(start, lane)), row(start, lane));
  return { phi, run: () => ({ indices, weights, offsets, stepSizes, vectors: start.data.slice() }) };
}

function bits(x: Float64Array): BigUint64Array {
  return new BigUint64Array(x.slice().buffer);
}

const sizes = fc.record({
  k: fc.integer({ min: 1, max: 4 }),
  r: fc.integer({ min: 1, max: 40 }),
  steps: fc.integer({ min: 0, max: 12 }),
  lanes: fc.integer({ min: 1, max: 4 }),
  seed: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
});

// IEEE 754 fixes each operation, so equal order of operations is equal bits.
test("steps and growth are the plain kernel's, bit for bit", () => {
  fc.assert(
    fc.property(sizes, (given) => {
      const { phi, run } = randomRun(given);
      const results = [createFactorKernel, wasmFactorKernel].map((make) => {
        const free = run();
        make(phi, given.k).advance(free);
        const grown = { ...run(), growth: new Float64Array(given.lanes) };
        make(phi, given.k).advance(grown);
        return [free.vectors, grown.vectors, grown.growth].map(bits);
      });
      expect(results[1]).toEqual(results[0]);
    }),
    { numRuns: 200 },
  );
});

// At rank 450 a run needs many pages beyond the first ones, so memory grows under way and views are renewed.
test("large ranks, and runs that make memory grow", () => {
  const { phi, run } = randomRun({ k: 10, r: 450, steps: 30, lanes: 40, seed: 3 });
  const results = [createFactorKernel, wasmFactorKernel].map((make) => {
    const kernel = make(phi, 10);
    const small = { ...run(), stepSizes: Float64Array.of(1e-4), growth: new Float64Array(1) };
    kernel.advance(small);
    const large = { ...run(), growth: new Float64Array(40) };
    kernel.advance(large);
    return [small.vectors, small.growth, large.vectors, large.growth].map(bits);
  });
  expect(results[1]).toEqual(results[0]);
});

// I − sφφᵀ with s‖φ‖² = 1 sends φ to 0; norms beyond the range of squares are taken with scaling; NaN stays NaN.
test.each([
  { name: "annihilated", phi: [0.6, 0.8], stepSize: 1, vector: [0.6, 0.8] },
  { name: "kept", phi: [0.6, 0.8], stepSize: 1, vector: [0.8, -0.6] },
  { name: "square overflows", phi: [1e90, 1e70], stepSize: 1, vector: [0.6, 0.8] },
  { name: "norm overflows", phi: [1e200, 1e200], stepSize: 1, vector: [0.6, 0.8] },
  { name: "not a number", phi: [Number.NaN, 1], stepSize: 1, vector: [1, 0] },
  { name: "an infinity", phi: [Number.POSITIVE_INFINITY, 1], stepSize: 1, vector: [1, 0] },
])("$name", ({ phi, stepSize, vector }) => {
  const run = { indices: Int32Array.of(0, 0), weights: Float64Array.of(1, 1), offsets: Int32Array.of(0, 1, 2) };
  const [plain, wasm] = [createFactorKernel, wasmFactorKernel].map((make) => {
    const vectors = Float64Array.from(vector);
    const growth = new Float64Array(1);
    make(matrix(1, 2, Float64Array.from(phi)), 1).advance({
      ...{ ...run, stepSizes: Float64Array.of(stepSize), vectors, growth },
    });
    return { vectors, growth };
  });
  expect(wasm).toEqual(plain); // equal as numbers; the bits of a NaN are nobody's promise
});

test("a sample that does not exist is refused before anything is read", () => {
  const kernel = wasmFactorKernel(matrix(2, 2, Float64Array.of(1, 0, 0, 1)), 1);
  expect(() => kernel.apply(Int32Array.of(2), Float64Array.of(1), 1, new Float64Array(2))).toThrow(/no sample 2/);
});
