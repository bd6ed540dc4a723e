// The known answers hold for the programs: the paper's example (THEORY §6, values printed there), G2 and the toy of Wu,
// Ma and E (THEORY §6), the logistic map (Strogatz §10.3), the natural singular maps (THEORY §2).
import { describe, expect, test } from "vitest";
import { compileObjective, interpreterEngine, type Objective } from "../compile/index.ts";
import { mapAsProgram, updateMap } from "../descent/index.ts";
import { initialParameters, readModel } from "../network/index.ts";
import { createRng, matrix, symmetricEigenvalues } from "../numeric/index.ts";
import type { Problem } from "../program/index.ts";
import * as known from "./index.ts";

const objectiveOf = (problem: Problem) => compileObjective(problem, interpreterEngine);

function gradientDescent(problem: Problem, stepSize: number) {
  const map = updateMap(problem.lossProgram(problem.sampleCount), { type: "gd" });
  const { buffers, run } = interpreterEngine.load(mapAsProgram(map));
  for (const [name, values] of Object.entries({ ...problem.data, weights: problem.weights }))
    buffers[name]?.set(values);
  buffers["stepSize"]!.fill(stepSize);
  return (theta: Float64Array) => {
    buffers["theta"]!.set(theta);
    run();
    return buffers["nextTheta"]!.slice();
  };
}

function hessian(objective: Objective, theta: Float64Array, indices?: Int32Array): Float64Array {
  const n = objective.dimension;
  const result = new Float64Array(n * n);
  const unit = new Float64Array(n);
  const out = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    unit.fill(0)[j] = 1;
    if (indices)
      objective.batchHvp(theta, indices, new Float64Array(indices.length).fill(1 / indices.length), unit, out);
    else objective.hvp(theta, unit, out);
    result.set(out, j * n);
  }
  return result;
}

const spectrum = (objective: Objective, theta: Float64Array, indices?: Int32Array) =>
  symmetricEigenvalues(matrix(objective.dimension, objective.dimension, hessian(objective, theta, indices)));

describe("the paper's two-weight network", () => {
  test.each([0.5, 0.58])("μ and λ are those of the Hessians (p = %d)", (p) => {
    const { problem, minimum, mu, lambda } = known.twoWeightNetwork(p);
    const objective = objectiveOf(problem);
    for (const s of [2, 2.5, 4, 7]) {
      const theta = minimum(s);
      expect(objective.loss(theta)).toBeLessThan(1e-30);
      for (const stepSize of [0.15, 0.3]) {
        const top = (indices?: Int32Array) =>
          Math.log(Math.abs(1 - stepSize * spectrum(objective, theta, indices)[0]!));
        expect(mu(stepSize, s)).toBeCloseTo(top(), 12);
        expect(lambda(stepSize, s)).toBeCloseTo(p * top(Int32Array.of(0)) + (1 - p) * top(Int32Array.of(1)), 12);
      }
    }
  });

  test("spot values and the edges of Fig. 4", () => {
    // The last one by 30-digit arithmetic, −1.287662531609352815…; THEORY prints it with an error of 2e-11.
    const spots = [
      [0.15, 0.5, 2, -2.8302178350764, -0.20596170908461],
      [0.3, 0.58, 4, 0.99833512714139, -1.2876625316093528],
    ] as const;
    for (const [stepSize, p, s, mu, lambda] of spots) {
      const network = known.twoWeightNetwork(p);
      expect(network.mu(stepSize, s)).toBeCloseTo(mu, 12);
      expect(network.lambda(stepSize, s)).toBeCloseTo(lambda, 12);
    }
    for (const { stepSize, p, gd, sgd } of known.figure4) {
      const { mu, lambda } = known.twoWeightNetwork(p);
      // An edge is a sign change; s = 2 is the end of the family, not an edge. Digits printed: 15.
      const changes = (f: (s: number) => number, s: number) => Math.sign(f(s * (1 - 1e-13)) * f(s * (1 + 1e-13)));
      for (const s of gd.flat().filter((x) => x > 2)) expect(changes((x) => mu(stepSize, x), s)).toBe(-1);
      for (const s of sgd.flat().filter((x) => x > 2)) expect(changes((x) => lambda(stepSize, x), s)).toBe(-1);
    }
  });

  test("the balanced minimum's stable step sizes", () => {
    const { mu, lambda } = known.twoWeightNetwork();
    const changes = (f: (x: number) => number, x: number) => Math.sign(f(x - 1e-13) * f(x + 1e-13));
    for (const eta of known.balancedMinimum.gd.flat().filter((x) => x > 0))
      expect(changes((x) => mu(x, 2), eta)).toBe(-1);
    for (const eta of known.balancedMinimum.sgd.flat().filter((x) => x > 0)) {
      expect(changes((x) => lambda(x, 2), eta)).toBe(-1);
    }
    // Mean square of a scalar factor: E(1 − ηk)² = 1 at η = 2E k/E k².
    const k = [2 * 0.81, 2 * 6.25] as const;
    const meanSquare = (k[0] + k[1]) / ((k[0] ** 2 + k[1] ** 2) / 2);
    expect(known.balancedMinimum.meanSquare[0][1]).toBeCloseTo(meanSquare, 13);
  });

  test("the trajectories and the 2-cycle of Fig. 3", () => {
    const { problem } = known.twoWeightNetwork();
    const walk = (stepSize: number, steps: number) => {
      const step = gradientDescent(problem, stepSize);
      let theta = Float64Array.of(1.48, 1 / 1.48 + 0.1);
      for (let t = 0; t < steps; t++) theta = step(theta);
      return theta;
    };
    const rest = walk(0.25, 4000);
    expect(rest[0]).toBeCloseTo(1.210129806444702, 12);
    expect(rest[1]).toBeCloseTo(0.8263576309536146, 12);
    const { a, b, multipliers } = known.twoCycle(3.53 * 0.325);
    expect([a, b]).toEqual([expect.closeTo(0.771520811155029, 13), expect.closeTo(1.12978105614174, 13)]);
    const cycling = walk(0.325, 5000);
    expect(Math.min(Math.abs(cycling[0]! - a), Math.abs(cycling[0]! - b))).toBeLessThan(1e-10);
    const step = gradientDescent(problem, 0.325);
    expect(step(Float64Array.of(a, a))[0]).toBeCloseTo(b, 13);
    expect(step(Float64Array.of(b, b))[0]).toBeCloseTo(a, 13);
    // Monodromy by the product of the two symmetric tangents, which commute with the diagonal.
    const objective = objectiveOf(problem);
    const along = [a, b].map((x) => {
      const h = hessian(objective, Float64Array.of(x, x));
      return [1 - 0.325 * (h[0]! + h[1]!), 1 - 0.325 * (h[0]! - h[1]!)] as const;
    });
    expect(along[0]![0] * along[1]![0]).toBeCloseTo(multipliers[0], 12);
    expect(along[0]![1] * along[1]![1]).toBeCloseTo(multipliers[1], 12);
    expect(known.twoCycle(3.53 * known.cascade.flips[1]).multipliers[0]).toBeCloseTo(-1, 9);
    expect(known.balancedMinimum.gd[0][1]).toBeCloseTo(known.cascade.flips[0], 11);
  });
});

test("G2: the minimum, the Jacobian and the threshold of GD", () => {
  const objective = objectiveOf(known.g2());
  const theta = Float64Array.from(known.g2Values.theta);
  expect(objective.loss(theta)).toBe(0);
  const jacobian = new Float64Array(4);
  objective.jacobian(theta, jacobian);
  expect([...jacobian]).toEqual([1, 0, 1, 1]);
  expect(2 / spectrum(objective, theta)[0]!).toBeCloseTo(known.g2Values.gd, 13);
});

test("the toy of Wu, Ma and E", () => {
  const objective = objectiveOf(known.wuMaE());
  const { stepSize, minima } = known.wuMaEValues;
  for (const { x, mu, lambda } of minima) {
    const theta = Float64Array.of(x);
    const factor = (indices?: Int32Array) => Math.log(Math.abs(1 - stepSize * hessian(objective, theta, indices)[0]!));
    expect(objective.loss(theta)).toBe(0);
    expect(factor()).toBeCloseTo(mu, 14);
    expect((factor(Int32Array.of(0)) + factor(Int32Array.of(1))) / 2).toBeCloseTo(lambda, 14);
  }
});

test("gradient descent on the cubic is the logistic map", () => {
  for (const r of [2.8, 3.4, 3.9]) {
    const step = gradientDescent(known.logisticBridge(r), 1);
    for (const x of [0.1, 0.45, 0.8]) expect(step(Float64Array.of(x))[0]).toBeCloseTo(r * x * (1 - x), 14);
  }
  const { points, multiplier } = known.logisticValues.twoCycle(3.3);
  const step = gradientDescent(known.logisticBridge(3.3), 1);
  expect(step(Float64Array.of(points[0]))[0]).toBeCloseTo(points[1], 14);
  const objective = objectiveOf(known.logisticBridge(3.3));
  const slopes = points.map((x) => 1 - hessian(objective, Float64Array.of(x))[0]!);
  expect(slopes[0]! * slopes[1]!).toBeCloseTo(multiplier, 13);
});

describe.each(known.singularExamples())("$name", ({ problem, theta, stepSizes, weightDecay, everywhere }) => {
  const objective = objectiveOf(problem);
  const rng = createRng(3, "piece");
  const nearby = Array.from({ length: 4 }, (_, i) =>
    theta.map((x) => x + (i === 0 ? 0 : (everywhere ? 2 : 0.05) * rng.normal())),
  );
  const spectra = nearby.map((x) => [...spectrum(objective, x)].map((lambda) => lambda + weightDecay));

  test("1/η is an eigenvalue of H at every point of the piece", () => {
    for (const eta of stepSizes) {
      for (const values of spectra) expect(Math.min(...values.map((x) => Math.abs(1 - eta * x)))).toBeLessThan(1e-12);
    }
  });

  test("no other non-zero eigenvalue is common to all points", () => {
    const scale = Math.max(...spectra.flat().map(Math.abs));
    const common = spectra[0]!.filter(
      (x) =>
        Math.abs(x) > 1e-9 * scale && spectra.every((values) => values.some((y) => Math.abs(x - y) < 1e-9 * scale)),
    );
    for (const x of common) expect(stepSizes.some((eta) => Math.abs(1 - eta * x) < 1e-8)).toBe(true);
  });
});

test("a network's own outputs are interpolated", () => {
  const model = readModel({
    input: [3],
    layers: [
      { type: "dense", units: 4, activation: "gelu" },
      { type: "dense", units: 2 },
    ],
  });
  const { theta } = initialParameters(model, "heNormal", 2);
  const rng = createRng(4, "inputs");
  const data = { inputs: Float64Array.from({ length: 900 }, () => rng.normal()), sampleCount: 300 };
  const objective = objectiveOf(known.ownTargets(model, { type: "mse", scale: 1 }, data, theta));
  expect(objective.loss(theta)).toBe(0);
  expect(objective.loss(theta.map((x) => x + 0.1))).toBeGreaterThan(1e-4);
});
