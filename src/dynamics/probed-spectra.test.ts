// Singular values from random probes against maps whose singular values are known: counts and dimensions come out within the
// spread of the probes (Efron's jackknife), the bound of the smallest one holds for eigenvalues of both signs, and the Gram
// operator of a map with an adjoint gives what a symmetric one gives.
import { describe, expect, test } from "vitest";
import { createRng, jackknifeError, mean, variance } from "../numeric/index.ts";
import { type DiscreteMap, rdsSharpness, sharpnessDimension } from "./index.ts";
import { probedSpectra } from "./probed-spectra.ts";

/** x ↦ diag(d) x; probes are random, so no coordinates are special. */
function diagonal(d: readonly number[], symmetric = true): DiscreteMap {
  const apply = (x: Float64Array, out: Float64Array) => out.set(x.map((v, i) => v * d[i]!));
  const tangent: DiscreteMap["tangent"] = (_, v, out) => apply(v, out);
  return { dimension: d.length, step: apply, tangent, ...(symmetric ? { symmetric } : { adjoint: tangent }) };
}

const origin = (n: number) => new Float64Array(n);
const sortedLogs = (d: readonly number[]) =>
  Float64Array.from(d, (x) => Math.log(Math.abs(x)))
    .sort()
    .reverse();

describe("the spread of the probes", () => {
  const n = 160;
  const values = Array.from({ length: n }, (_, i) => 2 * Math.exp((-3 * (i + 0.5)) / n));
  const truth = sharpnessDimension(sortedLogs(values));
  const runs = Array.from({ length: 40 }, (_, seed) => {
    const spectrum = { method: "quadrature", probes: 8 } as const;
    const options = { rng: createRng(seed, "probes"), spectrum, lanczosSteps: 30 };
    const { orders, leftOut } = rdsSharpness([{ map: diagonal(values), probability: 1 }], [origin(n)], options);
    return { dimension: sharpnessDimension(orders), error: jackknifeError(leftOut.map((o) => sharpnessDimension(o))) };
  });

  test("is the standard deviation of the dimension over independent runs, and its mean is the truth", () => {
    const found = runs.map(({ dimension }) => dimension);
    const deviation = Math.sqrt(variance(found));
    expect(Math.abs(mean(found) - truth)).toBeLessThan(3 * (deviation / Math.sqrt(runs.length)) + 0.5);
    const claimed = mean(runs.map(({ error }) => error));
    // 40 runs know a standard deviation to 11 %, their mean error to less.
    expect(claimed / deviation).toBeGreaterThan(0.7);
    expect(claimed / deviation).toBeLessThan(1.45);
  });

  test("covers the truth: Student's interval at 95 % misses in at most 6 of 40 runs (binomial, 99.8 %)", () => {
    const quantile = 2.364624251592785; // t_{0.975, 7}
    const missed = runs.filter(({ dimension, error }) => Math.abs(dimension - truth) > quantile * error).length;
    expect(missed).toBeLessThanOrEqual(6);
  });

  test("is 0 where all singular values agree, and absent from one probe", () => {
    const flat = [{ map: diagonal(new Array<number>(n).fill(0.7)), probability: 1 }];
    const found = rdsSharpness(flat, [origin(n)], { rng: createRng(1, "flat") });
    expect(found.leftOut).toHaveLength(8);
    for (const orders of found.leftOut) for (const s of orders) expect(s).toBeCloseTo(Math.log(0.7), 10);
    const one = rdsSharpness(flat, [origin(n)], {
      ...{ rng: createRng(1, "flat"), spectrum: { method: "quadrature", probes: 1 } },
    });
    expect(one.leftOut).toEqual([]);
  });
});

describe("the smallest singular value", () => {
  // With eigenvalues of both signs a Ritz value may come as near to 0 as it likes; |Ay| of its vector cannot.
  const both = Array.from({ length: 200 }, (_, i) => (i % 2 ? -1 : 1) * (1 + (i + 0.5) / 200));

  test.each([3, 5, 8, 12, 30])("is bounded from above after %d steps, whatever the signs", (lanczosSteps) => {
    for (const seed of [1, 2, 3]) {
      const options = { probes: 2, lanczosSteps, rng: createRng(seed, "signs") };
      const { bound } = probedSpectra(diagonal(both), origin(200), options);
      expect(bound).toBeGreaterThanOrEqual(1 - 1e-12);
      expect(probedSpectra(diagonal(both, false), origin(200), options).bound).toBeGreaterThanOrEqual(1 - 1e-12);
    }
  });

  test("is found where the probes can see it", () => {
    const one = [0.01, ...new Array<number>(149).fill(0.8)];
    const options = { probes: 3, rng: createRng(5, "small") };
    expect(probedSpectra(diagonal(one), origin(150), options).bound).toBeCloseTo(0.01, 9);
    expect(probedSpectra(diagonal(one, false), origin(150), options).bound).toBeCloseTo(0.01, 7);
  });
});

test("a map with an adjoint and a symmetric one give the same values within their probes", () => {
  const n = 140;
  const values = Array.from({ length: n }, (_, i) => 1.3 - (1.1 * i) / n);
  const options = { probes: 6, rng: createRng(2, "gram") };
  const [symmetric] = probedSpectra(diagonal(values), origin(n), options).spectra;
  const [gram] = probedSpectra(diagonal(values, false), origin(n), options).spectra;
  for (let k = 0; k < n; k++) expect(Math.abs(symmetric![k]! - gram![k]!)).toBeLessThan(0.06);
});
