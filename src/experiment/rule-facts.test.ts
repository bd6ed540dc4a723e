// The table of update rules (THEORY §2) against determinants: on a network whose last hidden layer is dead, where gradient
// descent on half squared error is singular at η = 1 exactly, the Jacobian of one step in the full state, by forward mode,
// vanishes at a random state just where the verdict is "disproved".
import { expect, test } from "vitest";
import { compileDescent, interpreterEngine } from "../compile/index.ts";
import { denseTangent } from "../dynamics/index.ts";
import { networkProblem, readModel } from "../network/index.ts";
import { createRng, lu } from "../numeric/index.ts";
import { readSpec } from "../spec/index.ts";
import { decideByStructure, networkStructure } from "../verify/index.ts";
import { ruleFacts } from "./rule-facts.ts";

const model = readModel({
  input: [1],
  layers: [
    { type: "dense", units: 2, activation: "relu" },
    { type: "dense", units: 1 },
  ],
});
const data = { inputs: Float64Array.of(0.3, -0.7, 1), targets: Float64Array.of(0.5, -0.2, 1), sampleCount: 3 };
const problem = networkProblem(model, { type: "mse", scale: 0.5 }, data);
/** Hidden weights, hidden biases (far on the dead side), output weights, output bias. */
const dead = [0.3, -0.2, -5, -7, 0.4, 0.9, -0.6];
const rng = createRng(2, "update rules");

function singular(optimizer: { readonly type: string; readonly stepSize: number }): boolean {
  const { stepSize, ...rule } = optimizer;
  const map = compileDescent(problem, rule as { type: "gd" }, interpreterEngine, { stepSize });
  return [1, 2, 3].every(() => {
    const x = Float64Array.from({ length: map.dimension }, () => Math.abs(rng.normal()));
    x.set(dead);
    return lu(denseTangent(map, x)).logAbsDet < -25; // a pivot of rounding size; the factors themselves stay above −10
  });
}

const verdict = (optimizer: object) => {
  const objective = { parameters: ["x"], samples: ["x^2"] };
  const text = JSON.stringify({ objective, parameters: { values: [1] }, optimizer });
  const { spec } = readSpec(text, { file: "test" });
  const stepSize = spec.optimizer.stepSize as number;
  return decideByStructure(networkStructure(problem.lossProgram(2)), ruleFacts(spec, stepSize, { weightSums: [1] }))
    .verdict;
};

const noBias = { biasCorrection: false };

test.each([
  { type: "gd" },
  { type: "momentum", momentum: 0.9 },
  { type: "momentum", momentum: 0.9, dampening: 0.3 },
  { type: "nesterov", momentum: 0.9 },
  { type: "adam", ...noBias },
  { type: "adamw", weightDecay: 0.5, ...noBias },
  { type: "rmsprop" },
  { type: "adagrad" },
  { type: "lion" },
  { type: "lion", weightDecay: 0.5 },
  { type: "signSgd" },
  { type: "gd", weightDecay: 0.25 },
  { type: "nesterov", momentum: 0.5, weightDecay: 0.25 },
])("%j: the determinant vanishes on the dead piece where the verdict says so", (rule) => {
  for (const stepSize of [1, 0.8, 2, 4, 0.37]) {
    const optimizer = { ...rule, stepSize };
    expect([stepSize, verdict(optimizer) === "disproved"]).toEqual([stepSize, singular(optimizer)]);
  }
});

test("amsgrad: singular for every step size where the maximum is active, and where it is not as Adam", () => {
  const optimizer = { type: "amsgrad", stepSize: 0.37, ...noBias };
  expect(verdict(optimizer)).toBe("disproved");
  const { stepSize, ...rule } = optimizer;
  const map = compileDescent(problem, rule as { type: "amsgrad" }, interpreterEngine, { stepSize });
  const x = new Float64Array(map.dimension).fill(0.1);
  x.set(dead);
  x.fill(0, 3 * 7); // the running maximum
  expect(lu(denseTangent(map, x)).logAbsDet).toBe(Number.NEGATIVE_INFINITY);
});
