import { expect, test } from "vitest";
import { createRng, digamma, type Rng } from "../numeric/index.ts";
import { type Cocycle, cocycle } from "./cocycle.ts";
import { type ExponentEstimate, estimateExponent } from "./exponent.ts";

/** d × d matrices drawn afresh for every step. */
function products(dimension: number, draw: (rng: Rng) => ArrayLike<number>): Cocycle {
  return cocycle({
    dimension,
    factors: (rng) => {
      const image = new Float64Array(dimension);
      return (frame, count) => {
        const a = draw(rng);
        for (let v = 0; v < count; v++) {
          const c = frame.subarray(v * dimension, (v + 1) * dimension);
          for (let i = 0; i < dimension; i++) {
            image[i] = 0;
            for (let j = 0; j < dimension; j++) image[i] += a[i * dimension + j] * c[j];
          }
          c.set(image);
        }
      };
    },
  });
}

/** The estimate is within 5 of its standard errors, and its error is what a long run can reach. */
function expectCovers(estimate: ExponentEstimate, truth: number, halfWidth: number) {
  expect(Math.abs(estimate.value - truth)).toBeLessThan(5 * estimate.standardError);
  expect(estimate.confidence95[1] - estimate.confidence95[0]).toBeLessThan(2 * halfWidth);
  expect(estimate.confidence95[0]).toBeLessThan(estimate.value);
}

// Newman 1986 (Comm. Math. Phys. 103): products of d × d matrices of independent standard normals have the exponents
// ½[ln 2 + ψ((d − i + 1)/2)], i = 1 … d.
test.each([1, 2, 3, 6])("top exponent of Gaussian products, d = %d", (d) => {
  const gaussian = products(d, (rng) => Float64Array.from({ length: d * d }, () => rng.normal()));
  const estimate = estimateExponent(gaussian, { rng: createRng(1, `newman ${d}`), steps: 40_000 });
  expectCovers(estimate, (Math.LN2 + digamma(d / 2)) / 2, 0.02);
});

// Viswanath 2000 (Math. Comp. 69): x_{n+1} = x_n ± x_{n−1} grows like 1.13198824…ⁿ.
test("random Fibonacci", () => {
  const fibonacci = products(2, (rng) => [0, 1, rng.uniform() < 0.5 ? -1 : 1, 1]);
  const estimate = estimateExponent(fibonacci, { rng: createRng(1, "fibonacci"), steps: 100_000 });
  expectCovers(estimate, Math.log(1.13198824), 0.01);
});

// Issue "Stability in full": {[[2,1],[1,1]], [[3,1],[2,1]]} with p = ½ has λ = 1.1433110351… (Pollicott 2010).
test("two positive matrices", () => {
  const pair = products(2, (rng) => (rng.uniform() < 0.5 ? [2, 1, 1, 1] : [3, 1, 2, 1]));
  const estimate = estimateExponent(pair, { rng: createRng(1, "pair"), steps: 100_000 });
  expectCovers(estimate, 1.1433110351, 0.003);
});

// diag(σ, 1/σ) and the quarter turn, each with probability ½: the exponent is exactly 0 (Furstenberg's theorem does not
// apply, two axes are permuted), and no seed may make us claim a sign.
test.each([1, 2, 3, 4, 5, 6, 7, 8])("no sign is claimed where the exponent is 0, seed %d", (seed) => {
  const turning = products(2, (rng) => (rng.uniform() < 0.5 ? [2, 0, 0, 0.5] : [0, -1, 1, 0]));
  const { signInterval } = estimateExponent(turning, { rng: createRng(seed, "zero"), steps: 20_000 });
  expect(signInterval[0]).toBeLessThan(0);
  expect(signInterval[1]).toBeGreaterThan(0);
});

// Upper triangular factors: the exponents are E log|a_ii|. The top direction e₂ is slower than e₁ by 0.01 a step only, so
// a frame that did not compare growth would need hundreds of steps to find it, and a start on e₁ never would.
test("the slow direction is found among given starts", () => {
  const slow = products(2, (rng) => [rng.uniform() < 0.5 ? 0.5 : 0.97, 0, 0, 0.999]);
  const start = [Float64Array.of(1, 0), Float64Array.of(0, 1)];
  const estimate = estimateExponent(slow, { rng: createRng(1), steps: 4000, start });
  expect(estimate.value).toBeCloseTo(Math.log(0.999), 12);
});

// A product that becomes 0 in finite time has exponent −∞: two projections onto different axes.
test("annihilation of every direction is superstable, never NaN", () => {
  const projections = products(2, (rng) => (rng.uniform() < 0.5 ? [1, 0, 0, 0] : [0, 0, 0, 1]));
  const estimate = estimateExponent(projections, { rng: createRng(1), steps: 1000 });
  expect(estimate).toMatchObject({ value: Number.NEGATIVE_INFINITY, superstable: true });
});

// A = diag(2, ½) or, sometimes, the projection onto e₂: the exponent is that of e₂ once e₁ is gone.
test("a killed top direction leaves the next one", () => {
  const dying = products(2, (rng) => (rng.uniform() < 0.001 ? [0, 0, 0, 1] : [2, 0, 0, 0.5]));
  const estimate = estimateExponent(dying, { rng: createRng(1), steps: 40_000 });
  expectCovers(estimate, 0.999 * Math.log(0.5), 0.02);
});

test("the same seed gives the same bits, other seeds others; steps are honoured", () => {
  const gaussian = products(2, (rng) => Float64Array.from({ length: 4 }, () => rng.normal()));
  const run = (seed: number) =>
    estimateExponent(gaussian, { rng: createRng(seed), steps: 4000, signSteps: 0, tolerance: 1 });
  expect(run(3)).toEqual(run(3));
  expect(run(3).value).not.toBe(run(4).value);
  expect(run(3).steps).toBe(4032); // 64 segments of 63 steps
  const wanted = estimateExponent(gaussian, { rng: createRng(1), steps: 2000, tolerance: 0.01, maxSteps: 1e6 });
  expect(wanted.confidence95[1] - wanted.confidence95[0]).toBeLessThan(0.02);
  const capped = estimateExponent(gaussian, { rng: createRng(1), steps: 2000, tolerance: 1e-6, maxSteps: 9000 });
  expect(capped.steps).toBeLessThanOrEqual(9000);
});
