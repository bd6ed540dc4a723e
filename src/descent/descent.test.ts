// Update rules against plain loops that follow PyTorch 1.13's single-tensor optimizers line by line (torch/optim/*.py:
// adam, adamw, rmsprop, adagrad, sgd; torch/nn/utils/clip_grad.py), Lion (Chen et al. 2023), SAM (Foret et al. 2021);
// Jacobian determinants in the full state against their closed forms (PROOFS, the shear theorem and its table).
import { describe, expect, test } from "vitest";
import { jvp, vjp } from "../autodiff/index.ts";
import { compileObjective, interpreterEngine } from "../compile/index.ts";
import { initialParameters, networkProblem, readModel } from "../network/index.ts";
import { createRng, lu, matrix } from "../numeric/index.ts";
import * as p from "../program/index.ts";
import {
  formulaMap,
  type MapProgram,
  mapAsProgram,
  mapDimension,
  mapInputs,
  mapOutputs,
  perturbation,
  readUpdateRule,
  stepSizeAt,
  type UpdateRuleSpec,
  updateMap,
  updateStep,
  volumeLaw,
} from "./index.ts";

type Buffers = Readonly<Record<string, Float64Array>>;

const model = readModel({
  input: [2],
  layers: [
    { type: "dense", units: 3, activation: "tanh" },
    { type: "dense", units: 1 },
  ],
});
const n = model.dimension;
const m = 4;
const rng = createRng(5, "descent");
const random = (size: number, scale = 1) => Float64Array.from({ length: size }, () => scale * rng.normal());
const problem = networkProblem(
  model,
  { type: "mse", scale: 0.5 },
  { inputs: random(2 * m), targets: random(m), sampleCount: m, weights: [0.1, 0.2, 0.3, 0.4] },
);
const loss = problem.lossProgram(m);
const objective = compileObjective(problem, interpreterEngine);
const { theta: start } = initialParameters(model, "torch", 1);
const data: Buffers = { ...problem.data, weights: problem.weights };

function runner(map: MapProgram) {
  const executable = interpreterEngine.load(mapAsProgram(map));
  return (inputs: Buffers) => {
    for (const [name, values] of Object.entries(inputs)) executable.buffers[name]?.set(values);
    executable.run();
    const { nextTheta, nextState } = executable.buffers;
    return { theta: nextTheta!.slice(), state: nextState?.slice() ?? new Float64Array(0) };
  };
}

/** D(θ′, s′), dense, row-major. */
function jacobian(map: MapProgram, inputs: Buffers): Float64Array {
  const size = mapDimension(map);
  const seeds = new Map<p.Node, p.Node>(
    mapInputs(map).map((node) => {
      const { buffer, offset } = node.attributes;
      const base = buffer === "theta" ? 0 : map.dimension;
      return [node, p.input("direction", node.shape, { offset: base + offset, role: "direction" })];
    }),
  );
  const nodes = mapOutputs(map).map((o) => o.node);
  const tangents = jvp(nodes, seeds).map((t, i) => t ?? p.constant(0, nodes[i]!.shape));
  const executable = interpreterEngine.load(
    p.buildProgram([{ buffer: "tangent", offset: 0, node: p.concat(tangents, 0) }], { direction: size, theta: n }),
  );
  for (const [name, values] of Object.entries(inputs)) executable.buffers[name]?.set(values);
  const result = new Float64Array(size * size);
  for (let j = 0; j < size; j++) {
    executable.buffers["direction"]!.fill(0)[j] = 1;
    executable.run();
    executable.buffers["tangent"]!.forEach((t, i) => {
      result[i * size + j] = t;
    });
  }
  return result;
}

const gradientAt = (theta: Float64Array) => {
  const out = new Float64Array(n);
  objective.gradient(theta, out);
  return out;
};

/** An optimizer as PyTorch writes it: changes θ in place, remembers its own state. */
type Reference = (theta: Float64Array, lr: number) => void;
const length = (g: Float64Array) => Math.sqrt(g.reduce((s, x) => s + x * x, 0));

function adamReference(o: { wd?: number; decoupled?: boolean; amsgrad?: boolean; correct?: boolean }): Reference {
  const { wd = 0, decoupled = false, amsgrad = false, correct = true } = o;
  const [beta1, beta2, eps] = [0.9, 0.999, 1e-8];
  const [avg, sq, top] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  let t = 0;
  return (theta, lr) => {
    const g = gradientAt(theta);
    t++;
    const bias1 = correct ? 1 - beta1 ** t : 1;
    const bias2 = correct ? 1 - beta2 ** t : 1;
    for (let i = 0; i < n; i++) {
      if (decoupled) theta[i]! *= 1 - lr * wd;
      else g[i]! += wd * theta[i]!;
      avg[i] = beta1 * avg[i]! + (1 - beta1) * g[i]!;
      sq[i] = beta2 * sq[i]! + (1 - beta2) * g[i]! * g[i]!;
      top[i] = Math.max(top[i]!, sq[i]!);
      const denom = Math.sqrt((amsgrad ? top : sq)[i]!) / Math.sqrt(bias2) + eps;
      theta[i]! -= ((lr / bias1) * avg[i]!) / denom;
    }
  };
}

function sgdReference(o: {
  momentum?: number;
  dampening?: number;
  nesterov?: boolean;
  wd?: number;
  change?: (g: Float64Array) => void;
}): Reference {
  const { momentum = 0, dampening = 0, nesterov = false, wd = 0, change = () => {} } = o;
  const buf = new Float64Array(n);
  return (theta, lr) => {
    const g = gradientAt(theta);
    change(g);
    for (let i = 0; i < n; i++) {
      g[i]! += wd * theta[i]!;
      buf[i] = momentum * buf[i]! + (1 - dampening) * g[i]!;
      const direction = nesterov ? g[i]! + momentum * buf[i]! : momentum > 0 ? buf[i]! : g[i]!;
      theta[i]! -= lr * direction;
    }
  };
}

function clipNormReference(bound: number) {
  return (g: Float64Array) => {
    const coefficient = Math.min(1, bound / (length(g) + 1e-6));
    g.forEach((x, i) => {
      g[i] = x * coefficient;
    });
  };
}

const scaledReference = (accumulate: (s: number, g: number) => number, eps: number): Reference => {
  const sq = new Float64Array(n);
  return (theta, lr) => {
    gradientAt(theta).forEach((g, i) => {
      sq[i] = accumulate(sq[i]!, g);
      theta[i]! -= (lr * g) / (Math.sqrt(sq[i]!) + eps);
    });
  };
};

const signReference: Reference = (theta, lr) => {
  gradientAt(theta).forEach((g, i) => {
    theta[i]! -= lr * Math.sign(g);
  });
};

const lionReference = (): Reference => {
  const avg = new Float64Array(n);
  return (theta, lr) => {
    gradientAt(theta).forEach((g, i) => {
      theta[i]! -= lr * Math.sign(0.9 * avg[i]! + (1 - 0.9) * g);
      avg[i] = 0.99 * avg[i]! + (1 - 0.99) * g;
    });
  };
};

const samReference: Reference = (theta, lr) => {
  const g = gradientAt(theta);
  const size = length(g);
  const there = gradientAt(theta.map((x, i) => x + (0.05 / (size + 1e-12)) * g[i]!));
  there.forEach((x, i) => {
    theta[i]! -= lr * x;
  });
};

const cases: [UpdateRuleSpec, Reference][] = [
  [{ type: "gd" }, sgdReference({})],
  [{ type: "sgd", weightDecay: 0.1 }, sgdReference({ wd: 0.1 })],
  [{ type: "momentum" }, sgdReference({ momentum: 0.9 })],
  [{ type: "momentum", momentum: 0.8, dampening: 0.3 }, sgdReference({ momentum: 0.8, dampening: 0.3 })],
  [{ type: "nesterov", weightDecay: 0.05 }, sgdReference({ momentum: 0.9, nesterov: true, wd: 0.05 })],
  [{ type: "adam" }, adamReference({})],
  [{ type: "adam", biasCorrection: false }, adamReference({ correct: false })],
  [{ type: "adam", weightDecay: 0.1 }, adamReference({ wd: 0.1 })],
  [{ type: "adamw", weightDecay: 0.1 }, adamReference({ wd: 0.1, decoupled: true })],
  [{ type: "amsgrad" }, adamReference({ amsgrad: true })],
  [{ type: "rmsprop" }, scaledReference((s, g) => 0.99 * s + (1 - 0.99) * g * g, 1e-8)],
  [{ type: "adagrad" }, scaledReference((s, g) => s + g * g, 1e-10)],
  [{ type: "signSgd" }, signReference],
  [{ type: "lion" }, lionReference()],
  [{ type: "sam", rho: 0.05 }, samReference],
  [{ type: "gd", clipNorm: 0.2 }, sgdReference({ change: clipNormReference(0.2) })],
  [
    { type: "gd", clipValue: 0.05, weightDecay: 0.1 },
    sgdReference({
      wd: 0.1,
      change: (g) => g.set(g.map((x) => Math.min(Math.max(x, -0.05), 0.05))),
    }),
  ],
];

/** Relative to the size of θ, over 20 steps: rounding only. */
const RTOL_TRAJECTORY = 1e-12;

describe.each(cases)("%o", (rule, reference) => {
  test("follows PyTorch's loop for 20 steps", () => {
    const step = runner(updateMap(loss, rule));
    const expected = start.slice();
    let [theta, state] = [start.slice(), new Float64Array(mapDimension(updateMap(loss, rule)) - n)];
    for (let t = 0; t < 20; t++) {
      const stepSize = t < 10 ? 0.01 : 0.003;
      ({ theta, state } = step({ ...data, theta, state, stepSize: Float64Array.of(stepSize) }));
      reference(expected, stepSize);
    }
    const error = length(theta.map((x, i) => x - expected[i]!));
    expect(error).toBeLessThan(RTOL_TRAJECTORY * length(expected));
    expect(length(theta.map((x, i) => x - start[i]!))).toBeGreaterThan(1e-3);
  });

  test("the step from a gradient computed elsewhere is the same", () => {
    const map = updateMap(loss, rule);
    const state = random(map.stateSize, 0.1).map(Math.abs);
    const stepSize = Float64Array.of(0.02);
    let gradient = gradientAt(start);
    if (rule.type === "sam") {
      const executable = interpreterEngine.load(perturbation(n, rule.rho));
      executable.buffers["theta"]!.set(start);
      executable.buffers["gradient"]!.set(gradient);
      executable.run();
      gradient = gradientAt(executable.buffers["perturbed"]!);
    }
    const whole = runner(map)({ ...data, theta: start, state, stepSize });
    const parts = runner(updateStep(n, rule))({ theta: start, state, stepSize, gradient });
    whole.theta.forEach((x, i) => {
      expect(Math.abs(x - parts.theta[i]!)).toBeLessThan(1e-14);
    });
    whole.state.forEach((x, i) => {
      expect(Math.abs(x - parts.state[i]!)).toBeLessThan(1e-14);
    });
  });
});

/** H of the objective at θ, dense. */
function hessian(theta: Float64Array): Float64Array {
  const result = new Float64Array(n * n);
  const unit = new Float64Array(n);
  const out = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    unit.fill(0)[j] = 1;
    objective.hvp(theta, unit, out);
    result.set(out, j * n);
  }
  return result;
}

const logAbsDet = (a: Float64Array, size: number) => lu(matrix(size, size, a)).logAbsDet;

// The rule's closed form, with the Hessian part from the objective's Hessian: an independent path to the same number.
const volumes: UpdateRuleSpec[] = [
  { type: "gd" },
  { type: "gd", weightDecay: 0.3 },
  { type: "gd", weightDecay: 0.3, decoupled: true },
  { type: "momentum", momentum: 0.7 },
  { type: "momentum", momentum: 0.7, dampening: 0.2, weightDecay: 0.3, decoupled: true },
  { type: "nesterov", momentum: 0.6, weightDecay: 0.2 },
  { type: "nesterov", momentum: 0.6, weightDecay: 0.2, decoupled: true },
  { type: "adam", beta1: 0.5, beta2: 0.6 },
  { type: "adam", beta1: 0.5, beta2: 0.6, biasCorrection: false, weightDecay: 0.2 },
  { type: "adamw", beta1: 0.5, beta2: 0.6, weightDecay: 0.4 },
  { type: "rmsprop", beta2: 0.7, epsilon: 0.1 },
  { type: "rmsprop", beta2: 0.7, epsilon: 0.1, weightDecay: 0.2 },
  { type: "adagrad", epsilon: 0.1 },
  { type: "adagrad", epsilon: 0.1, weightDecay: 0.3, decoupled: true },
  { type: "lion", beta1: 0.4, beta2: 0.6, weightDecay: 0.3 },
  { type: "lion", beta1: 0.4, beta2: 0.6, weightDecay: 0.3, decoupled: true },
  { type: "signSgd" },
];

test.each(volumes)("%o scales volume as its closed form says", (rule) => {
  const law = volumeLaw(rule, n)!;
  const map = updateMap(loss, rule);
  for (const stepSize of [0.05, 0.8]) {
    const theta = random(n);
    const state = random(map.stateSize).map(Math.abs);
    const inputs = { ...data, theta, state, stepSize: Float64Array.of(stepSize) };
    const found = logAbsDet(jacobian(map, inputs), mapDimension(map));
    const { weightDecay = 0, decoupled = false } = rule;
    const remainder = hessian(theta);
    const { state: next } = runner(map)(inputs);
    const epsilon = readUpdateRule(rule).values.epsilon ?? 0;
    for (let i = 0; i < n; i++) {
      const size = law.remainder === "scaled" ? Math.sqrt(next[i]!) + epsilon : 1;
      for (let j = 0; j < n; j++) {
        const h = remainder[i * n + j]! + (i === j && !decoupled ? weightDecay : 0);
        const kept = i === j ? 1 - (decoupled ? stepSize * weightDecay : 0) : 0;
        remainder[i * n + j] = kept - (stepSize * h) / size;
      }
    }
    const expected = law.logFactor(stepSize) + (law.remainder === "one" ? 0 : logAbsDet(remainder, n));
    expect(Math.abs(found - expected)).toBeLessThan(1e-10 * (1 + Math.abs(expected)));
  }
});

// THEORY §2: where a coordinate's second moment is a new maximum, u′ = v′ there: two equal rows, whatever η. Where the
// old maximum stays for every coordinate the step is that of Adam, of factor (β₁β₂)ⁿ.
test("amsgrad collapses where its maximum is active", () => {
  const map = updateMap(loss, { type: "amsgrad", biasCorrection: false });
  const size = mapDimension(map);
  const { offset: square } = map.state.find((b) => b.name === "square")!;
  const { offset: largest } = map.state.find((b) => b.name === "largest")!;
  const at = (oldMaximum: number) => {
    const state = new Float64Array(3 * n).fill(oldMaximum, largest);
    return jacobian(map, { ...data, theta: start, state, stepSize: Float64Array.of(0.1) });
  };
  const active = at(0);
  const row = (block: number, i: number) => active.subarray((n + block + i) * size, (n + block + i + 1) * size);
  for (let i = 0; i < n; i++) expect(row(largest, i)).toEqual(row(square, i));
  expect(logAbsDet(at(100), size)).toBeCloseTo(n * Math.log(0.9 * 0.999), 12);
  expect(volumeLaw({ type: "amsgrad" }, n)).toBeNull();
});

// Value clipping: the determinant is that of I − ηH over the coordinates that are not clipped (THEORY §2).
test("clipped coordinates leave the determinant", () => {
  const theta = random(n);
  const g = gradientAt(theta);
  const bound = [...g].map(Math.abs).sort((a, b) => a - b)[6]! * 1.0001;
  const free = [...g.keys()].filter((i) => Math.abs(g[i]!) <= bound);
  expect(free.length).toBe(7);
  const stepSize = 0.4;
  const h = hessian(theta);
  const minor = Float64Array.from(free.flatMap((i) => free.map((j) => (i === j ? 1 : 0) - stepSize * h[i * n + j]!)));
  const map = updateMap(loss, { type: "gd", clipValue: bound });
  const d = jacobian(map, { ...data, theta, stepSize: Float64Array.of(stepSize) });
  expect(logAbsDet(d, n)).toBeCloseTo(logAbsDet(minor, free.length), 11);
});

test("gradient descent has the symmetric tangent I − ηH", () => {
  const map = updateMap(loss, { type: "gd" });
  expect(map.symmetric).toBe(true);
  const d = jacobian(map, { ...data, theta: start, stepSize: Float64Array.of(0.3) });
  const h = hessian(start);
  d.forEach((x, i) => {
    expect(Math.abs(x - ((i % (n + 1) === 0 ? 1 : 0) - 0.3 * h[i]!))).toBeLessThan(1e-14);
  });
  expect(updateMap(loss, { type: "gd", clipNorm: 1 }).symmetric).toBe(false);
  expect(updateMap(loss, { type: "momentum" }).symmetric).toBe(false);
});

// At a minimum with zero state every rule rests, and its tangent map is finite: for L = ½‖θ‖²·h the adaptive rules see
// θ′ = θ − ηg/ε to first order, with m′ = (1 − β₁)g for Adam.
describe("at a minimum with zero state", () => {
  const bowl = p.formulaProblem({ parameters: ["a", "b"], samples: ["a^2 + 3*b^2"] }).lossProgram(1);
  const at = (rule: UpdateRuleSpec, stepSize = 0.01) => {
    const map = updateMap(bowl, rule);
    const inputs = {
      theta: new Float64Array(2),
      state: new Float64Array(map.stateSize),
      weights: Float64Array.of(1),
      stepSize: Float64Array.of(stepSize),
    };
    return { d: jacobian(map, inputs), pulled: pullback(map, inputs), size: mapDimension(map) };
  };
  /** Row 0 of the Jacobian with respect to θ, by reverse mode. */
  const pullback = (map: MapProgram, inputs: Buffers) => {
    const wrt = mapInputs(map).filter((x) => x.attributes.buffer === "theta");
    const first = p.constant([1, 0], [2]);
    const outputs = vjp(map.nextTheta, first, wrt).flatMap((node, i) => {
      const { offset } = wrt[i]!.attributes;
      return node ? [{ buffer: `pulled${i}`, offset, node }] : [];
    });
    const executable = interpreterEngine.load(p.buildProgram(outputs));
    for (const [name, values] of Object.entries(inputs)) executable.buffers[name]?.set(values);
    executable.run();
    const total = new Float64Array(2);
    for (const { buffer } of outputs) {
      executable.buffers[buffer]!.forEach((x, i) => {
        total[i]! += x;
      });
    }
    return total;
  };

  test.each([
    [{ type: "gd", clipNorm: 1 }, 1],
    [{ type: "rmsprop", epsilon: 0.5 }, 1 / 0.5],
    [{ type: "adagrad", epsilon: 0.5 }, 1 / 0.5],
    [{ type: "adam", epsilon: 0.5, biasCorrection: false }, (1 - 0.9) / 0.5],
    [{ type: "amsgrad", epsilon: 0.5, biasCorrection: false }, (1 - 0.9) / 0.5],
  ] as [UpdateRuleSpec, number][])("%o", (rule, factor) => {
    const { d, pulled, size } = at(rule);
    expect(d.every(Number.isFinite)).toBe(true);
    expect(d[0]).toBeCloseTo(1 - 0.01 * factor * 2, 14);
    expect(d[size + 1]).toBeCloseTo(1 - 0.01 * factor * 6, 14);
    expect([...pulled]).toEqual([expect.closeTo(d[0]!, 14), expect.closeTo(0, 14)]);
  });
});

test("a short gradient passes norm clipping to the last bit", () => {
  const tiny = p.formulaProblem({ parameters: ["a", "b"], samples: ["a^2 + 3*b^2"] }).lossProgram(1);
  const inputs = { theta: Float64Array.of(5e-7, 1e-7), weights: Float64Array.of(1), stepSize: Float64Array.of(0.1) };
  const plain = runner(updateMap(tiny, { type: "gd" }))(inputs).theta;
  // Bounds c, longer than this gradient, for which c/(√(c − 1e-6)² + 1e-6) rounds away from 1.
  const rounds = (c: number) => c / (Math.sqrt((c - 1e-6) ** 2) + 1e-6) !== 1;
  const bounds = Array.from({ length: 4000 }, (_, i) => 3e-6 + i * 2e-10).filter(rounds);
  expect(bounds.length).toBeGreaterThan(0);
  for (const clipNorm of bounds.slice(0, 5)) {
    expect(runner(updateMap(tiny, { type: "gd", clipNorm }))(inputs).theta).toEqual(plain);
  }
});

test("free numbers are read from buffers, and the map can be differentiated in them", () => {
  const rule = { type: "momentum", momentum: 0.9, weightDecay: 0.1 } as const;
  const free = updateMap(loss, rule, { free: ["momentum", "weightDecay"] });
  expect(free.scalars).toEqual(["stepSize", "momentum", "weightDecay"]);
  const state = random(n);
  const inputs = { ...data, theta: start, state, stepSize: Float64Array.of(0.1) };
  const varied = runner(free)({ ...inputs, momentum: Float64Array.of(0.5), weightDecay: Float64Array.of(0.2) });
  const fixed = runner(updateMap(loss, { ...rule, momentum: 0.5, weightDecay: 0.2 }))(inputs);
  expect(varied).toEqual(fixed);
  // ∂v′/∂β = v.
  const beta = mapOutputs(free)
    .flatMap((o) => p.topologicalOrder([o.node]))
    .find((x) => x.op === "input" && x.attributes.buffer === "momentum")!;
  const [change] = jvp([free.nextState!], new Map([[beta, p.constant(1)]]));
  const executable = interpreterEngine.load(p.buildProgram([{ buffer: "out", offset: 0, node: change! }]));
  executable.buffers["state"]!.set(state);
  executable.run();
  expect(executable.buffers["out"]).toEqual(state);
});

test("with the weights of a batch the same map is a step of SGD", () => {
  const indices = Int32Array.of(2, 0);
  const weights = Float64Array.of(0.5, 0.5);
  const g = new Float64Array(n);
  objective.batchGradient(start, indices, weights, g);
  const { inputs, targets } = problem.data;
  const rows = Float64Array.from([...inputs!.subarray(4, 6), ...inputs!.subarray(0, 2)]);
  const batch = { inputs: rows, targets: Float64Array.of(targets![2]!, targets![0]!), weights };
  const map = updateMap(problem.lossProgram(2), { type: "sgd" });
  const { theta } = runner(map)({ ...batch, theta: start, stepSize: Float64Array.of(0.1) });
  theta.forEach((x, i) => {
    expect(Math.abs(x - (start[i]! - 0.1 * g[i]!))).toBeLessThan(1e-15);
  });
});

// Hénon's map at (a, b) = (1.4, 0.3) has the fixed point x = ((b − 1) + √((1 − b)² + 4a))/(2a) and determinant −b.
test("a map of formulas", () => {
  const map = formulaMap({ variables: ["x", "y"], parameters: ["a", "b"], next: ["1 - a*x^2 + y", "b*x"] });
  const x = (-0.7 + Math.sqrt(0.49 + 5.6)) / 2.8;
  const inputs = { theta: Float64Array.of(x, 0.3 * x), a: Float64Array.of(1.4), b: Float64Array.of(0.3) };
  const { theta } = runner(map)(inputs);
  expect(theta[0]).toBeCloseTo(x, 14);
  expect(theta[1]).toBeCloseTo(0.3 * x, 15);
  expect([...jacobian(map, inputs)].map((v) => v + 0)).toEqual([-2.8 * x, 1, 0.3, 0].map((v) => expect.closeTo(v, 14)));
  expect(() => formulaMap({ variables: ["x"], next: ["x", "x"] })).toThrow("there are 1 variables but 2 formulas");
  expect(() => formulaMap({ variables: ["x"], next: ["x + q"] })).toThrow('next[0]: unknown name "q" at column 5');
  expect(() => formulaMap({ variables: ["x"], parameters: ["theta"], next: ["x"] })).toThrow(
    'cannot be called "theta"',
  );
});

test("schedules", () => {
  const cycle = { values: [0.1, 0.2] };
  expect([0, 1, 2, 3].map((t) => stepSizeAt(cycle, t))).toEqual([0.1, 0.2, 0.1, 0.2]);
  const linear = { linear: { from: 1, to: 0.5, steps: 4 } };
  expect([0, 1, 2, 4, 9].map((t) => stepSizeAt(linear, t))).toEqual([1, 0.875, 0.75, 0.5, 0.5]);
  const cosine = { cosine: { from: 1, to: 0, steps: 2 } };
  expect([0, 1, 2, 3].map((t) => stepSizeAt(cosine, t))).toEqual([1, expect.closeTo(0.5, 15), 0, 0]);
});

test.each([
  [{ type: "momentum", momentum: 1 }, "momentum: momentum must be in [0, 1), got 1"],
  [{ type: "adam", beta2: -0.1 }, "adam: beta2 must be in [0, 1), got -0.1"],
  [{ type: "gd", clipNorm: 1e-7 }, "gd: clipNorm must be > 0.000001, got 1e-7"],
  [{ type: "gd", weightDecay: Number.NaN }, "gd: weightDecay must be ≥ 0, got NaN"],
  [{ type: "sam", rho: 0 }, "sam: rho must be > 0, got 0"],
  [{ type: "sam" } as unknown as UpdateRuleSpec, "sam: rho must be > 0, got NaN"],
  [{ type: "toString" } as unknown as UpdateRuleSpec, 'readUpdateRule: unknown optimizer "toString"'],
] as [UpdateRuleSpec, string][])("%o is refused", (rule, message) => {
  expect(() => updateMap(loss, rule)).toThrow(message);
});
