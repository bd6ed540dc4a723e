// The exponents are those of the linearisation; here SGD itself, on the nonlinear network and from a distance of 1e-9,
// must agree with the verdict on both sides of every edge of the stable set. Distances are rescaled to 1e-9 as they grow
// or shrink, so that nothing reaches 0 or leaves the neighbourhood.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compileObjective, type Objective, wasmEngine } from "../src/compile/index.ts";
import { readArrays } from "../src/formats/index.ts";
import { minimize } from "../src/minimize/index.ts";
import { initialParameters, networkProblem, readModel } from "../src/network/index.ts";
import { createRng, dot, norm } from "../src/numeric/index.ts";
import { balancedMinimum, twoWeightNetwork } from "../src/problems/index.ts";
import { type BatchLaw, batchLaw } from "../src/sampling/index.ts";

const distance = 1e-9;

/** Mean log-growth of ‖θ − θ*‖ a step; `keep` takes what belongs to N out of a displacement, in place. */
function growth(
  objective: Objective,
  minimum: Float64Array,
  law: BatchLaw,
  options: { stepSize: number; steps: number; start: Float64Array; keep: (delta: Float64Array) => void },
): number {
  const { stepSize, steps, start, keep } = options;
  const stream = law.stream(createRng(4, "near the minimum"));
  const gradient = new Float64Array(minimum.length);
  const delta = start.map((x) => (distance * x) / norm(start));
  let total = 0;
  for (let t = 0; t < steps; t++) {
    const theta = minimum.map((x, i) => x + delta[i]!);
    const { indices, weights } = stream.next();
    objective.batchGradient(theta, indices, weights, gradient);
    theta.forEach((x, i) => {
      delta[i] = x - stepSize * gradient[i]! - minimum[i]!;
    });
    keep(delta);
    const size = norm(delta);
    total += Math.log(size / distance);
    delta.forEach((x, i) => {
      delta[i] = (x * distance) / size;
    });
  }
  return total / steps;
}

// N is one direction at the balanced minimum (1, 1); the edges are the closed forms of THEORY §6.
describe("the two-weight network", () => {
  const { problem, lambda } = twoWeightNetwork();
  const objective = compileObjective(problem, wasmEngine);
  const diagonal = Float64Array.of(Math.SQRT1_2, Math.SQRT1_2);
  const keep = (delta: Float64Array) => {
    const along = dot(delta, diagonal);
    delta.set(diagonal.map((x) => along * x));
  };
  const edges = balancedMinimum.sgd.flat().filter((edge) => edge > 0);
  test.each(edges.flatMap((edge) => [0.95 * edge, 1.05 * edge]))("η = %d", (stepSize) => {
    const options = { stepSize, steps: 20_000, start: diagonal, keep };
    const found = growth(objective, Float64Array.of(1, 1), batchLaw({ size: 1, sampleCount: 2 }), options);
    expect(Math.sign(found)).toBe(Math.sign(lambda(stepSize, 2)));
    expect(Math.abs(found - lambda(stepSize, 2))).toBeLessThan(0.03);
  });
});

// Twenty handwritten digits, learnt by heart: SGD with batches of ten is stable below 0.1016 and not above (the example
// sampling-laws.yaml). The stiffest direction is followed: the others are slow.
test("digits", { timeout: 120_000 }, () => {
  const bytes = readFileSync(new URL("../examples/data/digits.csv.gz", import.meta.url));
  const { data } = [...readArrays(bytes, "digits.csv.gz")][0]![1]();
  const m = 20;
  const inputs = Float64Array.from({ length: m * 64 }, (_, e) => data[Math.floor(e / 64) * 65 + (e % 64)]! / 16);
  const targets = Float64Array.from({ length: m * 10 }, (_, e) =>
    Number(data[Math.floor(e / 10) * 65 + 64] === e % 10),
  );
  const model = readModel({
    input: [64],
    layers: [
      { type: "dense", units: 12, activation: "gelu" },
      { type: "dense", units: 10 },
    ],
  });
  const problem = networkProblem(model, { type: "mse", scale: 0.5 }, { inputs, targets, sampleCount: m });
  const objective = compileObjective(problem, wasmEngine);
  const found = minimize(objective, initialParameters(model, "torch", 0).theta, { tolerance: 1e-26 });
  expect(found.status).toBe("converged");
  const rng = createRng(1, "direction");
  let stiff = Float64Array.from(found.theta, () => rng.normal());
  const image = new Float64Array(stiff.length);
  let sharpness = 0;
  for (let i = 0; i < 100; i++) {
    objective.hvp(found.theta, stiff, image);
    sharpness = norm(image) / norm(stiff);
    stiff = image.map((x) => x / norm(image));
  }
  const law = batchLaw({ size: 10, sampleCount: m });
  const at = (share: number) =>
    growth(objective, found.theta, law, {
      stepSize: (share * 2) / sharpness,
      steps: 1500,
      start: stiff,
      keep: () => {},
    });
  expect(at(0.9)).toBeLessThan(0);
  expect(at(1.15)).toBeGreaterThan(0.02);
});
