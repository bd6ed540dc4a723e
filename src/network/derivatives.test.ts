// Gradient, Hessian–vector product and Jacobian of random networks of every activation and loss: against central
// differences of order eight, against each other (JVP and VJP are adjoint, the Hessian is symmetric), and the per-sample
// Jacobian row by row against the VJP of each output. Points keep their distance from kinks.
import { describe, expect, test } from "vitest";
import { compileObjective, interpreterEngine, type Objective } from "../compile/index.ts";
import { createRng, dot, norm } from "../numeric/index.ts";
import { activationNames } from "./activation.ts";
import { initialParameters, type LayerSpec, type LossSpec, networkProblem, readModel } from "./index.ts";

const RTOL_DIFFERENCE = 1e-10;
const RTOL_EXACT = 1e-13;
const samples = 4;

interface Case {
  readonly name: string;
  readonly input: readonly number[];
  readonly layers: readonly LayerSpec[];
  readonly loss: LossSpec;
  /** Whether the targets are class indices. */
  readonly classes?: boolean;
}

const head: LayerSpec = { type: "dense", units: 3 };
const half: LossSpec = { type: "mse", scale: 0.5 };
const soft: LossSpec[] = [
  half,
  { type: "crossEntropy", labelSmoothing: 0.1 },
  { type: "logistic" },
  { type: "huber", delta: 0.4 },
];

const perceptrons = activationNames.flatMap((activation): Case[] =>
  soft.map((loss) => ({
    name: `${activation}, ${loss.type}`,
    input: [3],
    layers: [{ type: "dense", units: 4, activation }, head],
    loss,
  })),
);
const block = (...layers: LayerSpec[]): LayerSpec => ({ type: "residual", layers });
const architectures: Case[] = [
  {
    name: "class indices",
    input: [3],
    layers: [{ type: "dense", units: 4, activation: "tanh" }, head],
    loss: { type: "crossEntropy" },
    classes: true,
  },
  {
    name: "convolutions and pools",
    input: [2, 6, 5],
    layers: [
      { type: "conv", filters: 4, kernel: 3, padding: "same", activation: "silu" },
      { type: "maxPool", kernel: 2 },
      { type: "batchNorm" },
      { type: "conv", filters: 6, kernel: [2, 1], groups: 2, activation: "softplus" },
      { type: "globalAvgPool" },
      head,
    ],
    loss: half,
  },
  {
    name: "one-dimensional, dilated, average pooling",
    input: [2, 9],
    layers: [
      { type: "conv", filters: 3, kernel: 2, dilation: 2, stride: 2, padding: 1, activation: "tanh" },
      { type: "avgPool", kernel: 2, stride: 1 },
      { type: "flatten" },
      head,
    ],
    loss: half,
  },
  {
    name: "transformer block",
    input: [3, 4],
    layers: [
      block({ type: "layerNorm" }, { type: "attention", heads: 2, causal: true }),
      block({ type: "layerNorm" }, { type: "dense", units: 6, activation: "gelu" }, { type: "dense", units: 4 }),
      { type: "globalAvgPool" },
      head,
    ],
    loss: { type: "crossEntropy" },
  },
  {
    name: "shared and frozen layers",
    input: [3],
    layers: [
      { type: "dense", units: 3, activation: "tanh", share: "w" },
      { type: "dense", units: 3, activation: "sin", trainable: false },
      { type: "dense", units: 3, activation: "tanh", share: "w" },
      head,
    ],
    loss: half,
  },
];

/** An objective and a point at which no kink is near. */
function prepare({ input, layers, loss, classes = false }: Case): { objective: Objective; theta: Float64Array } {
  const model = readModel({ input, layers });
  for (let attempt = 0; ; attempt++) {
    const rng = createRng(attempt, "derivatives");
    const random = (size: number) => Float64Array.from({ length: size }, () => rng.normal());
    const targets = classes ? Float64Array.of(0, 2, 1, 1) : probabilities(random(3 * samples));
    const inputs = random(samples * input.reduce((a, b) => a * b));
    const { theta, frozen } = initialParameters(model, { normal: 0.7 }, attempt);
    const moved = theta.map((v) => v + 0.2 * rng.normal());
    const data = { inputs, targets, sampleCount: samples, weights: [0.1, 0.2, 0.3, 0.4] };
    const objective = compileObjective(networkProblem(model, loss, data, { frozen }), interpreterEngine);
    const distances = new Float64Array(objective.switchCount);
    objective.switching(moved, distances);
    if (distances.every((d) => Math.abs(d) > 0.02)) return { objective, theta: moved };
  }
}

function probabilities(x: Float64Array): Float64Array {
  return x.map((v, i) => {
    const row = x.subarray(i - (i % 3), i - (i % 3) + 3);
    return Math.exp(v) / row.reduce((s, w) => s + Math.exp(w), 0);
  });
}

/** d/dt f(θ + tv) at t = 0, order eight; the step keeps within the distance to the kinks. */
function difference(f: (theta: Float64Array) => Float64Array, theta: Float64Array, v: Float64Array): Float64Array {
  const h = 2 ** -10;
  const shifted = (j: number) => f(theta.map((x, i) => x + j * h * v[i]!)).slice();
  const total = new Float64Array(f(theta).length);
  [4 / 5, -1 / 5, 4 / 105, -1 / 280].forEach((w, j) => {
    const [plus, minus] = [shifted(j + 1), shifted(-j - 1)];
    for (let i = 0; i < total.length; i++) total[i]! += (w * (plus[i]! - minus[i]!)) / h;
  });
  return total;
}

describe.each([...perceptrons, ...architectures])("$name", (given) => {
  const { objective, theta } = prepare(given);
  const n = objective.dimension;
  const rows = samples * objective.outputCount;
  const rng = createRng(77, "directions");
  const unit = () => {
    const v = Float64Array.from({ length: n }, () => rng.normal());
    const size = norm(v);
    return v.map((x) => x / size);
  };
  const into = (length: number, write: (out: Float64Array) => void) => {
    const out = new Float64Array(length);
    write(out);
    return out;
  };
  const gradient = (at: Float64Array) => into(n, (out) => objective.gradient(at, out));
  const hvp = (v: Float64Array) => into(n, (out) => objective.hvp(theta, v, out));
  const distance = (a: Float64Array, b: Float64Array) => norm(a.map((x, i) => x - b[i]!));

  test("gradient, Jacobian and Hessian against differences", () => {
    const v = unit();
    const slope = difference((at) => Float64Array.of(objective.loss(at)), theta, v)[0]!;
    const g = gradient(theta);
    expect(Math.abs(slope - dot(g, v))).toBeLessThan(RTOL_DIFFERENCE * (1 + norm(g)));
    const jv = into(rows, (out) => objective.jvp(theta, v, out));
    const moved = difference((at) => into(rows, (out) => objective.outputs(at, out)), theta, v);
    expect(distance(jv, moved)).toBeLessThan(RTOL_DIFFERENCE * (1 + norm(jv)));
    const hv = hvp(v);
    expect(distance(hv, difference(gradient, theta, v))).toBeLessThan(RTOL_DIFFERENCE * (1 + norm(hv)));
  });

  test("the Hessian is symmetric, and JVP and VJP are adjoint", () => {
    const [v, w] = [unit(), unit()];
    const [hv, hw] = [hvp(v), hvp(w)];
    expect(Math.abs(dot(w, hv) - dot(v, hw))).toBeLessThan(RTOL_EXACT * (1 + norm(hv) + norm(hw)));
    const u = Float64Array.from({ length: rows }, () => rng.normal());
    const jv = into(rows, (out) => objective.jvp(theta, v, out));
    const ju = into(n, (out) => objective.vjp(theta, u, out));
    expect(Math.abs(dot(u, jv) - dot(ju, v))).toBeLessThan(RTOL_EXACT * (1 + norm(u) * norm(jv)));
  });

  test("rows of the per-sample Jacobian, and K = JJᵀ", () => {
    const jacobian = into(rows * n, (out) => objective.jacobian(theta, out));
    const kernel = objective.ntk(theta);
    const scale = 1 + norm(jacobian);
    for (let r = 0; r < rows; r++) {
      const row = jacobian.subarray(r * n, (r + 1) * n);
      const u = new Float64Array(rows).fill(1, r, r + 1);
      expect(
        distance(
          row,
          into(n, (out) => objective.vjp(theta, u, out)),
        ),
      ).toBeLessThan(RTOL_EXACT * scale);
      for (let s = 0; s <= r; s++) {
        const expected = dot(row, jacobian.subarray(s * n, (s + 1) * n));
        expect(Math.abs(kernel[r * rows + s]! - expected)).toBeLessThan(RTOL_EXACT * scale * scale);
      }
    }
  });
});
