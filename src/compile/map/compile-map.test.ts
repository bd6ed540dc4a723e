// A map of a rule on a loss is the same whether it is one program or a gradient added up chunk by chunk and a step; its
// tangent is the limit of difference quotients, its adjoint the transpose, its volume that of the dense tangent.
import { describe, expect, test } from "vitest";
import { formulaMap, type UpdateRuleSpec } from "../../descent/index.ts";
import { type DiscreteMap, denseTangent, trajectory, withDraw } from "../../dynamics/index.ts";
import { initialParameters, networkProblem, readModel } from "../../network/index.ts";
import { createRng, lu, norm } from "../../numeric/index.ts";
import { logistic, logisticBridge, twoCycle, twoWeightNetwork } from "../../problems/index.ts";
import { formulaProblem, type Problem } from "../../program/index.ts";
import { batchLaw } from "../../sampling/index.ts";
import {
  batchDerivatives,
  compileDescent,
  compileDescentFamily,
  compileMap,
  compileMapFamily,
  compileObjective,
  compileRandomMap,
  type Engine,
  interpreterEngine,
  updateKernel,
  wasmEngine,
} from "../index.ts";

const model = readModel({
  input: [2],
  layers: [
    { type: "dense", units: 3, activation: "tanh" },
    { type: "dense", units: 1 },
  ],
});
const rng = createRng(7, "compiled maps");
const random = (size: number, scale = 1) => Float64Array.from({ length: size }, () => scale * rng.normal());
const network = (m: number): Problem =>
  networkProblem(
    model,
    { type: "mse", scale: 0.5 },
    { inputs: random(2 * m), targets: random(m), sampleCount: m, weights: new Float64Array(m).fill(1 / m) },
  );
const problem = network(5);
const n = model.dimension;
const { theta } = initialParameters(model, "torch", 1);
const stepSize = 0.1;

const rules: readonly [string, UpdateRuleSpec][] = [
  ["gd", { type: "gd" }],
  ["gd, coupled decay", { type: "gd", weightDecay: 0.1 }],
  ["gd, decoupled decay", { type: "gd", weightDecay: 0.1, decoupled: true }],
  ["momentum", { type: "momentum", momentum: 0.8, dampening: 0.3 }],
  ["nesterov", { type: "nesterov" }],
  ["adam", { type: "adam", biasCorrection: false }],
  ["adam with bias correction", { type: "adam" }],
  ["adamw", { type: "adamw", weightDecay: 0.1 }],
  ["rmsprop", { type: "rmsprop" }],
  ["adagrad", { type: "adagrad" }],
  ["amsgrad", { type: "amsgrad" }],
  ["lion", { type: "lion" }],
  ["signSgd", { type: "signSgd" }],
  ["sam", { type: "sam", rho: 0.05 }],
  ["clipped norm", { type: "gd", clipNorm: 0.05 }],
  ["clipped values", { type: "momentum", clipValue: 0.05 }],
];

/** A state as it is after a few steps, so that no rule stands at its origin. */
function warmState(map: DiscreteMap): Float64Array {
  const x = new Float64Array(map.dimension);
  x.set(theta);
  return trajectory(map, x, { steps: 5 }).end;
}

const closeTo = (found: ArrayLike<number>, truth: ArrayLike<number>, tolerance: number) => {
  const far = Math.max(...Array.from(truth, (t, i) => Math.abs(found[i]! - t)));
  expect(far).toBeLessThanOrEqual(tolerance);
};

describe.each<[string, Engine]>([
  ["reference", interpreterEngine],
  ["wasm", wasmEngine],
])("on the %s engine", (_, engine) => {
  const objective = compileObjective(problem, engine);

  describe.each(rules)("%s", (_name, rule) => {
    const map = compileDescent(problem, rule, engine, { stepSize });
    const x = warmState(map);
    const size = map.dimension;
    const kernel = updateKernel(n, rule, engine);
    kernel.set("stepSize", stepSize);
    // Second moments are tiny: a direction in proportion to the state stays within where the map is nearly linear.
    const v = random(size).map((value, i) => (i < n ? value : value * x[i]!));

    test("one program and the accumulated step agree: value, tangent, adjoint", () => {
      const [a, b] = [new Float64Array(size), new Float64Array(size)];
      map.step(x, a);
      kernel.step(objective, x, b);
      closeTo(b, a, 1e-14 * (1 + norm(a)));
      map.tangent(x, v, a);
      kernel.tangent(objective, x, v, b);
      closeTo(b, a, 1e-12 * (1 + norm(a)));
      map.adjoint!(x, v, a);
      kernel.adjoint(objective, x, v, b);
      closeTo(b, a, 1e-12 * (1 + norm(a)));
    });

    test("the tangent is the limit of difference quotients, the adjoint its transpose", () => {
      const h = 1e-6 / norm(v);
      const [plus, minus, tangent] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
      map.step(
        x.map((value, i) => value + h * v[i]!),
        plus,
      );
      map.step(
        x.map((value, i) => value - h * v[i]!),
        minus,
      );
      map.tangent(x, v, tangent);
      const quotient = plus.map((value, i) => (value - minus[i]!) / (2 * h));
      closeTo(quotient, tangent, 2e-6 * (1 + norm(tangent)));
      const jacobian = denseTangent(map, x);
      const u = random(size);
      const adjoint = new Float64Array(size);
      map.adjoint!(x, u, adjoint);
      const truth = adjoint.map((_value, j) => u.reduce((sum, w, i) => sum + w * jacobian.data[i * size + j]!, 0));
      closeTo(adjoint, truth, 1e-11 * (1 + norm(truth)));
      if (map.symmetric) expect(jacobian.data[1]).toBeCloseTo(jacobian.data[size]!, 12);
    });

    test("where the volume is known in closed form, it is that of the dense tangent", () => {
      if (!map.logAbsDet) return expect(["amsgrad", "sam", "clipped norm", "clipped values"]).toContain(_name);
      expect(map.logAbsDet(x)).toBeCloseTo(lu(denseTangent(map, x)).logAbsDet, 6);
    });

    test("the derivative in the step size is the limit of difference quotients", () => {
      const family = compileDescentFamily(problem, rule, engine, { parameter: "stepSize", stepSize });
      const [plus, minus, found] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
      family.at(stepSize + 1e-6).step(x, plus);
      family.at(stepSize - 1e-6).step(x, minus);
      family.parameterDerivative(x, stepSize, found);
      const quotient = plus.map((value, i) => (value - minus[i]!) / 2e-6);
      closeTo(found, quotient, 1e-7 * (1 + norm(found)));
      kernel.scalarDerivative("stepSize", objective, x, plus);
      closeTo(plus, found, 1e-13 * (1 + norm(found)));
    });
  });

  test("other numbers of a rule vary too, and the volume with them", () => {
    const rule: UpdateRuleSpec = { type: "momentum" };
    const family = compileDescentFamily(problem, rule, engine, { parameter: "momentum", stepSize });
    const fixed = compileDescent(problem, { ...rule, momentum: 0.6 }, engine, { stepSize });
    const x = warmState(fixed);
    const [a, b] = [new Float64Array(2 * n), new Float64Array(2 * n)];
    family.at(0.6).step(x, a);
    fixed.step(x, b);
    closeTo(a, b, 1e-15);
    expect(family.at(0.6).logAbsDet!(x)).toBeCloseTo(n * Math.log(0.6), 12);
    // ∂θ′/∂β = −ηv, ∂v′/∂β = v.
    family.parameterDerivative(x, 0.6, a);
    closeTo(a, [...x.subarray(n)].map((value) => -stepSize * value).concat([...x.subarray(n)]), 1e-14);
  });

  test("more than 256 samples: θ − η Σ p_i ∇ℓ_i, added up", () => {
    const many = network(300);
    const big = compileObjective(many, engine);
    const map = compileDescent(many, { type: "gd" }, engine, { stepSize });
    const gradient = new Float64Array(n);
    big.gradient(theta, gradient);
    const out = new Float64Array(n);
    map.step(theta, out);
    closeTo(
      out,
      theta.map((value, i) => value - stepSize * gradient[i]!),
      1e-15,
    );
    expect(map.symmetric).toBe(true);
    expect(map.logAbsDet!(theta)).toBeCloseTo(lu(denseTangent(map, theta)).logAbsDet, 10);
  });
});

test("the average of SGD's steps over all batches is the full step, whatever the law", () => {
  for (const law of ["with-replacement", "without-replacement", "cyclic", "reshuffle"] as const) {
    const batches = batchLaw({ law, size: law === "cyclic" || law === "reshuffle" ? 1 : 2, sampleCount: 5 });
    const sgd = compileRandomMap(problem, { type: "sgd" }, wasmEngine, { stepSize, stream: batches.stream });
    const mean = new Float64Array(n);
    const out = new Float64Array(n);
    for (const batch of batches.distinctBatches()!) {
      sgd.step(theta, batch, out);
      for (let i = 0; i < n; i++) mean[i] += batch.probability * out[i]!;
    }
    compileDescent(problem, { type: "gd" }, wasmEngine, { stepSize }).step(theta, out);
    closeTo(mean, out, 1e-14);
  }
});

test("the adjoint of a step with a batch is the transpose of its tangent, with a state too", () => {
  const batches = batchLaw({ law: "with-replacement", size: 2, sampleCount: 5 });
  const batch = { indices: Int32Array.of(3, 1), weights: Float64Array.of(0.5, 0.5) };
  for (const rule of [{ type: "sgd" }, { type: "momentum", momentum: 0.7 }, { type: "sam", rho: 0.05 }] as const) {
    const random = compileRandomMap(problem, rule, wasmEngine, { stepSize, stream: batches.stream });
    const map = withDraw(random, batch);
    const x = Float64Array.from({ length: map.dimension }, (_, i) => (i < n ? theta[i]! : 0.1 * Math.sin(i)));
    const jacobian = denseTangent(map, x);
    const u = x.map((_, i) => Math.cos(3 * i));
    const out = new Float64Array(map.dimension);
    map.adjoint!(x, u, out);
    const truth = out.map((_, j) => u.reduce((sum, w, i) => sum + w * jacobian.data[i * map.dimension + j]!, 0));
    closeTo(out, truth, 1e-11 * (1 + norm(truth)));
    random.dispose();
  }
});

test("a batch of all samples is the full loss; formulas take batches too", () => {
  const formulas = formulaProblem({
    parameters: ["x", "y"],
    samples: ["x^2*y^2", "sin(x) + y^4"],
    weights: [0.25, 0.75],
  });
  const objective = compileObjective(formulas, interpreterEngine);
  const at = batchDerivatives(objective)({ indices: Int32Array.of(1, 0), weights: Float64Array.of(0.75, 0.25) });
  const x = Float64Array.of(0.3, -0.7);
  const [a, b] = [new Float64Array(2), new Float64Array(2)];
  expect(at.gradient(x, a)).toBeCloseTo(objective.gradient(x, b), 15);
  closeTo(a, b, 1e-15);
  at.hvp(x, Float64Array.of(1, 2), a);
  objective.hvp(x, Float64Array.of(1, 2), b);
  closeTo(a, b, 1e-15);
});

test("gradient descent with η = 1 on (1 − r)θ²/2 + rθ³/3 is the logistic map (THEORY §6)", () => {
  const map = compileDescent(logisticBridge(3.7), { type: "gd" }, wasmEngine, { stepSize: 1 });
  const truth = logistic.at(3.7);
  const [a, b] = [new Float64Array(1), new Float64Array(1)];
  for (const theta0 of [-0.2, 0.1, 0.4, 0.77]) {
    const x = Float64Array.of(theta0);
    map.step(x, a);
    truth.step(x, b);
    expect(a[0]).toBeCloseTo(b[0]!, 14);
    map.tangent(x, Float64Array.of(1), a);
    truth.tangent(x, Float64Array.of(1), b);
    expect(a[0]).toBeCloseTo(b[0]!, 14);
    expect(map.logAbsDet!(x)).toBeCloseTo(truth.logAbsDet!(x), 12);
  }
});

test("formula maps: the Hénon map in a; a scalar without a value is refused", () => {
  const program = formulaMap({ variables: ["x", "y"], parameters: ["a", "b"], next: ["1 - a*x^2 + y", "b*x"] });
  const family = compileMapFamily(program, wasmEngine, { parameter: "a", scalars: { b: 0.3 } });
  const out = new Float64Array(2);
  family.at(1.4).step(Float64Array.of(0.5, 0.1), out);
  closeTo(out, [1 - 1.4 * 0.25 + 0.1, 0.15], 1e-15);
  family.parameterDerivative(Float64Array.of(0.5, 0.1), 1.4, out);
  closeTo(out, [-0.25, 0], 1e-15);
  expect(() => compileMap(program, wasmEngine, { scalars: { a: 1 } })).toThrow(
    'compileMap: the map needs a number for "b"',
  );
  expect(() => compileMapFamily(program, wasmEngine, { parameter: "c", scalars: {} })).toThrow('no parameter "c"');
});

test("the 2-cycle of the two-weight network (THEORY §6) is one of its map, and its kinks are the network's", () => {
  const { problem: paper } = twoWeightNetwork();
  const eta = 0.325;
  const { a, b } = twoCycle(3.53 * eta);
  const map = compileDescent(paper, { type: "gd" }, wasmEngine, { stepSize: eta });
  const out = new Float64Array(2);
  map.step(Float64Array.of(a, a), out);
  closeTo(out, [b, b], 1e-14);
  map.step(Float64Array.of(b, b), out);
  closeTo(out, [a, a], 1e-14);
  const kinks = new Float64Array(map.switchCount!);
  map.switching!(Float64Array.of(a, a), kinks);
  closeTo([...kinks].sort(), [0.9 * a, 2.5 * a, 0.9 * a * a, 2.5 * a * a].sort(), 1e-14);
});
