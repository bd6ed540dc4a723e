// What counts as an interpolating minimum (DESIGN §5), and where it cannot be one: logits reach the probabilities 0 and 1 only
// at infinity. Along the separable problem below ∇L and ∇²L decay like e^−s together (closed form), so residuals of 1e-9 are
// no interpolation; with targets inside (0, 1) the same network interpolates at a finite point.
import { expect, test } from "vitest";
import { wasmEngine } from "../compile/index.ts";
import type { RunRecord } from "../record/index.ts";
import { readSpec } from "../spec/index.ts";
import { type Host, run } from "./index.ts";

const host: Host = {
  readFile: async (path) => {
    throw new Error(`no file ${path}`);
  },
  ...{ sha256: () => "0".repeat(64), now: () => 0, progress: () => {}, warn: () => {}, interrupted: () => false },
  ...{ tool: { name: "separatrix", version: "0", command: "separatrix stability x.yaml" }, engine: wasmEngine },
  ...{ threads: 1, memory: 1e9 },
};

/** One logit s·x, samples x = ±1 with targets (1 + x·sure)/2, at the logit `s`. */
const ask = (s: number, high: number): Promise<RunRecord> => {
  const text = `
model: { input: [1], layers: [{ type: dense, units: 1, bias: false }] }
data: { inputs: [[1], [-1]], targets: [[${high}], [${1 - high}]] }
loss: logistic
parameters: { values: [${s}] }
optimizer: { type: sgd, stepSize: 0.1 }
stability: { stepSizes: { count: 4 } }`;
  return run(readSpec(text, { file: "x.yaml" }).spec, "stability", host);
};

test("hard labels: residuals of 1e-9 are no interpolation, and the curvature is σ′(s)", async () => {
  const { results } = await ask(20, 1);
  expect(results.minimum).toMatchObject({ interpolating: false });
  expect(results.minimum!.maxResidual!).toBeLessThan(1e-8);
  expect(results.lambda).toMatchObject({ verdict: "not-applicable", cause: "no-finite-minimum", value: null });
  const sigma = 1 / (1 + Math.exp(-20));
  expect(results.curvature!.sharpness! / (sigma * (1 - sigma))).toBeCloseTo(1, 6);
});

test("soft labels: the same network interpolates where σ(s) is the target", async () => {
  const { results } = await ask(Math.log(3), 0.75);
  expect(results.minimum).toMatchObject({ interpolating: true });
  expect(results.curvature!.sharpness).toBeCloseTo(3 / 16, 12);
  expect(results.lambda!.value).toBeCloseTo(Math.log(1 - 0.1 * (3 / 16)), 12);
});
