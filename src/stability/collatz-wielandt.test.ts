import { expect, test } from "vitest";
import { createRng, matrix, type Rng } from "../numeric/index.ts";
import { type BatchLaw, batchLaw } from "../sampling/index.ts";
import { certifiedUpperBound } from "./collatz-wielandt.ts";
import { meanSquare } from "./mean-square.ts";
import { prepare } from "./prepared-problem.ts";

function bounds(factor: ReturnType<typeof matrix>, outputs: number, law: BatchLaw, rng: Rng, ratio: number) {
  const problem = prepare({ factor, outputs, law, rng });
  const moments = meanSquare(problem)!;
  const stepSize = ratio * moments.threshold();
  const bound = certifiedUpperBound(
    problem.blocks[0],
    law.probabilities,
    law.secondMoment!,
    stepSize,
    moments.block(0, stepSize),
  );
  return { bound: bound!, exponent: moments.exponent(stepSize) };
}

// Collatz–Wielandt: S ≻ 0 with Q(S) ⪯ ρ′S proves ρ(Q) ≤ ρ′. Above the computed exponent, and by less than 1e-6.
test.each([0.05, 0.5, 0.999, 1.001, 1.5])("proved upper bounds are just above the exponent, η = %d η_MS", (ratio) => {
  for (let seed = 0; seed < 12; seed++) {
    const rng = createRng(seed, "collatz");
    const outputs = 1 + (seed % 3);
    const factor = matrix(
      6 * outputs,
      4,
      Float64Array.from({ length: 24 * outputs }, () => rng.normal()),
    );
    const law = [
      batchLaw({ size: 2, sampleCount: 6 }),
      batchLaw({ law: "without-replacement", size: 4, sampleCount: 6 }),
      batchLaw({ law: "antithetic", size: 2, sampleCount: 6 }),
      batchLaw({ law: "label-balanced", size: 2, sampleCount: 6, labels: [0, 0, 1, 1, 0, 1] }),
    ][seed % 4];
    const { bound, exponent } = bounds(factor, outputs, law, rng, ratio);
    expect(bound).toBeGreaterThan(exponent);
    expect(bound - exponent).toBeLessThan(1e-6);
    if (ratio < 1) expect(bound).toBeLessThan(0);
  }
});

test("rank 60 with a wide spectrum", () => {
  const rng = createRng(1, "wide");
  const factor = matrix(
    60,
    60,
    Float64Array.from({ length: 3600 }, (_, i) => rng.normal() / (1 + (i % 60))),
  );
  const { bound, exponent } = bounds(factor, 1, batchLaw({ size: 8, sampleCount: 60 }), rng, 0.8);
  expect(bound).toBeGreaterThan(exponent);
  expect(bound).toBeLessThan(0);
});

// A ρ that is too small has no witness: the proof must fail, whatever S the search returns.
test("nothing is proved below the truth", () => {
  const rng = createRng(2);
  const factor = matrix(
    5,
    3,
    Float64Array.from({ length: 15 }, () => rng.normal()),
  );
  const law = batchLaw({ size: 1, sampleCount: 5 });
  const problem = prepare({ factor, law, rng });
  const moments = meanSquare(problem)!;
  const stepSize = 0.5 * moments.threshold();
  const { rho, moment } = moments.block(0, stepSize);
  for (const lowered of [rho - 1e-5, rho - 1e-2, 0.5 * rho]) {
    const found = { rho: lowered, moment };
    expect(certifiedUpperBound(problem.blocks[0], law.probabilities, law.secondMoment!, stepSize, found)).toBeNull();
  }
});
