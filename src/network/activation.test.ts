// Every activation against its closed form in plain arithmetic, its derivative away from kinks against the closed form of
// the derivative, and at kinks the convention of DESIGN §3: relu′(0) = 0, the left derivative elsewhere.
import { describe, expect, test } from "vitest";
import { jvp } from "../autodiff/index.ts";
import { interpreterEngine } from "../compile/index.ts";
import { erf } from "../numeric/index.ts";
import * as p from "../program/index.ts";
import { activationNames, readActivation } from "./activation.ts";
import type { ActivationSpec } from "./model-spec.ts";

type Scalar = (x: number) => number;
const sigmoid: Scalar = (x) => 1 / (1 + Math.exp(-x));
const density: Scalar = (x) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
const cdf: Scalar = (x) => (1 + erf(x / Math.SQRT2)) / 2;
const c = Math.sqrt(2 / Math.PI);
const [alpha, scale] = [1.6732632423543772, 1.0507009873554805];

/** σ and σ′ in closed form; σ′ is asked for away from kinks only. */
const forms: [ActivationSpec, Scalar, Scalar][] = [
  ["identity", (x) => x, () => 1],
  ["relu", (x) => (x > 0 ? x : 0), (x) => (x > 0 ? 1 : 0)],
  ["leakyRelu", (x) => (x > 0 ? x : 0.01 * x), (x) => (x > 0 ? 1 : 0.01)],
  [{ type: "leakyRelu", slope: 0.2 }, (x) => (x > 0 ? x : 0.2 * x), (x) => (x > 0 ? 1 : 0.2)],
  [{ type: "leakyRelu", slope: 1.5 }, (x) => (x > 0 ? x : 1.5 * x), (x) => (x > 0 ? 1 : 1.5)],
  [{ type: "leakyRelu", slope: -1 }, Math.abs, Math.sign],
  ["relu6", (x) => Math.min(Math.max(x, 0), 6), (x) => (x > 0 && x < 6 ? 1 : 0)],
  ["abs", Math.abs, Math.sign],
  ["square", (x) => x * x, (x) => 2 * x],
  ["hardTanh", (x) => Math.min(Math.max(x, -1), 1), (x) => (Math.abs(x) < 1 ? 1 : 0)],
  ["hardSigmoid", (x) => Math.min(Math.max(x + 3, 0), 6) / 6, (x) => (Math.abs(x) < 3 ? 1 / 6 : 0)],
  ["hardSwish", (x) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6, (x) => (x <= -3 ? 0 : x >= 3 ? 1 : (2 * x + 3) / 6)],
  ["elu", (x) => (x > 0 ? x : Math.expm1(x)), (x) => (x > 0 ? 1 : Math.exp(x))],
  [{ type: "elu", alpha: 0.5 }, (x) => (x > 0 ? x : 0.5 * Math.expm1(x)), (x) => (x > 0 ? 1 : 0.5 * Math.exp(x))],
  ["selu", (x) => scale * (x > 0 ? x : alpha * Math.expm1(x)), (x) => scale * (x > 0 ? 1 : alpha * Math.exp(x))],
  ["softplus", (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), sigmoid],
  ["softsign", (x) => x / (1 + Math.abs(x)), (x) => 1 / (1 + Math.abs(x)) ** 2],
  ["sigmoid", sigmoid, (x) => sigmoid(x) * sigmoid(-x)],
  ["tanh", Math.tanh, (x) => 1 / Math.cosh(x) ** 2],
  ["gelu", (x) => x * cdf(x), (x) => cdf(x) + x * density(x)],
  [
    "geluTanh",
    (x) => 0.5 * x * (1 + Math.tanh(c * (x + 0.044715 * x ** 3))),
    (x) => {
      const t = Math.tanh(c * (x + 0.044715 * x ** 3));
      return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * c * (1 + 3 * 0.044715 * x * x);
    },
  ],
  ["silu", (x) => x * sigmoid(x), (x) => sigmoid(x) * (1 + x * sigmoid(-x))],
  ["sin", Math.sin, Math.cos],
  ["exp", Math.exp, Math.exp],
  ["step", (x) => (x > 0 ? 1 : 0), () => 0],
];

/** σ and σ′ at the given points, by the program. */
function evaluate(spec: ActivationSpec, points: readonly number[]) {
  const x = p.input("x", [points.length], { role: "data" });
  const y = readActivation(spec)(x);
  const [slope] = jvp([y], new Map([[x, p.constant(1, x.shape)]]));
  const outputs = [
    { buffer: "y", offset: 0, node: p.add(y, 0) },
    { buffer: "slope", offset: 0, node: slope ? p.add(slope, 0) : p.constant(0, x.shape) },
  ];
  const executable = interpreterEngine.load(p.buildProgram(outputs, { x: points.length }));
  executable.buffers["x"]!.set(points);
  executable.run();
  return { values: [...executable.buffers["y"]!], slopes: [...executable.buffers["slope"]!] };
}

test("every activation is covered", () => {
  const covered = new Set(forms.map(([spec]) => (typeof spec === "string" ? spec : spec.type)));
  expect([...covered].sort()).toEqual([...activationNames].sort());
});

const points = [-40, -7.3, -4, -2.2, -0.9, -0.31, -1e-9, 1e-9, 0.2, 0.77, 1.6, 2.9, 3.4, 5.1, 7, 40];

test.each(forms)("%o: value and derivative", (spec, f, derivative) => {
  const { values, slopes } = evaluate(spec, points);
  points.forEach((x, i) => {
    expect(Math.abs(values[i]! - f(x))).toBeLessThanOrEqual(8e-16 * (1 + Math.abs(f(x))));
    expect(Math.abs(slopes[i]! - derivative(x))).toBeLessThanOrEqual(2e-15 * (1 + Math.abs(derivative(x))));
  });
});

describe("derivatives at kinks are those from the left", () => {
  const kinks: [ActivationSpec, number, number][] = [
    ["relu", 0, 0],
    ["leakyRelu", 0, 0.01],
    [{ type: "leakyRelu", slope: 1.5 }, 0, 1.5],
    ["relu6", 0, 0],
    ["relu6", 6, 1],
    ["abs", 0, -1],
    ["hardTanh", -1, 0],
    ["hardTanh", 1, 1],
    ["hardSigmoid", -3, 0],
    ["hardSigmoid", 3, 1 / 6],
    ["hardSwish", -3, 0],
    ["hardSwish", 3, 1.5],
    [{ type: "elu", alpha: 0.5 }, 0, 0.5],
    ["selu", 0, alpha * scale],
    ["softsign", 0, 1],
    ["step", 0, 0],
  ];
  test.each(kinks)("%o at %d is %d", (spec, at, slope) => {
    expect(evaluate(spec, [at]).slopes[0]).toBeCloseTo(slope, 15);
  });
});

// e^800 overflows: it must not leak into branches that do not use it, nor 0·∞ into derivatives.
test.each(forms.filter(([spec]) => spec !== "exp" && spec !== "square"))("%o is finite far out", (spec) => {
  const { values, slopes } = evaluate(spec, [-800, 800]);
  expect([...values, ...slopes].every(Number.isFinite)).toBe(true);
});

test.each([
  ["rleu", 'unknown activation "rleu"; did you mean relu?'],
  ["toString", 'unknown activation "toString"'],
  [{ type: "leakyRelu", slope: Number.NaN }, "leakyRelu: slope must be a finite number, got NaN"],
  [{ type: "elu", alpha: Number.POSITIVE_INFINITY }, "elu: alpha must be a finite number, got Infinity"],
])("%o is refused", (spec, message) => {
  expect(() => readActivation(spec as ActivationSpec)).toThrow(message);
});
