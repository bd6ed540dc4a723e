// The exponents are those of the linearisation; here SGD itself, on the nonlinear network and from a distance of 1e-9, must
// agree with the verdict on both sides of every edge of the stable set, 2 to 3 % away from it (from the ends of its interval
// where it has one). Distances are rescaled to 1e-9 as they grow or shrink, so that nothing reaches 0 or leaves the
// neighbourhood. Steps: so many that the exponent there is at least six standard errors from 0.
//
// The mean square has no pathwise meaning: between its edge and that of λ every path shrinks while E‖δ‖² grows by paths too
// rare to be drawn. Its edge is tested on the second moment itself: one step of the nonlinear network under *every* batch,
// from the modes of the second moment that Q maps to a multiple of itself, must multiply the mean squared distance by ρ(Q).
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { compileObjective, type Objective, wasmEngine, wasmFactorKernel } from "../src/compile/index.ts";
import { sampleCurvature } from "../src/curvature/index.ts";
import { readArrays } from "../src/formats/index.ts";
import { minimize } from "../src/minimize/index.ts";
import { initialParameters, networkProblem, readModel } from "../src/network/index.ts";
import {
  createRng,
  dot,
  type Matrix,
  multiplyTransposedVector,
  norm,
  row,
  symmetricEigen,
} from "../src/numeric/index.ts";
import { balancedMinimum, twoWeightNetwork } from "../src/problems/index.ts";
import { type BatchLaw, batchLaw } from "../src/sampling/index.ts";
import { factorNoise, meanSquare, type PreparedProblem, prepare, stableStepSizes } from "../src/stability/index.ts";
import { momentStep } from "../src/stability/moment-step.ts";

const distance = 1e-9;

interface Walk {
  readonly stepSize: number;
  readonly steps: number;
  readonly start: Float64Array;
  /** Takes what belongs to N out of a displacement, in place. */
  readonly keep?: (delta: Float64Array) => void;
  /** Sees the batch of every step before it is taken. */
  readonly see?: (indices: Int32Array, weights: Float64Array) => void;
}

/** Mean log-growth of ‖θ − θ*‖ a step. */
function growth(objective: Objective, minimum: Float64Array, law: BatchLaw, walk: Walk): number {
  const { stepSize, steps, start, keep, see } = walk;
  const stream = law.stream(createRng(4, "near the minimum"));
  const gradient = new Float64Array(minimum.length);
  const delta = start.map((x) => (distance * x) / norm(start));
  const theta = new Float64Array(minimum.length);
  let total = 0;
  for (let t = 0; t < steps; t++) {
    for (let i = 0; i < theta.length; i++) theta[i] = minimum[i]! + delta[i]!;
    const { indices, weights } = stream.next();
    see?.(indices, weights);
    objective.batchGradient(theta, indices, weights, gradient);
    for (let i = 0; i < theta.length; i++) delta[i] = theta[i]! - stepSize * gradient[i]! - minimum[i]!;
    keep?.(delta);
    const size = norm(delta);
    total += Math.log(size / distance);
    for (let i = 0; i < theta.length; i++) delta[i]! *= distance / size;
  }
  return total / steps;
}

// N is one direction at the balanced minimum (1, 1); the edges are the closed forms of THEORY §6, and a step multiplies the
// distance by |1 − 0.81ηs| or |1 − 6.25ηs|, s = 2, with probability ½, which gives the standard error.
describe("the two-weight network", () => {
  const { problem, lambda, mu } = twoWeightNetwork();
  const objective = compileObjective(problem, wasmEngine);
  const minimum = Float64Array.of(1, 1);
  const diagonal = Float64Array.of(Math.SQRT1_2, Math.SQRT1_2);
  const keep = (delta: Float64Array) => {
    const along = dot(delta, diagonal);
    delta.set(diagonal.map((x) => along * x));
  };
  const edges = { gd: balancedMinimum.gd[0]![1], meanSquare: balancedMinimum.meanSquare[0]![1] };
  const beside = (edge: number) => [0.98 * edge, 1.02 * edge];
  const single = batchLaw({ size: 1, sampleCount: 2 });

  test.each(
    balancedMinimum.sgd
      .flat()
      .filter((edge) => edge > 0)
      .flatMap(beside),
  )("SGD at η = %d", (stepSize) => {
    const exponent = lambda(stepSize, 2);
    const [a, b] = [0.81, 6.25].map((h) => Math.log(Math.abs(1 - 2 * h * stepSize)));
    const deviation = Math.abs(a! - b!) / 2;
    const steps = Math.ceil((6 * deviation) / Math.abs(exponent)) ** 2;
    expect(steps).toBeLessThan(300_000);
    const found = growth(objective, minimum, single, { stepSize, steps, start: diagonal, keep });
    expect(Math.sign(found)).toBe(Math.sign(exponent));
    expect(Math.abs(found - exponent)).toBeLessThan((4 * deviation) / Math.sqrt(steps));
  });

  test.each(beside(edges.gd))("gradient descent at η = %d", (stepSize) => {
    const all = batchLaw({ law: "without-replacement", size: 2, sampleCount: 2 });
    const found = growth(objective, minimum, all, { stepSize, steps: 50, start: diagonal, keep });
    expect(Math.abs(found - mu(stepSize, 2))).toBeLessThan(1e-6);
    expect(Math.sign(found)).toBe(stepSize < edges.gd ? -1 : 1);
  });

  test.each([0.999, 1.001])("mean square at %d of its edge: both batches, one step", (share) => {
    const stepSize = share * edges.meanSquare;
    const squares = [0, 1].map((i) => {
      const batch = { size: 1, indices: Int32Array.of(i), weights: Float64Array.of(1) };
      return stepFrom(objective, minimum, diagonal, batch, stepSize);
    });
    const rho = (squares[0]! + squares[1]!) / 2;
    expect(Math.sign(rho - 1)).toBe(Math.sign(share - 1));
    expect(rho).toBeCloseTo(((1 - 1.62 * stepSize) ** 2 + (1 - 12.5 * stepSize) ** 2) / 2, 6);
  });
});

/** ‖δ′‖²/‖δ‖² of one step from θ* + 1e-9 v under one batch, v a unit vector. */
function stepFrom(
  objective: Objective,
  minimum: Float64Array,
  v: Float64Array,
  { indices, weights }: { readonly indices: Int32Array; readonly weights: Float64Array },
  stepSize: number,
): number {
  const theta = minimum.map((x, i) => x + distance * v[i]!);
  const gradient = new Float64Array(theta.length);
  objective.batchGradient(theta, indices, weights, gradient);
  const delta = theta.map((x, i) => x - stepSize * gradient[i]! - minimum[i]!);
  return (norm(delta) / distance) ** 2;
}

// Twenty handwritten digits, learnt by heart by a network of 910 parameters: r = mk = 200 directions, slow and stiff. The
// factor's coordinates c belong to displacements v = Jᵀu, c = Φᵀu.
describe("digits", { timeout: 120_000 }, () => {
  const m = 20;
  let objective: Objective;
  let minimum: Float64Array;
  const prepared = new Map<string, PreparedProblem>();

  beforeAll(() => {
    const bytes = readFileSync(new URL("../examples/data/digits.csv.gz", import.meta.url));
    const { data } = [...readArrays(bytes, "digits.csv.gz")][0]![1]();
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
    objective = compileObjective(problem, wasmEngine);
    const found = minimize(objective, initialParameters(model, "torch", 0).theta, { tolerance: 1e-26 });
    expect(found.status).toBe("converged");
    minimum = found.theta;
  });

  function under(law: BatchLaw): PreparedProblem {
    const key = `${law.name} ${law.size}`;
    let problem = prepared.get(key);
    if (problem === undefined) {
      const { factor, rows: outputs } = sampleCurvature(objective, minimum);
      const rng = createRng(0, "digits");
      problem = prepare({ factor, outputs, law, rng, kernel: wasmFactorKernel });
      expect(problem.blocks.map(({ eigenvalues }) => eigenvalues.length)).toEqual([200]);
      prepared.set(key, problem);
    }
    return problem;
  }

  /** The displacement in parameter space of coordinates c: ΦᵀΦ = m·diag(λ) for equal weights. */
  function displacement({ blocks }: PreparedProblem, c: Float64Array): Float64Array {
    const { samples, eigenvalues } = blocks[0]!;
    const u = Float64Array.from({ length: samples.factor.rows }, (_, i) =>
      row(samples.factor, i).reduce((sum, phi, a) => sum + (phi * c[a]!) / (m * eigenvalues[a]!), 0),
    );
    const v = new Float64Array(minimum.length);
    objective.vjp(minimum, u, v);
    expect(norm(multiplyTransposedVector(samples.factor, u).map((x, a) => x - c[a]!))).toBeLessThan(1e-9 * norm(c));
    expect(Math.abs(norm(v) / norm(c) - 1)).toBeLessThan(1e-9);
    return v;
  }

  test.each([0.98, 1.02])("gradient descent at %d of its edge", (share) => {
    const all = batchLaw({ law: "without-replacement", size: m, sampleCount: m });
    const problem = under(all);
    const stiff = displacement(
      problem,
      Float64Array.from({ length: 200 }, (_, a) => (a === 0 ? 1 : 0)),
    );
    const stepSize = (share * 2) / problem.eigenvalues[0]!;
    const found = growth(objective, minimum, all, { stepSize, steps: 100, start: stiff });
    expect(Math.abs(found - Math.log(2 * share - 1))).toBeLessThan(1e-5);
    expect(Math.sign(found)).toBe(Math.sign(share - 1));
  });

  // Batches of two: the edge of SGD lies well below that of gradient descent. Below it the slow directions decide
  // (λ ≈ −4e-5), and the start is mixed of all; above it the stiff ones do. Beside the nonlinear walk the linear one is taken
  // with the same batches.
  test("SGD on both sides of its edge, 3 % from the ends of the interval", () => {
    const law = batchLaw({ size: 2, sampleCount: m });
    const problem = under(law);
    const gd = 2 / problem.eigenvalues[0]!;
    const sets = stableStepSizes(problem, { range: [0.7 * gd, gd], count: 3, steps: 2e4 });
    const [edge, error] = [sets.sgd[0]![1], sets.sgdError[0]![1]];
    expect(sets.sgd).toHaveLength(1);
    expect(error / edge).toBeLessThan(0.03);
    const { kernel } = problem.blocks[0]!;
    for (const [stepSize, sign] of [
      [0.97 * (edge - error), -1],
      [1.03 * (edge + error), 1],
    ] as const) {
      const c = Float64Array.from({ length: 200 }, (_, a) => (a === 0 ? 3 : 1));
      const start = displacement(problem, c);
      let linear = -Math.log(norm(c));
      const steps = 16_000;
      const see = (indices: Int32Array, weights: Float64Array) => {
        kernel.apply(indices, weights, stepSize, c);
        const size = norm(c);
        if (size < 1e-100 || size > 1e100) {
          linear += Math.log(size);
          c.forEach((x, a) => {
            c[a] = x / size;
          });
        }
      };
      const found = growth(objective, minimum, law, { stepSize, steps, start, see });
      linear = (linear + Math.log(norm(c))) / steps;
      expect(Math.sign(found)).toBe(sign);
      expect(Math.abs(found - linear)).toBeLessThan(1e-6);
    }
  });

  // Below the edge the mode that Q stretches most is the slowest one; what crosses 1 at the edge is the S of the noise.
  test("mean square on both sides of its edge: one step under every batch", () => {
    const law = batchLaw({ size: 1, sampleCount: m });
    const problem = under(law);
    const moments = meanSquare(problem)!;
    const edge = moments.threshold();
    const { rho, moment } = moments.block(0, 1.005 * edge);
    const { values, vectors } = symmetricEigen(moment!);
    const modes = values.filter((value) => value > 1e-9 * values[0]!).length;
    const { samples, eigenvalues } = problem.blocks[0]!;
    const noisy = factorNoise(samples, eigenvalues, law.secondMoment!);
    const displacements = Array.from({ length: modes }, (_, a) => displacement(problem, row(vectors, a)));
    for (const share of [0.995, 1.005]) {
      const stepSize = share * edge;
      let [before, after] = [0, 0];
      displacements.forEach((v, a) => {
        for (const batch of law.distinctBatches()!) {
          after += values[a]! * batch.probability * stepFrom(objective, minimum, v, batch, stepSize);
        }
        before += values[a]!;
      });
      const expected = trace(momentStep(noisy, { type: "gd" }, stepSize)(moment!)) / trace(moment!);
      if (share > 1) expect(Math.abs(expected - rho)).toBeLessThan(1e-7);
      expect(Math.sign(after / before - 1)).toBe(Math.sign(share - 1));
      expect(Math.abs(after / before - expected)).toBeLessThan(1e-6);
    }
  });
});

function trace({ data, cols }: Matrix): number {
  return data.reduce((sum, x, e) => (e % (cols + 1) === 0 ? sum + x : sum), 0);
}
