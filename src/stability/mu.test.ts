import { describe, expect, test } from "vitest";
import { mu, muVerdict } from "./mu.ts";
import { curvatureLimit, ruleExponent, stepMatrix, stepSizeLimit, type UpdateRule } from "./update-rule.ts";

const gd: UpdateRule = { type: "gd" };

// THEORY §6: f(x) = ReLU(θ₂ReLU(θ₁x)) at a minimum with s = θ₁²+θ₂² has H = (0.81p + 6.25(1−p)) s on one direction.
test.each([
  [0.15, 0.5, 2, -2.8302178350764],
  [0.3, 0.58, 4, 0.99833512714139],
])("μ of the two-weight network, η = %d, p = %d, s = %d", (stepSize, p, s, expected) => {
  const eigenvalue = (0.81 * p + 6.25 * (1 - p)) * s;
  const result = mu([eigenvalue], gd, stepSize);
  expect(Math.abs(result.value! - expected)).toBeLessThan(1e-12);
  expect(result.at).toBe(eigenvalue);
});

// THEORY §6, Fig. 4 left edges: stable up to s = 2/(η(0.81p + 6.25(1−p))).
test.each([
  [0.15, 0.5, 3.77714825306893],
  [0.3, 0.58, 2.15415104907156],
])("GD-stable end of the minimum set, η = %d, p = %d", (stepSize, p, end) => {
  const unit = 0.81 * p + 6.25 * (1 - p);
  expect(curvatureLimit(gd, stepSize) / unit).toBeCloseTo(end, 13);
  expect(stepSizeLimit(gd, unit * end)).toBeCloseTo(stepSize, 14);
});

// WME18 (THEORY §6): at x = 0 and x = 1 the mean Hessian is 2, η = 0.7: μ = log 0.4.
test("μ of the WME18 toy", () => {
  expect(mu([2], gd, 0.7).value).toBeCloseTo(-0.9162907318741553, 15);
});

// μ is decided by whichever end of the spectrum is larger in |1 − ηλ|.
test("`at` is the slowest or the stiffest eigenvalue", () => {
  expect(mu([3, 1, 0.01], gd, 0.5).at).toBe(0.01);
  expect(mu([3.99, 1, 0.01], gd, 0.501).at).toBe(3.99);
});

test("annihilation is superstable, an empty spectrum has no exponent", () => {
  expect(mu([2], gd, 0.5)).toEqual({ value: Number.NEGATIVE_INFINITY, superstable: true, at: 2 });
  expect(mu([], gd, 0.5)).toEqual({ value: null, superstable: false, at: null });
});

describe.each<[string, UpdateRule, (h: number) => readonly number[], number]>([
  ["gd", gd, (h) => [1 - h], 2],
  // v′ = βv + g, δ′ = δ − ηv′ has the characteristic polynomial z² − (1 + β − h)z + β; THEORY §3: stable iff h < 2(1+β).
  ["momentum", { type: "momentum", momentum: 0.9 }, (h) => [1.9 - h, 0.9], 3.8],
  ["dampened", { type: "momentum", momentum: 0.5, dampening: 0.5 }, (h) => [1.5 - h / 2, 0.5], 6],
  // Nesterov: z² − (1+β)(1−h)z + β(1−h); stable iff h < 2(1+β)/(1+2β).
  ["nesterov", { type: "nesterov", momentum: 0.9 }, (h) => [1.9 * (1 - h), 0.9 * (1 - h)], 3.8 / 2.8],
])("%s", (_, rule, polynomial, limit) => {
  test("exponent is the log of the larger root's modulus", () => {
    for (const h of [0.001, 0.1, 0.7, 1, 1.2, 2.5, 3.9]) {
      const [trace, determinant = 0] = polynomial(h);
      const discriminant = trace * trace - 4 * determinant;
      const radius = discriminant < 0 ? Math.sqrt(determinant) : (Math.abs(trace) + Math.sqrt(discriminant)) / 2;
      const [stepSize, eigenvalue] = [0.25, h / 0.25];
      if (radius > 1e-9) expect(ruleExponent(rule, stepSize, eigenvalue)).toBeCloseTo(Math.log(radius), 7);
    }
  });

  test("exponent changes sign exactly at the limit", () => {
    expect(ruleExponent(rule, 0.1, (limit / 0.1) * (1 - 1e-9))).toBeLessThan(0);
    expect(ruleExponent(rule, 0.1, (limit / 0.1) * (1 + 1e-9))).toBeGreaterThan(0);
    expect(curvatureLimit(rule, 0.1)).toBeCloseTo(limit / 0.1, 12);
    expect(stepSizeLimit(rule, 5)).toBeCloseTo(limit / 5, 14);
  });

  test("a schedule is the composition of its steps", () => {
    expect(ruleExponent(rule, [0.1, 0.1, 0.1], 3)).toBeCloseTo(ruleExponent(rule, 0.1, 3), 12);
    const [a, b, c, d] = stepMatrix(rule, 0.3, 2);
    const [p, q, r, s] = stepMatrix(rule, 0.05, 2);
    const trace = p * a + q * c + r * b + s * d;
    const determinant = (a * d - b * c) * (p * s - q * r);
    const inside = trace * trace - 4 * determinant;
    const radius = inside < 0 ? Math.sqrt(determinant) : (Math.abs(trace) + Math.sqrt(inside)) / 2;
    expect(ruleExponent(rule, [0.3, 0.05], 2)).toBeCloseTo(Math.log(radius) / 2, 12);
  });
});

// Coupled decay adds w to every eigenvalue; decoupled decay multiplies the position by 1 − ηw. For GD they coincide.
test.each<UpdateRule>([
  { type: "gd", weightDecay: 0.2 },
  { type: "gd", weightDecay: 0.2, decoupled: true },
  { type: "momentum", momentum: 0.8, weightDecay: 0.2 },
  { type: "momentum", momentum: 0.8, weightDecay: 0.2, decoupled: true },
  { type: "nesterov", momentum: 0.8, weightDecay: 0.2 },
  { type: "nesterov", momentum: 0.8, weightDecay: 0.2, decoupled: true },
])("limit with weight decay is where the exponent changes sign: %j", (rule) => {
  const limit = curvatureLimit(rule, 0.3);
  expect(ruleExponent(rule, 0.3, limit * (1 - 1e-9))).toBeLessThan(0);
  expect(ruleExponent(rule, 0.3, limit * (1 + 1e-9))).toBeGreaterThan(0);
});

test("verdict compares the spectrum with its residual, and never the rank", () => {
  const verdict = (sharpness: number, residual: number, smallest?: { value: number; residual: number }) =>
    muVerdict({ sharpness, residual, ...(smallest && { smallest }) }, gd, 0.5);
  expect(verdict(3.9, 0.05).verdict).toBe("stable");
  expect(verdict(4.1, 0.05).verdict).toBe("unstable");
  expect(verdict(3.97, 0.05)).toMatchObject({ verdict: "undetermined", cause: "residual-too-large" });
  expect(verdict(4, 0)).toMatchObject({ verdict: "undetermined", cause: "interval-contains-zero" });
  expect(verdict(3.9, 0, { value: -0.1, residual: 0.01 })).toMatchObject({ verdict: "unstable", cause: "saddle" });
  expect(verdict(3.9, 0, { value: -0.001, residual: 0.01 }).verdict).toBe("stable");
  expect(verdict(0, 0).verdict).toBe("not-applicable");
});

test("an eigenvalue below 0 by less than the gradient's size leaves the verdict open, a larger one is a saddle", () => {
  const at = (value: number, gradientNorm: number) =>
    muVerdict({ sharpness: 1, residual: 0, smallest: { value, residual: 1e-15 }, gradientNorm }, { type: "gd" }, 0.1);
  expect(at(-1.5e-10, 3.5e-10)).toMatchObject({ verdict: "undetermined", cause: "not-a-minimum" });
  expect(at(-1.5e-10, 0)).toMatchObject({ verdict: "unstable", cause: "saddle" });
  expect(at(-1e-3, 3.5e-10)).toMatchObject({ verdict: "unstable", cause: "saddle" });
});
