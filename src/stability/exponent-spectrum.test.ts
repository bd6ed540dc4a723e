import { expect, test } from "vitest";
import { createRng, digamma, matrix } from "../numeric/index.ts";
import { batchLaw } from "../sampling/index.ts";
import { cocycle } from "./cocycle.ts";
import { exponentSpectrum, lambdaSpectrum } from "./exponent-spectrum.ts";
import { lambda } from "./lambda.ts";
import { prepare } from "./prepared-problem.ts";

// Newman 1986: all exponents of Gaussian products, λ_i = ½[ln 2 + ψ((d − i + 1)/2)].
test("spectrum of Gaussian products, d = 4", () => {
  const d = 4;
  const gaussian = cocycle({
    dimension: d,
    factors: (rng) => (frame, count) => {
      const a = Float64Array.from({ length: d * d }, () => rng.normal());
      for (let v = 0; v < count; v++) {
        const c = frame.slice(v * d, (v + 1) * d);
        for (let i = 0; i < d; i++) {
          frame[v * d + i] = 0;
          for (let j = 0; j < d; j++) frame[v * d + i] += a[i * d + j] * c[j];
        }
      }
    },
  });
  const exponents = exponentSpectrum(gaussian, { rng: createRng(1), steps: 20_000 });
  expect(exponents).toHaveLength(d);
  exponents.forEach(({ value, confidence95 }, i) => {
    const truth = (Math.LN2 + digamma((d - i) / 2)) / 2;
    const half = (confidence95[1] - confidence95[0]) / 2;
    expect(Math.abs(value - truth)).toBeLessThan(2.5 * half);
    expect(half).toBeLessThan(0.05);
  });
  const two = exponentSpectrum(gaussian, { rng: createRng(1), steps: 4000, count: 2 });
  expect(two).toHaveLength(2);
});

// Σ λ_i = E log|det(I − ηH_B)|, exactly known for listed batches: with it as control the sum is exact whatever the run.
test("exponents of SGD add up to the mean log-determinant", () => {
  const rng = createRng(2, "spectrum");
  const factor = matrix(
    5,
    3,
    Float64Array.from({ length: 15 }, () => rng.normal()),
  );
  const problem = prepare({ factor, law: batchLaw({ size: 1, sampleCount: 5 }), rng });
  const stepSize = 0.3 * problem.contractionLimit;
  const { exponents, exactSum } = lambdaSpectrum(problem, stepSize, { steps: 10_000 });
  const sum = exponents.reduce((total, { value }) => total + value, 0);
  expect(sum).toBeCloseTo(exactSum!, 10);
  expect(exponents[0].value).toBeGreaterThan(exponents[1].value);
  const top = lambda(problem, stepSize, { steps: 20_000, certify: false });
  expect(Math.abs(exponents[0].value - top.value!)).toBeLessThan(0.01);
  expect(top.lowerBound).toBeCloseTo(exactSum! / 3, 12);
});

test("a singular factor annihilates the last direction only", () => {
  const half = cocycle({
    dimension: 2,
    factors: () => (frame, count) => {
      for (let v = 0; v < count; v++) {
        frame[2 * v] *= 0.5;
        frame[2 * v + 1] = 0;
      }
    },
  });
  const [first, second] = exponentSpectrum(half, { rng: createRng(1), steps: 200 });
  expect(first.value).toBeCloseTo(-Math.LN2, 14);
  expect(second.value).toBe(Number.NEGATIVE_INFINITY);
});
