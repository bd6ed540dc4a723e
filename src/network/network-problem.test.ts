// Losses against their definitions in plain arithmetic (mean over samples weighted by p), stable far out, and the refusals
// of data that do not fit. Network: one linear layer with unit weights, so that f is the input.
import { describe, expect, test } from "vitest";
import { compileObjective, interpreterEngine } from "../compile/index.ts";
import { type LossSpec, type NetworkData, networkProblem } from "./index.ts";

const k = 3;
const linear = { input: [k], layers: [{ type: "dense", units: k, bias: false }] } as const;
const identity = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);

function losses(loss: LossSpec, outputs: readonly number[], targets: readonly number[]): number[] {
  const sampleCount = outputs.length / k;
  const data = { inputs: Float64Array.from(outputs), targets: Float64Array.from(targets), sampleCount };
  const objective = compileObjective(networkProblem(linear, loss, data), interpreterEngine);
  const out = new Float64Array(sampleCount);
  objective.sampleLosses(identity, out);
  expect(objective.loss(identity)).toBeCloseTo(out.reduce((a, b) => a + b) / sampleCount, 13);
  return [...out];
}

const f = [0.3, -1.2, 2.5, -0.4, 0.9, 0.1];
const y = [0.1, 0.7, 0.2, 0.25, 0.5, 0.25];
const rows = [0, 1];
const sumOver = (i: number, term: (f: number, y: number) => number) =>
  [0, 1, 2].reduce((s, a) => s + term(f[i * k + a]!, y[i * k + a]!), 0);
const logSumExp = (i: number) => Math.log(sumOver(i, (v) => Math.exp(v)));
const close = (values: readonly number[]) => values.map((v) => expect.closeTo(v, 13));

describe("losses", () => {
  test("mse", () => {
    const squares = rows.map((i) => sumOver(i, (a, b) => (a - b) ** 2));
    expect(losses({ type: "mse", scale: 0.5 }, f, y)).toEqual(close(squares.map((s) => s / 2)));
    expect(losses({ type: "mse", scale: "torch" }, f, y)).toEqual(close(squares.map((s) => s / k)));
  });

  test("cross-entropy of probabilities, classes and smoothed targets", () => {
    const entropy = (i: number, target: (y: number) => number) => sumOver(i, (a, b) => target(b) * (logSumExp(i) - a));
    expect(losses({ type: "crossEntropy" }, f, y)).toEqual(close(rows.map((i) => entropy(i, (b) => b))));
    expect(losses({ type: "crossEntropy" }, f, [2, 0])).toEqual(close([logSumExp(0) - f[2]!, logSumExp(1) - f[3]!]));
    expect(losses({ type: "crossEntropy", labelSmoothing: 0.1 }, f, y)).toEqual(
      close(rows.map((i) => entropy(i, (b) => 0.9 * b + 0.1 / 3))),
    );
  });

  test("logistic", () => {
    const expected = rows.map((i) =>
      sumOver(i, (a, b) => -b * Math.log(1 / (1 + Math.exp(-a))) - (1 - b) * Math.log(1 / (1 + Math.exp(a)))),
    );
    expect(losses({ type: "logistic" }, f, y)).toEqual(close(expected));
  });

  test("huber", () => {
    const h = (delta: number) => (r: number) =>
      Math.abs(r) <= delta ? (r * r) / 2 : delta * (Math.abs(r) - delta / 2);
    expect(losses({ type: "huber" }, f, y)).toEqual(close(rows.map((i) => sumOver(i, (a, b) => h(1)(a - b)))));
    expect(losses({ type: "huber", delta: 0.3 }, f, y)).toEqual(
      close(rows.map((i) => sumOver(i, (a, b) => h(0.3)(a - b)))),
    );
  });

  test("stable far out", () => {
    expect(losses({ type: "crossEntropy" }, [1000, 0, 0, -1000, 0, 0], [1, 0])).toEqual(
      [1000, 1000 + Math.LN2].map((v) => expect.closeTo(v, 10)),
    );
    const tails = losses({ type: "logistic" }, [800, -800, -40, 0, 0, 0], [1, 0, 0, 1, 1, 1]);
    expect(tails[0]).toBe(Math.log1p(Math.exp(-40)));
  });

  test("interpolating huber is not on a kink", () => {
    const data = { inputs: Float64Array.from(f), targets: Float64Array.from(f), sampleCount: 2 };
    const objective = compileObjective(networkProblem(linear, { type: "huber" }, data), interpreterEngine);
    const distances = new Float64Array(objective.switchCount);
    objective.switching(identity, distances);
    expect(Math.min(...distances.map(Math.abs))).toBe(1);
  });
});

test("weights are the p_i of the loss, divided by their sum", () => {
  const data = {
    inputs: Float64Array.from(f),
    targets: Float64Array.from(y),
    sampleCount: 2,
    weights: [0.3, 0.7 + 1e-10],
  };
  const problem = networkProblem(linear, { type: "mse", scale: 1 }, data);
  expect([...problem.weights]).toEqual([0.3, 0.7].map((v) => expect.closeTo(v, 9)));
  expect(problem.weights.reduce((a, b) => a + b)).toBe(1);
  const objective = compileObjective(problem, interpreterEngine);
  const out = new Float64Array(2);
  objective.sampleLosses(identity, out);
  expect(objective.loss(identity)).toBeCloseTo(problem.weights[0]! * out[0]! + problem.weights[1]! * out[1]!, 14);
});

describe("refusals", () => {
  const good: NetworkData = { inputs: Float64Array.from(f), targets: Float64Array.from(y), sampleCount: 2 };
  const mse: LossSpec = { type: "mse", scale: 0.5 };
  const change = (values: readonly number[], at: number, to: number) =>
    Float64Array.from(values, (v, i) => (i === at ? to : v));
  const refusals: [LossSpec, Partial<NetworkData>, string][] = [
    [mse, { sampleCount: 0 }, "needs at least one sample, got 0"],
    [mse, { sampleCount: 3 }, "the model reads 3 numbers a sample, [3]; 3 samples with 6 numbers do not fit"],
    [mse, { targets: Float64Array.of(1, 2) }, "the model has 3 outputs a sample, so 2 samples need 6 targets, got 2"],
    [mse, { inputs: change(f, 4, Number.NaN) }, "inputs of sample 1: number 1 is NaN"],
    [mse, { targets: change(y, 2, Number.POSITIVE_INFINITY) }, "targets of sample 0: number 2 is Infinity"],
    [mse, { weights: [1] }, "there are 2 samples but 1 weights"],
    [mse, { weights: [0.5, 0.6] }, "the weights must have sum 1, got 1.1"],
    [mse, { weights: [1.5, -0.5] }, "weights[1] must be positive, got -0.5"],
    [{ type: "mse", scale: 0 }, {}, "loss mse needs a positive scale or the word torch, got 0"],
    [{ type: "huber", delta: -1 }, {}, "loss huber needs a positive delta, got -1"],
    [{ type: "crossEntropy", labelSmoothing: 1 }, {}, "labelSmoothing in [0, 1), got 1"],
    [
      { type: "crossEntropy" },
      { targets: Float64Array.of(0, 3) },
      "the class of sample 1 must be an integer in 0..2, got 3",
    ],
    [
      { type: "crossEntropy" },
      { targets: change(y, 0, 0.5) },
      "targets of sample 0 must be probabilities of sum 1, got 1.4",
    ],
    [{ type: "crossEntropy" }, { targets: Float64Array.of(1, 2, 3) }, "need 6 targets or one class index, got 3"],
    [{ type: "logistic" }, { targets: change(y, 5, 2) }, "targets of sample 1 must lie in [0, 1], got 2"],
    [{ type: "l1" } as unknown as LossSpec, {}, 'unknown loss "l1"'],
  ];
  test.each(refusals)("%j %j", (loss, data, message) => {
    expect(() => networkProblem(linear, loss, { ...good, ...data })).toThrow(RangeError);
    expect(() => networkProblem(linear, loss, { ...good, ...data })).toThrow(message);
  });

  test("models without anything trained, without frozen values, with one logit", () => {
    const frozen = { ...linear, layers: [{ ...linear.layers[0], trainable: false }] };
    expect(() => networkProblem(frozen, mse, good)).toThrow("has 9 numbers that are not trained, got values for 0");
    expect(() => networkProblem(frozen, mse, good, { frozen: identity })).toThrow("nothing is trained");
    const one = { input: [3], layers: [{ type: "dense", units: 1 }] } as const;
    const data = { ...good, targets: Float64Array.of(0, 1) };
    expect(() => networkProblem(one, { type: "crossEntropy" }, data)).toThrow("needs at least two outputs");
  });
});
