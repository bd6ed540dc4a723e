// Three ways to the same linear system, (Σ p_i J_iᵀB_iJ_i + wI + μI)δ = −∇F: in the space of outputs, in parameter space,
// and by conjugate gradients; against the dense matrix put together from its definition.
import { expect, test } from "vitest";
import { compileObjective, interpreterEngine } from "../compile/index.ts";
import { type LossSpec, networkProblem } from "../network/index.ts";
import { createRng, lu, matrix, maxAbs, norm } from "../numeric/index.ts";
import type { DampedModel } from "./damped-model.ts";
import { dualModel } from "./dual-model.ts";
import { iterativeModel } from "./iterative-model.ts";
import { hessianModel, primalModel } from "./primal-model.ts";
import { regularizedLoss } from "./regularized-loss.ts";

const rng = createRng(41, "damped-model");
const [m, k, n] = [4, 3, 5 * 6 + 6 + 6 * 3 + 3];
const inputs = Float64Array.from({ length: m * 5 }, () => rng.normal());
const theta = Float64Array.from({ length: n }, () => 0.5 * rng.normal());

function objectiveOf(loss: LossSpec) {
  const soft = (i: number) => (i % k === 0 ? 0.5 : 0.25); // probabilities
  const target = (_: unknown, i: number) => (loss.type === "crossEntropy" ? soft(i) : rng.normal());
  const targets = Float64Array.from({ length: m * k }, target);
  const layers = [
    { type: "dense", units: 6, activation: "tanh" },
    { type: "dense", units: 3 },
  ] as const;
  const data = { inputs, targets, sampleCount: m, weights: [0.1, 0.2, 0.3, 0.4] };
  return compileObjective(networkProblem({ input: [5], layers }, loss, data), interpreterEngine);
}

/** Σ p_i J_iᵀB_iJ_i + sI, entry by entry. */
function denseCurvature(objective: ReturnType<typeof objectiveOf>, s: number) {
  const jacobian = new Float64Array(m * k * n);
  const blocks = new Float64Array(m * k * k);
  objective.jacobian(theta, jacobian);
  objective.outputHessian(theta, blocks);
  const curvature = matrix(n, n);
  for (let i = 0; i < m; i++) {
    for (let a = 0; a < k; a++) {
      for (let b = 0; b < k; b++) {
        const factor = objective.weights[i] * blocks[(i * k + a) * k + b];
        for (let x = 0; x < n; x++) {
          for (let y = 0; y < n; y++) {
            curvature.data[x * n + y] += factor * jacobian[(i * k + a) * n + x] * jacobian[(i * k + b) * n + y];
          }
        }
      }
    }
  }
  for (let x = 0; x < n; x++) curvature.data[x * n + x] += s;
  return curvature;
}

const losses: LossSpec[] = [{ type: "mse", scale: 0.7 }, { type: "crossEntropy" }, { type: "huber", delta: 0.5 }];

test.each(losses.flatMap((loss) => [0, 0.01].map((w) => [loss, w] as const)))("%o with weight decay %d", (loss, w) => {
  const objective = objectiveOf(loss);
  const regularized = regularizedLoss(objective, w);
  const gradient = new Float64Array(n);
  regularized.gradient(theta, gradient);
  const mu = 0.003;
  const dense = lu(denseCurvature(objective, w + mu));
  const exact = dense.solve(gradient);
  const other = Float64Array.from({ length: n }, () => rng.normal());
  const otherExact = dense.solve(other);
  const models: [DampedModel, number][] = [
    [dualModel(objective, w, theta, gradient), 1e-10],
    [primalModel(objective, w, theta, gradient), 1e-10],
    [iterativeModel(objective, regularized, theta, gradient), 2e-2],
  ];
  for (const [model, tolerance] of models) {
    expect(model.damp(mu)).toBe(true);
    const step = new Float64Array(n);
    expect(model.step(step)).toBe(true);
    expect(maxAbs(step.map((x, i) => x + exact[i]))).toBeLessThanOrEqual(tolerance * norm(exact));
    model.solve(other, step);
    expect(maxAbs(step.map((x, i) => x - otherExact[i]))).toBeLessThanOrEqual(tolerance * norm(otherExact));
  }
  const y = Float64Array.from({ length: m * k }, () => rng.normal());
  const lifted = models.slice(0, 2).map(([model]) => {
    const out = new Float64Array(n);
    model.lift?.(y, out);
    return out;
  });
  expect(norm(lifted[0])).toBeGreaterThan(0);
  expect(maxAbs(lifted[0].map((x, i) => x - lifted[1][i]))).toBeLessThanOrEqual(1e-10 * norm(lifted[0]));
});

test("the Hessian model refuses a damping below the negative eigenvalue", () => {
  const hvp = (_theta: Float64Array, v: Float64Array, out: Float64Array) => out.set([3 * v[0], -2 * v[1]]);
  const loss = { dimension: 2, weightDecay: 0, penalty: () => 0, value: () => 0, gradient: () => 0, hvp };
  const model = hessianModel(loss, new Float64Array(2), Float64Array.of(1, 1));
  expect(model.damp(1.9)).toBe(false);
  expect(model.damp(3)).toBe(true);
  const step = new Float64Array(2);
  model.step(step);
  expect([...step]).toEqual([-1 / 6, -1].map((x) => expect.closeTo(x, 14)));
});
