// Training on problems whose every step is known: quadratics (θ_t = (1 − ηλ)^t θ_0 along each eigenvector), the
// two-weight network of Crăciun and Ghoshdastidar (its 2-cycle and its death, THEORY §6), and dense spectra beside
// Lanczos. Thresholds: THEORY §3 and §5.
import { describe, expect, test } from "vitest";
import { compileDescent, compileObjective, interpreterEngine, updateKernel, wasmEngine } from "../compile/index.ts";
import { readUpdateRule, type UpdateRuleSpec } from "../descent/index.ts";
import { initialParameters, networkProblem, readModel } from "../network/index.ts";
import { createRng, matrix, norm, symmetricEigenvalues } from "../numeric/index.ts";
import { twoCycle, twoWeightNetwork } from "../problems/index.ts";
import { formulaProblem, type Problem } from "../program/index.ts";
import { batchLaw } from "../sampling/index.ts";
import { batchSharpness, stabilityThreshold, type TrainOptions, train } from "./index.ts";

const run = (
  problem: Problem,
  rule: UpdateRuleSpec,
  start: ArrayLike<number>,
  options: Partial<TrainOptions> & { readonly steps: number; readonly stepSize: number },
) => {
  const { stepSize, ...rest } = options;
  return train(
    compileObjective(problem, wasmEngine),
    updateKernel(problem.dimension, rule, wasmEngine),
    Float64Array.from(start),
    {
      ...{ rule: readUpdateRule(rule), stepSizeAt: () => stepSize, law: null, every: 1, top: 1 },
      ...{ rng: createRng(1, "train"), ...rest },
    },
  );
};

const quadratic = formulaProblem({ parameters: ["x", "y"], samples: ["2*x^2 + 0.5*y^2"] });

test("descent on a quadratic: θ_t, loss, gradient and eigenvalues at every row, and the last step too", () => {
  const { columns, theta, fate } = run(quadratic, { type: "gd" }, [1, 1], {
    steps: 7,
    stepSize: 0.3,
    every: 3,
    top: 2,
  });
  expect(columns.step).toEqual([0, 3, 6, 7]);
  columns.step!.forEach((t, row) => {
    const [x, y] = [(1 - 0.3 * 4) ** t, (1 - 0.3) ** t];
    expect(columns.loss![row]).toBeCloseTo(2 * x * x + 0.5 * y * y, 14);
    expect(columns.gradientNorm![row]).toBeCloseTo(Math.hypot(4 * x, y), 14);
    expect(columns.sharpness![row]).toBeCloseTo(4, 12);
    expect(columns.eigenvalue2![row]).toBeCloseTo(1, 12);
    expect(columns.threshold![row]).toBe(2 / 0.3);
    expect(columns.piecesCrossed![row]).toBe(0);
  });
  expect(theta[1]).toBeCloseTo(0.7 ** 7, 14);
  expect(fate.kind).toBe("wandering");
});

// θ_t = d^t, d = 0.7 along y: the mean of the iterates after step 2 is Σ d^s/(t − 2), and the exponential average solves
// θ̄_t = γθ̄_{t−1} + (1 − γ)d^t from θ̄_2 = d².
test("averages of the iterates, their loss and their distance", () => {
  const line = formulaProblem({ parameters: ["y"], samples: ["0.5*y^2"] });
  const options = { steps: 12, stepSize: 0.3 };
  const polyak = run(line, { type: "gd" }, [1], { ...options, averaging: { type: "polyak", start: 2 } });
  const decaying = run(line, { type: "gd" }, [1], {
    ...options,
    averaging: { type: "exponential", decay: 0.9, start: 2 },
  });
  let [sum, exponential] = [0, 0.7 ** 2];
  for (let t = 0; t <= 12; t++) {
    const theta = 0.7 ** t;
    if (t > 2) [sum, exponential] = [sum + theta, 0.9 * exponential + 0.1 * theta];
    const mean = t > 2 ? sum / (t - 2) : theta;
    expect(polyak.columns.averageLoss![t]).toBeCloseTo(0.5 * mean * mean, 14);
    expect(polyak.columns.averageDistance![t]).toBeCloseTo(Math.abs(mean - theta), 14);
    if (t > 2) expect(decaying.columns.averageLoss![t]).toBeCloseTo(0.5 * exponential ** 2, 14);
  }
  expect(polyak.average![0]).toBeCloseTo(sum / 10, 14);
  expect(polyak.theta[0]).toBeCloseTo(0.7 ** 12, 14); // the iterates do not see their average
  expect(run(line, { type: "gd" }, [1], options).average).toBeNull();
});

test("a quadratic above its threshold diverges, and the last row is the step where it did", () => {
  const { columns, fate } = run(quadratic, { type: "gd" }, [1, 1], { steps: 1000, stepSize: 0.75 });
  // |1 − 0.75·4| = 2: ‖θ‖ passes 1e12 at step 40.
  expect(fate).toEqual({ kind: "diverged", step: 40, period: null });
  expect(columns.step!.at(-1)).toBe(40);
});

describe("the two-weight network", () => {
  const { problem } = twoWeightNetwork();

  test("below its threshold it converges, at η = 0.325 it settles on the 2-cycle", () => {
    const start = [1.48, 1 / 1.48 + 0.1];
    expect(run(problem, { type: "gd" }, start, { steps: 1000, stepSize: 0.25 }).fate.kind).toBe("converged");
    const { fate, theta } = run(problem, { type: "gd" }, start, { steps: 3000, stepSize: 0.325, every: 100 });
    expect(fate).toMatchObject({ kind: "periodic", period: 2 });
    const { a, b } = twoCycle(3.53 * 0.325);
    expect([...theta].sort()).toEqual(
      [a, a, b, b].filter((v) => Math.abs(v - theta[0]!) < 1e-6).map((v) => expect.closeTo(v, 9)),
    );
  });

  test("sharpness at a minimum is 3.53 s, and the threshold 2/η", () => {
    const s = 2.5;
    const { columns } = run(problem, { type: "gd" }, twoWeightNetwork().minimum(s), { steps: 1, stepSize: 0.1 });
    expect(columns.sharpness![0]).toBeCloseTo(3.53 * s, 10);
    expect(columns.threshold![0]).toBe(20);
  });

  test("dead on the piece where a weight is negative: gradient exactly 0, loss 0.5·3.53", () => {
    const { fate, columns } = run(problem, { type: "gd" }, [-0.5, 1], { steps: 50, stepSize: 0.1 });
    expect(fate).toEqual({ kind: "dead", step: 0, period: null });
    expect(columns.loss![0]).toBeCloseTo(0.5 * 3.53, 12);
  });

  test("a step into the dead quadrant crosses the kinks of both samples, and death is dated there", () => {
    // Far out one step leaves the quadrant; the row of step 1 counts the selections that changed, every layer and sample.
    const { fate, columns } = run(problem, { type: "gd" }, [2, 2], { steps: 20, stepSize: 0.3 });
    expect(fate).toEqual({ kind: "dead", step: 1, period: null });
    expect(columns.piecesCrossed).toEqual([0, 4, ...new Array(19).fill(0)]);
  });
});

const model = readModel({
  input: [3],
  layers: [
    { type: "dense", units: 4, activation: "tanh" },
    { type: "dense", units: 2 },
  ],
});
const rng = createRng(3, "training");
const random = (size: number) => Float64Array.from({ length: size }, () => rng.normal());
const m = 12;
const network = networkProblem(
  model,
  { type: "mse", scale: 0.5 },
  { inputs: random(3 * m), targets: random(2 * m), sampleCount: m, weights: new Float64Array(m).fill(1 / m) },
);
const { theta: start } = initialParameters(model, "torch", 2);
const n = network.dimension;

function denseHessian(theta: Float64Array) {
  const objective = compileObjective(network, interpreterEngine);
  const hessian = matrix(n, n);
  const column = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    objective.hvp(
      theta,
      Float64Array.from({ length: n }, (_, i) => (i === j ? 1 : 0)),
      column,
    );
    for (let i = 0; i < n; i++) hessian.data[i * n + j] = column[i]!;
  }
  return hessian;
}

test("eigenvalues along a run are those of the dense Hessian, each within its residual", () => {
  const path: Float64Array[] = [];
  const map = compileDescent(network, { type: "gd" }, wasmEngine, { stepSize: 0.2 });
  let x = start.slice();
  for (let t = 0; t <= 30; t++) {
    path.push(x);
    const next = new Float64Array(n);
    map.step(x, next);
    x = next;
  }
  const { columns } = run(network, { type: "gd" }, start, { steps: 30, stepSize: 0.2, every: 10, top: 3 });
  columns.step!.forEach((t, row) => {
    const dense = symmetricEigenvalues(denseHessian(path[t]!));
    expect(Math.abs(columns.sharpness![row]! - dense[0]!)).toBeLessThanOrEqual(
      columns.sharpnessResidual![row]! + 1e-13,
    );
    [columns.sharpness, columns.eigenvalue2, columns.eigenvalue3].forEach((values, i) => {
      expect(values![row]).toBeCloseTo(dense[i]!, 9);
    });
  });
});

test("a stochastic run follows the batches of its law, and its batch sharpness is exact where there are few", () => {
  const law = batchLaw({ size: 3, sampleCount: m, law: "cyclic" });
  const { columns, theta } = run(network, { type: "sgd" }, start, { steps: 9, stepSize: 0.1, law });
  const objective = compileObjective(network, interpreterEngine);
  const x = start.slice();
  const gradient = new Float64Array(n);
  for (let t = 0; t < 9; t++) {
    const batch = law.fixedEpoch![t % 4]!;
    objective.batchGradient(x, batch.indices, batch.weights, gradient);
    for (let i = 0; i < n; i++) x[i] -= 0.1 * gradient[i]!;
  }
  theta.forEach((value, i) => {
    expect(value).toBeCloseTo(x[i]!, 13);
  });
  expect(columns.batchSharpnessError!.every((error) => error === 0)).toBe(true);
  // Directly: Σ g_BᵀH_B g_B / Σ ‖g_B‖² over the four batches at the start.
  let [top, bottom] = [0, 0];
  const product = new Float64Array(n);
  for (const { indices, weights } of law.fixedEpoch!) {
    objective.batchGradient(start, indices, weights, gradient);
    objective.batchHvp(start, indices, weights, gradient, product);
    top += gradient.reduce((sum, g, i) => sum + g * product[i]!, 0);
    bottom += norm(gradient) ** 2;
  }
  expect(columns.batchSharpness![0]).toBeCloseTo(top / bottom, 12);
});

test("from draws, the batch sharpness is within a few of its standard errors of the exact one", () => {
  const objective = compileObjective(network, wasmEngine);
  const exact = batchSharpness(
    objective,
    start,
    { ...pairs, distinctBatches: () => pairs.distinctBatches() },
    createRng(1),
  );
  expect(exact.standardError).toBe(0);
  const misses = Array.from({ length: 40 }, (_, seed) => {
    const found = batchSharpness(objective, start, pairs, createRng(seed, "draws"));
    return (found.value - exact.value) / found.standardError;
  });
  // z-scores: nearly normal, so beyond 2 in about one of 20, and their mean square near 1.
  expect(misses.filter((z) => Math.abs(z) > 2).length).toBeLessThanOrEqual(7);
  const square = misses.reduce((sum, z) => sum + z * z, 0) / misses.length;
  expect(square).toBeGreaterThan(0.4);
  expect(square).toBeLessThan(2.2);
});
const pairs = batchLaw({ size: 2, sampleCount: m, law: "without-replacement" }); // 66 batches: more than are all seen

describe("thresholds", () => {
  const at = (rule: UpdateRuleSpec, stepSize = 0.1, gradientNorm = 1, largestEntry = 1) =>
    stabilityThreshold(readUpdateRule(rule), { stepSize, gradientNorm, largestEntry });

  test("of every rule", () => {
    expect(at({ type: "gd" })).toBeCloseTo(20, 12);
    expect(at({ type: "gd", weightDecay: 0.5 })).toBeCloseTo(19.5, 12);
    expect(at({ type: "momentum", momentum: 0.9 })).toBeCloseTo(38, 12);
    expect(at({ type: "nesterov", momentum: 0.9 })).toBeCloseTo(3.8 / 0.28, 12);
    expect(at({ type: "adam" })).toBeCloseTo(380, 9); // 38/η (Cohen et al. 2022)
    expect(at({ type: "adamw", weightDecay: 0.01 })).toBeCloseTo((1.999 * 1.9) / (0.1 * 0.1), 9);
    expect(at({ type: "rmsprop" })).toBeCloseTo(20, 12);
    expect(at({ type: "adagrad" })).toBeCloseTo(20, 12);
    expect(at({ type: "signSgd" })).toBeNaN();
    expect(at({ type: "lion" })).toBeNaN();
  });

  test("with clipping they are known only while nothing is clipped", () => {
    expect(at({ type: "gd", clipNorm: 2 })).toBeCloseTo(20, 12);
    expect(at({ type: "gd", clipNorm: 0.5 })).toBeNaN();
    expect(at({ type: "gd", clipValue: 0.5 })).toBeNaN();
  });

  // SAM on λx²/2: x′ = x − ηλ(x + ρ sign x), so |x| is kept where ηλ(|x| + ρ) = 2|x|: with g = λ|x| this λ is the limit.
  test.each([1, 0.3, 0.01])("SAM bounces at its threshold (gradient %d)", (g) => {
    const [eta, rho] = [0.1, 0.05];
    const lambda = at({ type: "sam", rho }, eta, g);
    const x = g / lambda;
    expect(x - eta * lambda * (x + rho)).toBeCloseTo(-x, 12);
  });

  // A rule on a quadratic with curvature just below (above) its threshold shrinks (grows); preconditioners are frozen at
  // ε-dominated D = 1 by a tiny loss.
  test.each<[string, UpdateRuleSpec, number]>([
    ["momentum", { type: "momentum", momentum: 0.7, dampening: 0.2 }, 1],
    ["nesterov", { type: "nesterov", momentum: 0.6 }, 1],
    ["adam", { type: "adam", epsilon: 1, biasCorrection: false }, 1e-9],
    ["rmsprop", { type: "rmsprop", epsilon: 1 }, 1e-9],
  ])("%s separates growth from decay", (_, rule, size) => {
    const stepSize = 0.1;
    const limit = stabilityThreshold(readUpdateRule(rule), { stepSize, gradientNorm: 0, largestEntry: 0 });
    for (const [factor, grows] of [
      [0.98, false],
      [1.02, true],
    ] as const) {
      const problem = formulaProblem({ parameters: ["x"], samples: [`${limit * factor}*x^2/2`] });
      const { columns } = run(problem, rule, [size], { steps: 2000, stepSize, every: 20 });
      // Past its limit Adam grows until its own D has grown: its largest gradient tells, not its last.
      const late = columns.gradientNorm!.slice(1).filter(Number.isFinite);
      expect(Math.max(...late) > 10 * columns.gradientNorm![0]!).toBe(grows);
      if (columns.preconditionedSharpness) {
        expect(columns.preconditionedSharpness[0]).toBeCloseTo(limit * factor, 4);
      }
    }
  });
});

test("preconditioned sharpness is λ_max of D^−½ H D^−½ with D of the next step", () => {
  const rule: UpdateRuleSpec = { type: "adam" };
  const { columns } = run(network, rule, start, { steps: 0, stepSize: 0.01 });
  const gradient = new Float64Array(n);
  compileObjective(network, interpreterEngine).gradient(start, gradient);
  // First step: v̂ = g², b₁ = 0.1.
  const d = gradient.map((g) => 0.1 * (Math.abs(g) + 1e-8));
  const hessian = denseHessian(start);
  const scaled = matrix(
    n,
    n,
    hessian.data.map((h, at) => h / Math.sqrt(d[Math.floor(at / n)]! * d[at % n]!)),
  );
  expect(columns.preconditionedSharpness![0]! / symmetricEigenvalues(scaled)[0]!).toBeCloseTo(1, 8);
});

test("kinks of pooling count too: a changed maximum is one crossing", () => {
  const pooled = readModel({
    input: [1, 2],
    layers: [
      { type: "conv", filters: 1, kernel: [1], bias: false },
      { type: "maxPool", kernel: 2 },
      { type: "flatten" },
      { type: "dense", units: 1, bias: false },
    ],
  });
  const problem = networkProblem(
    pooled,
    { type: "mse", scale: 0.5 },
    { inputs: Float64Array.of(1, 2), targets: Float64Array.of(-4), sampleCount: 1 },
  );
  // f = v·max(w, 2w) = 2 at w = v = 1; w ← 1 − 0.5·6·2 < 0, where the first entry is the larger one.
  const { columns } = run(problem, { type: "gd" }, [1, 1], { steps: 1, stepSize: 0.5 });
  expect(columns.piecesCrossed).toEqual([0, 1]);
});

test("schedules: the step of time t has the size of time t, and so has its threshold", () => {
  const sizes = [0.1, 0.2, 0.05];
  const { columns, theta } = run(quadratic, { type: "gd" }, [1, 1], {
    ...{ steps: 3, stepSize: 0, stepSizeAt: (t: number) => sizes[t % 3]! },
  });
  expect(theta[1]).toBeCloseTo(0.9 * 0.8 * 0.95, 14);
  expect(columns.threshold).toEqual([20, 10, 40, 20].map((v) => expect.closeTo(v, 12)));
});
