import { expect, test } from "vitest";
import {
  batchMeans,
  clopperPearson,
  createRng,
  empiricalBernstein,
  lag1Autocorrelation,
  mean,
  normalQuantile,
  studentHalfWidth,
  studentQuantile,
  variance,
} from "./index.ts";

// Quantiles to 17 digits from mpmath 1.3 (root of the distribution function at 40 digits).
test.each([
  [1e-300, -37.0470962993612],
  [1e-20, -9.262340089798407],
  [1e-6, -4.753424308822899],
  [0.025, -1.9599639845400543],
  [0.3, -0.5244005127080408],
  [0.4999, -0.00025066283008800747],
])("normal quantile at %d to 2e-15", (p, truth) => {
  expect(Math.abs(normalQuantile(p) / truth - 1)).toBeLessThanOrEqual(2e-15);
});

test.each([
  [0.975, 1, 12.706204736174692],
  [0.975, 2, 4.302652729749462],
  [0.975, 31, 2.039513446396408],
  [0.995, 7.5, 3.4214226881240437],
  [0.6, 4, 0.27072229470759734],
  [0.9, 1000, 1.2823987214609247],
])("Student quantile at %d with %d degrees of freedom to 1e-14", (p, dof, truth) => {
  expect(Math.abs(studentQuantile(p, dof) / truth - 1)).toBeLessThanOrEqual(1e-14);
  expect(studentQuantile(1 - p, dof) / -truth).toBeCloseTo(1, 12);
});

// Student's distribution with one degree of freedom is Cauchy's: t = tan(π(p − ½)); infinitely many: the normal.
test("Student quantiles at one and at infinitely many degrees of freedom", () => {
  expect(studentQuantile(0.8, 1)).toBeCloseTo(Math.tan(Math.PI * 0.3), 13);
  expect(studentQuantile(0.8, Number.POSITIVE_INFINITY)).toBe(normalQuantile(0.8));
  expect(studentQuantile(0.5, 9)).toBeCloseTo(0, 14);
  expect([normalQuantile(0), normalQuantile(1)]).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
  expect(() => studentQuantile(0.5, 0)).toThrow(RangeError);
});

// The ends p of the Clopper–Pearson interval solve P(Bin(n, p) ≥ x) = α/2 and P(Bin(n, p) ≤ x) = α/2.
test.each([
  [5, 10, 0.95],
  [3, 20, 0.99],
  [1, 300, 0.9],
])("Clopper–Pearson ends for %d of %d are roots of the binomial tails", (x, n, confidence) => {
  const [low, high] = clopperPearson(x, n, confidence);
  const term = (j: number, p: number) => {
    let value = (1 - p) ** (n - j);
    for (let i = 1; i <= j; i++) value *= ((n - j + i) / i) * p;
    return value;
  };
  const tail = (from: number, to: number, p: number) => {
    let sum = 0;
    for (let j = from; j <= to; j++) sum += term(j, p);
    return sum;
  };
  expect(tail(x, n, low)).toBeCloseTo((1 - confidence) / 2, 12);
  expect(tail(0, x, high)).toBeCloseTo((1 - confidence) / 2, 12);
});

test("Clopper–Pearson at the edges", () => {
  expect(clopperPearson(0, 10, 0.95)[0]).toBe(0);
  expect(clopperPearson(0, 10, 0.95)[1]).toBeCloseTo(1 - 0.025 ** 0.1, 14); // (1 − p)^n = α/2
  expect(clopperPearson(10, 10, 0.95)).toEqual([expect.closeTo(0.025 ** 0.1, 14), 1]);
  expect(() => clopperPearson(11, 10, 0.95)).toThrow(RangeError);
});

test("mean and variance of data with a large offset lose nothing", () => {
  const values = [1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16];
  expect(mean(values)).toBe(1e9 + 10);
  expect(variance(values)).toBe(30);
  expect([mean([]), variance([1])]).toEqual([Number.NaN, Number.NaN]);
});

// For the AR(1) series x_t = ρx_{t−1} + z_t the mean has variance σ²/(n(1 − ρ)²) up to O(1/n), and lag-1 correlation ρ.
test("batch means see the autocorrelation of an AR(1) series, single values do not", () => {
  const rng = createRng(11, "ar1");
  const rho = 0.9;
  const n = 200_000;
  const x = new Float64Array(n);
  for (let t = 1; t < n; t++) x[t] = rho * x[t - 1] + rng.normal();
  const truth = 1 / (Math.sqrt(n) * (1 - rho));
  const batched = batchMeans(x, { batches: 64 });
  expect(batched.standardError / truth).toBeGreaterThan(0.75);
  expect(batched.standardError / truth).toBeLessThan(1.25);
  expect(batched.degreesOfFreedom).toBe(63);
  expect(batched.independent).toBe(true);
  expect(Math.abs(batched.mean)).toBeLessThan(5 * truth);
  expect(lag1Autocorrelation(x)).toBeCloseTo(rho, 2);
  expect(batchMeans(x.subarray(0, 64), { batches: 32 }).independent).toBe(false);
});

// Coverage of the 95 % interval on independent normals, 2000 repetitions: binomial standard deviation 0.5 %.
test("Student intervals from batch means cover as they say", () => {
  const rng = createRng(5, "coverage");
  let covered = 0;
  for (let run = 0; run < 2000; run++) {
    const {
      mean: centre,
      standardError,
      degreesOfFreedom,
    } = batchMeans(
      Float64Array.from({ length: 50 }, () => rng.normal()),
      { batches: 10 },
    );
    if (Math.abs(centre) <= studentHalfWidth(standardError, degreesOfFreedom, 0.95)) covered++;
  }
  expect(covered / 2000).toBeGreaterThan(0.93);
  expect(covered / 2000).toBeLessThan(0.97);
});

// Maurer, Pontil (COLT 2009), Theorem 4, by hand for four values with variance 1/3: ln(2/δ) = ln 40 at δ = 0.05.
test("empirical Bernstein half-width", () => {
  const bound = empiricalBernstein([0, 1, 0, 1], { low: 0, high: 1, confidence: 0.95 });
  const log = Math.log(40);
  expect(bound.halfWidth).toBeCloseTo(Math.sqrt((2 * log) / 3 / 4) + (7 * log) / 9, 12);
  expect(bound.mean).toBe(0.5);
  expect(() => empiricalBernstein([0, 2], { low: 0, high: 1, confidence: 0.95 })).toThrow(/value 2 at 1/);
});

test("empirical Bernstein covers the mean of a skewed law", () => {
  const rng = createRng(3, "bernstein");
  let missed = 0;
  for (let run = 0; run < 1000; run++) {
    const values = Float64Array.from({ length: 200 }, () => (rng.uniform() < 0.02 ? 1 : 0));
    const bound = empiricalBernstein(values, { low: 0, high: 1, confidence: 0.9 });
    if (0.02 > bound.mean + bound.halfWidth) missed++;
  }
  expect(missed / 1000).toBeLessThanOrEqual(0.1);
});

test("batch means refuse fewer values than batches", () => {
  expect(() => batchMeans([1, 2, 3])).toThrow(/2 ≤ batches ≤ 3/);
});
