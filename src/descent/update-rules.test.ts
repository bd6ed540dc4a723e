// Update rules against plain loops that follow PyTorch 1.13's single-tensor optimizers line by line (torch/optim/*.py:
// adam, adamw, rmsprop, adagrad, sgd; torch/nn/utils/clip_grad.py), Lion (Chen et al. 2023), SAM (Foret et al. 2021).
import { describe, expect, test } from "vitest";
import { interpreterEngine } from "../compile/index.ts";
import { mapDimension, perturbation, type UpdateRuleSpec, updateMap, updateStep } from "./index.ts";
import { data, gradientAt, loss, n, random, runner, start } from "./test-support/small-network.ts";

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
