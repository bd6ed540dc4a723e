// Jacobian determinants of update rules in the full state against their closed forms (PROOFS, the shear theorem and its
// table), and tangents at rest.
import { describe, expect, test } from "vitest";
import { vjp } from "../autodiff/index.ts";
import { interpreterEngine } from "../compile/index.ts";
import { lu, matrix } from "../numeric/index.ts";
import * as p from "../program/index.ts";
import {
  type MapProgram,
  mapDimension,
  mapInputs,
  readUpdateRule,
  type UpdateRuleSpec,
  updateMap,
  volumeLaw,
} from "./index.ts";
import {
  type Buffers,
  data,
  gradientAt,
  hessian,
  jacobian,
  loss,
  n,
  random,
  runner,
  start,
} from "./test-support/small-network.ts";

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
