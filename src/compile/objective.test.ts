// One small tanh network by hand, f = V tanh(Wx + b), ℓ = ½|f − y|². Its objective is held against itself from every
// side: J by rows against jvp and vjp, K = JJᵀ, chunks against single samples, Gauss–Newton + residual term = Hessian.
import { describe, expect, test } from "vitest";
import { type LayerSpec, networkProblem, readModel } from "../network/index.ts";
import { createRng, maxAbs } from "../numeric/index.ts";
import * as p from "../program/index.ts";
import { compileObjective, interpreterEngine, jacobianRows } from "./index.ts";

const RTOL = 1e-12;
const [inputs, hidden, outputs] = [3, 4, 2];
const n = hidden * inputs + hidden + outputs * hidden;

function problem(m: number): p.Problem {
  const rng = createRng(3, "objective test");
  const layout: p.ParameterSlot[] = [
    { name: "W", shape: [hidden, inputs], buffer: "theta", offset: 0, size: hidden * inputs },
    { name: "b", shape: [hidden], buffer: "theta", offset: hidden * inputs, size: hidden },
    { name: "V", shape: [outputs, hidden], buffer: "theta", offset: hidden * inputs + hidden, size: outputs * hidden },
  ];
  const random = (size: number) => Float64Array.from({ length: size }, () => rng.normal());
  const weights = random(m).map((v) => v * v + 0.1);
  const total = weights.reduce((a, b) => a + b, 0);
  return {
    dimension: n,
    sampleCount: m,
    outputCount: outputs,
    layout,
    weights: weights.map((w) => w / total),
    frozen: new Float64Array(0),
    data: { inputs: random(m * inputs), targets: random(m * outputs) },
    chunked: true,
    lossProgram(c) {
      const parameters = layout.map((slot) => ({
        slot,
        node: p.input("theta", slot.shape, { offset: slot.offset, role: "parameter" }),
      }));
      const [W, b, V] = parameters.map((x) => x.node) as [p.Node, p.Node, p.Node];
      const x = p.input("inputs", [c, inputs], { role: "data", perSample: true });
      const y = p.input("targets", [c, outputs], { role: "data", perSample: true });
      const w = p.input("weights", [c], { role: "weights", perSample: true });
      const f = p.matmul(p.tanh(p.add(p.matmul(x, W, false, true), b)), V, false, true);
      const sampleLosses = p.mul(0.5, p.sum(p.square(p.sub(f, y)), [1]));
      return {
        sampleCount: c,
        outputCount: outputs,
        parameters,
        outputs: f,
        sampleLosses,
        loss: p.sum(p.mul(w, sampleLosses)),
      };
    },
  };
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a).reduce((s, v, i) => s + v * b[i]!, 0);
const expectClose = (a: Float64Array, b: Float64Array) => {
  expect(maxAbs(a.map((v, i) => v - b[i]!))).toBeLessThan(RTOL * (1 + maxAbs(b)));
};

describe.each([5, 300])("%d samples", (m) => {
  const given = problem(m);
  const objective = compileObjective(given, interpreterEngine);
  const rng = createRng(5, "point");
  const random = (size: number) => Float64Array.from({ length: size }, () => rng.normal());
  const theta = random(n);
  const mk = m * outputs;
  const jacobian = new Float64Array(mk * n);
  objective.jacobian(theta, jacobian);
  const row = (i: number) => jacobian.subarray(i * n, (i + 1) * n);

  test("jvp and vjp are the rows and columns of J", () => {
    const [v, u] = [random(n), random(mk)];
    const [jv, ju] = [new Float64Array(mk), new Float64Array(n)];
    objective.jvp(theta, v, jv);
    objective.vjp(theta, u, ju);
    expectClose(
      jv,
      Float64Array.from(jv, (_, i) => dot(row(i), v)),
    );
    expectClose(
      ju,
      Float64Array.from(ju, (_, j) => u.reduce((s, x, i) => s + x * row(i)[j]!, 0)),
    );
  });

  test("the factors of the layers make J", () => {
    const rows = new Float64Array(mk * n);
    jacobianRows(objective.layerFactors(theta), n, mk, outputs, rows);
    expectClose(rows, jacobian);
  });

  test("K is JJᵀ", () => {
    const kernel = objective.ntk(theta);
    expectClose(
      kernel,
      Float64Array.from(kernel, (_, e) => dot(row(Math.floor(e / mk)), row(e % mk))),
    );
  });

  test("the gradient is Jᵀ(p ∘ ∇_f ℓ), and a batch of everything is the full batch", () => {
    const residual = new Float64Array(mk);
    objective.outputGradient(theta, residual);
    const [g, pulled, batch] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
    const loss = objective.gradient(theta, g);
    objective.vjp(
      theta,
      residual.map((r, i) => r * given.weights[Math.floor(i / outputs)]!),
      pulled,
    );
    expectClose(g, pulled);
    const order = Int32Array.from({ length: m }, (_, i) => m - 1 - i);
    const reversed = given.weights.slice().reverse();
    expect(objective.batchGradient(theta, order, reversed, batch)).toBeCloseTo(loss, 12);
    expectClose(batch, g);
    expect(objective.loss(theta)).toBeCloseTo(loss, 13);
    const losses = new Float64Array(m);
    objective.sampleLosses(theta, losses);
    expect(dot(losses, given.weights)).toBeCloseTo(loss, 12);
  });

  test("the Hessian is symmetric, and Gauss–Newton where the residuals are small", () => {
    const [v, w] = [random(n), random(n)];
    const [hv, hw] = [new Float64Array(n), new Float64Array(n)];
    objective.hvp(theta, v, hv);
    objective.hvp(theta, w, hw);
    expect(Math.abs(dot(w, hv) - dot(v, hw))).toBeLessThan(RTOL * Math.sqrt(dot(hv, hv) * dot(w, w)));
    const outputs1 = new Float64Array(mk);
    objective.outputs(theta, outputs1);
    const exact = compileObjective({ ...given, data: { ...given.data, targets: outputs1 } }, interpreterEngine);
    const [gn, jv] = [new Float64Array(n), new Float64Array(mk)];
    exact.hvp(theta, v, hv);
    exact.jvp(theta, v, jv);
    exact.vjp(
      theta,
      jv.map((x, i) => x * given.weights[Math.floor(i / outputs)]!),
      gn,
    );
    expectClose(hv, gn);
  });

  test("∇²_f ℓ of half squared error is the identity", () => {
    const blocks = new Float64Array(mk * outputs);
    objective.outputHessian(theta, blocks);
    expect([...blocks]).toEqual(
      Array.from(blocks, (_, e) => (Math.floor(e / outputs) % outputs === e % outputs ? 1 : 0)),
    );
  });

  test("a smooth network never switches", () => expect(objective.switchCount).toBe(0));
});

// min(x², 0.1(x−1)²): the kink lies where x² = 0.1(x−1)², and the piece says which parabola is in force (WME18).
test("programs that read a part of what is frozen: kinks below a frozen output layer", () => {
  const layers: LayerSpec[] = [
    { type: "dense", units: 2, activation: "relu" },
    { type: "dense", units: 1, trainable: false },
  ];
  const frozenHead = networkProblem(
    readModel({ input: [1], layers: [{ type: "dense", units: 1, trainable: false }, ...layers] }),
    { type: "mse", scale: 0.5 },
    { inputs: Float64Array.of(1, -1), targets: Float64Array.of(0, 0), sampleCount: 2 },
    { frozen: Float64Array.of(2, 0, 3, 4, 5) },
  );
  const piece = new Uint8Array(4);
  compileObjective(frozenHead, interpreterEngine).piece(Float64Array.of(1, 1, 0.5, -0.5), piece);
  expect([...piece]).toEqual([1, 1, 0, 0]); // ±2 + ½, ±2 − ½
});

test("a formula objective evaluates all samples, and knows its kinks", () => {
  const sample = (x: p.Node, a: number) => p.min(p.square(x), p.mul(a, p.square(p.sub(x, 1))));
  const wme: p.Problem = {
    dimension: 1,
    sampleCount: 2,
    outputCount: 0,
    layout: [{ name: "x", shape: [], buffer: "theta", offset: 0, size: 1 }],
    weights: Float64Array.of(0.5, 0.5),
    frozen: new Float64Array(0),
    data: {},
    chunked: false,
    lossProgram(c) {
      const slot = this.layout[0]!;
      const x = p.input("theta", [], { role: "parameter" });
      const sampleLosses = p.concat([p.reshape(sample(x, 0.1), [1]), p.reshape(sample(x, 1.9), [1])], 0);
      const weights = p.input("weights", [c], { role: "weights" });
      const loss = p.sum(p.mul(weights, sampleLosses));
      return { sampleCount: c, outputCount: 0, parameters: [{ slot, node: x }], outputs: null, sampleLosses, loss };
    },
  };
  const objective = compileObjective(wme, interpreterEngine);
  const [hv, jacobian, distance] = [new Float64Array(1), new Float64Array(2), new Float64Array(2)];
  const at = Float64Array.of(1);
  objective.hvp(at, Float64Array.of(1), hv);
  expect(hv[0]).toBeCloseTo(2, 14);
  objective.batchHvp(at, Int32Array.of(1), Float64Array.of(1), Float64Array.of(1), hv);
  expect(hv[0]).toBeCloseTo(3.8, 14);
  objective.jacobian(Float64Array.of(0.9), jacobian);
  expect([...jacobian].map((v) => v.toFixed(12))).toEqual(["-0.020000000000", "-0.380000000000"]);
  objective.switching(at, distance);
  expect([...distance]).toEqual([1, 1]);
  const bits = new Uint8Array(2);
  objective.piece(at, bits);
  expect([...bits]).toEqual([0, 0]);
  objective.switchingGradient(at, 1, hv);
  expect(hv[0]).toBeCloseTo(2, 14);
});
