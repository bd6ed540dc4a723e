// Maps as programs: free numbers, batches, formulas, schedules, and what is refused.
import { expect, test } from "vitest";
import { jvp } from "../autodiff/index.ts";
import { interpreterEngine } from "../compile/index.ts";
import * as p from "../program/index.ts";
import { formulaMap, mapOutputs, stepSizeAt, type UpdateRuleSpec, updateMap } from "./index.ts";
import { data, jacobian, loss, n, objective, problem, random, runner, start } from "./test-support/small-network.ts";

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
