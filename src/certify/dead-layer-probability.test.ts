// The probability of starting dead, against the closed forms of THEORY §2: PyTorch's initialiser, a 1-h-1 ReLU network and
// inputs that reach ±1 give q = P(b < −|w|) = 1/4, so 4^−h; one sample and a sign-symmetric initialiser without biases give
// 2^−h. The estimator with fresh units must be unbiased: for a body that switches the layer off with probability ½ it must
// agree with the exact mixture.
import { describe, expect, test } from "vitest";
import { interpreterEngine } from "../compile/index.ts";
import { type InitSpec, initialParameters, type LayerSpec, networkProblem, readModel } from "../network/index.ts";
import { deadLayerProbability } from "./index.ts";

function estimate(layers: readonly LayerSpec[], inputs: readonly number[], init: InitSpec, bodies = 300, perBody = 6) {
  const model = readModel({ input: [1], layers });
  const targets = new Float64Array(inputs.length);
  const data = { inputs: Float64Array.from(inputs), targets, sampleCount: inputs.length };
  const problem = networkProblem(model, { type: "mse", scale: 0.5 }, data);
  return deadLayerProbability(problem, {
    ...{ engine: interpreterEngine, bodies, layers: perBody },
    draw: (index) => initialParameters(model, init, index).theta,
  })!;
}

const relu = (units: number, bias = true): LayerSpec => ({ type: "dense", units, bias, activation: "relu" });
const output: LayerSpec = { type: "dense", units: 1 };

describe("deadLayerProbability", () => {
  test.each([1, 2, 4])("PyTorch's initialiser, 1-%d-1, inputs reaching ±1: 4^−h", (h) => {
    const {
      value,
      confidence95: [lo, hi],
      method,
    } = estimate([relu(h), output], [-1, 0.2, 1], "torch");
    expect(method).toBe("binomial");
    expect(lo).toBeLessThan(4 ** -h);
    expect(hi).toBeGreaterThan(4 ** -h);
    expect(hi / lo).toBeLessThan(1.3 ** h);
    expect(value).toBeGreaterThan(lo);
  });

  test("one sample, no bias, symmetric initialiser: 2^−h", () => {
    const {
      confidence95: [lo, hi],
    } = estimate([relu(3, false), output], [0.7], "heNormal");
    expect(lo).toBeLessThan(1 / 8);
    expect(hi).toBeGreaterThan(1 / 8);
  });

  test("with a body: one unit below, dead with probability 1/4 on inputs reaching ±1, and then half of all layers", () => {
    // Behind a dead unit the second layer sees 0 and its own bias: dead with probability ½ each, so 2^−h there. Live bodies
    // are integrated numerically: u = relu(wx + b) is at most t on the batch and at least r, the unit v·u + c dead iff c < −v·(r or t).
    const h = 2;
    const {
      value,
      confidence95: [lo, hi],
      method,
    } = estimate([relu(1), relu(h), output], [-1, 0.2, 1], "torch", 600, 12);
    expect(method).toBe("fresh units");
    const exact = mixture(h);
    expect(lo).toBeLessThan(exact);
    expect(hi).toBeGreaterThan(exact);
    expect(Math.abs(value - exact)).toBeLessThan(0.03);
  });
});

/** E[q^h] over the body's (w, b) uniform on [−1, 1]², by a midpoint rule. */
function mixture(h: number): number {
  const steps = 200;
  let total = 0;
  for (let i = 0; i < steps; i++) {
    for (let j = 0; j < steps; j++) {
      const [w, b] = [(2 * i + 1) / steps - 1, (2 * j + 1) / steps - 1];
      const features = [-1, 0.2, 1].map((x) => Math.max(0, w * x + b));
      total += chanceOfDeath(Math.min(...features), Math.max(...features)) ** h;
    }
  }
  return total / steps ** 2;
}

/** P(c ≤ −v·r and c ≤ −v·t) for v, c uniform on [−1, 1] and 0 ≤ r ≤ t: c ≤ −v·t for v > 0, c ≤ −v·r for v < 0. */
function chanceOfDeath(r: number, t: number): number {
  const below = (x: number) => (Math.min(1, Math.max(-1, x)) + 1) / 2;
  const steps = 60;
  let total = 0;
  for (let i = 0; i < steps; i++) {
    const v = (2 * i + 1) / steps - 1;
    total += below(-v * (v > 0 ? t : r));
  }
  return total / steps;
}
