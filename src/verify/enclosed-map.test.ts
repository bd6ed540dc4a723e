// Maps read in intervals contain what the compiled maps compute, derivative included, for every kind of update rule; and a
// box that a kink may cross is refused.
import { describe, expect, test } from "vitest";
import { compileDescent, compileMap, interpreterEngine } from "../compile/index.ts";
import { formulaMap, type UpdateRuleSpec, updateMap } from "../descent/index.ts";
import { denseTangent } from "../dynamics/index.ts";
import * as iv from "../interval/index.ts";
import { createRng } from "../numeric/index.ts";
import { twoWeightNetwork } from "../problems/index.ts";
import { formulaProblem, type Problem } from "../program/index.ts";
import { type EnclosedMap, encloseMap } from "./index.ts";

const ball = (x: ArrayLike<number>, radius: number): iv.IntervalArray => ({
  lo: Float64Array.from(x, (v) => v - radius),
  hi: Float64Array.from(x, (v) => v + radius),
});

function enclosedDescent(problem: Problem, rule: UpdateRuleSpec, stepSize: number): EnclosedMap {
  const { data, frozen, weights, sampleCount } = problem;
  const map = updateMap(problem.lossProgram(sampleCount), rule);
  return encloseMap(map, { ...data, frozen, weights, stepSize: [stepSize] });
}

const bowl = formulaProblem({ parameters: ["x", "y"], samples: ["tanh(x*y) + x^2 + 0.3*exp(y)", "(x - y)^2/3"] });
const rules: readonly UpdateRuleSpec[] = [
  { type: "gd" },
  { type: "momentum", momentum: 0.7 },
  { type: "nesterov", momentum: 0.3, weightDecay: 0.01 },
  { type: "adam", biasCorrection: false },
  { type: "rmsprop" },
  { type: "sam", rho: 0.05 },
  { type: "gd", clipNorm: 0.1 },
] as const;

describe.each(rules.map((rule) => [JSON.stringify(rule), rule] as const))("%s", (_, rule) => {
  test("step and derivative at points of a small box lie in their enclosures, which are narrow", () => {
    const map = compileDescent(bowl, rule, interpreterEngine, { stepSize: 0.1 });
    const enclosed = enclosedDescent(bowl, rule, 0.1);
    const rng = createRng(2, "enclosed map");
    expect(enclosed.dimension).toBe(map.dimension);
    for (let trial = 0; trial < 5; trial++) {
      const centre = Float64Array.from({ length: map.dimension }, () => 0.5 + rng.uniform());
      const box = ball(centre, 1e-6);
      const step = enclosed.step(box);
      const jacobian = enclosed.jacobian(box)!;
      for (let k = 0; k < 4; k++) {
        const x = centre.map((c) => c + 1e-6 * (2 * rng.uniform() - 1));
        const image = new Float64Array(map.dimension);
        map.step(x, image);
        image.forEach((value, i) => {
          expect(value).toBeGreaterThanOrEqual(step.lo[i]! - 1e-15);
          expect(value).toBeLessThanOrEqual(step.hi[i]! + 1e-15);
          expect(step.hi[i]! - step.lo[i]!).toBeLessThan(1e-4);
        });
        denseTangent(map, x).data.forEach((value, i) => {
          expect(value).toBeGreaterThanOrEqual(jacobian.lo[i]! - 1e-14);
          expect(value).toBeLessThanOrEqual(jacobian.hi[i]! + 1e-14);
          expect(jacobian.hi[i]! - jacobian.lo[i]!).toBeLessThan(1e-3);
        });
      }
    }
  });
});

test("the paper's network: I − η∇²L in the live quadrant, the identity in a dead one, refused across an axis", () => {
  const map = enclosedDescent(twoWeightNetwork().problem, { type: "gd" }, 0.1);
  const [u, v, h] = [1.2, 0.7, 0.353];
  const live = map.jacobian(ball([u, v], 1e-9))!;
  const truth = [1 - h * v * v, -h * (2 * u * v - 1), -h * (2 * u * v - 1), 1 - h * u * u];
  truth.forEach((value, i) => {
    expect(iv.contains(iv.intervalAt(live, i), value)).toBe(true);
  });
  const dead = map.jacobian(ball([-1.2, 0.7], 1e-3))!;
  expect([...dead.lo, ...dead.hi].map((x) => x + 0)).toEqual([1, 0, 0, 1, 1, 0, 0, 1]);
  expect(map.jacobian(ball([0, 0.7], 1e-3))).toBeNull();
});

test("formulas: kinks of max, min, abs and if are met, ends of domains leave the derivative unbounded", () => {
  const at = (next: string, x: number) =>
    encloseMap(formulaMap({ variables: ["x"], next: [next] }), {}).jacobian(ball([x], 1e-3));
  for (const next of ["max(x, 1)", "abs(x - 1)", "if(x < 1, x, 2*x)", "sqrt(max(x, 1))", "min(x^2, 1)"]) {
    expect(at(next, 1), next).toBeNull();
    expect(at(next, 0.5), next).not.toBeNull();
  }
  expect(iv.isBoundedArray(at("sqrt(x)", 0)!)).toBe(false);
  expect(iv.isBoundedArray(at("1/(x - 1)", 1)!)).toBe(false);
});

test("numbers stand for what was written: 0.1x encloses both a tenth and its double", () => {
  const map = encloseMap(formulaMap({ variables: ["x"], parameters: ["k"], next: ["k*x"] }), { k: [0.1] });
  const compiled = compileMap(
    formulaMap({ variables: ["x"], parameters: ["k"], next: ["k*x"] }),
    interpreterEngine,
    { scalars: { k: 0.1 } },
  ); // biome-ignore format: short
  const out = new Float64Array(1);
  compiled.step(Float64Array.of(3), out);
  const step = map.step(ball([3], 0));
  expect(step.lo[0]).toBeLessThan(out[0]!);
  expect(step.hi[0]).toBeGreaterThanOrEqual(out[0]!);
  expect(step.hi[0]! - step.lo[0]!).toBeLessThan(1e-15);
});
