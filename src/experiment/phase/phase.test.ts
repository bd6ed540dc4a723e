// The verb `phase` through the whole pipeline: against the closed forms of the paper's two-weight network over step size
// and probability (THEORY §6), against `stability` cell by cell, and interrupted and resumed to the same bits.
import { describe, expect, test } from "vitest";
import { wasmEngine, wasmFactorKernel } from "../../compile/index.ts";
import { columnOf } from "../../record/index.ts";
import { readSpec, withValues } from "../../spec/index.ts";
import { type Host, InterruptedError, run } from "../index.ts";

const twoWeights = {
  model: { input: [1], layers: [1, 1].map((units) => ({ type: "dense", units, bias: false, activation: "relu" })) },
  data: { inputs: [[0.9], [2.5]], targets: [[0.9], [2.5]], weights: [0.5, 0.5] },
  loss: { type: "mse", scale: 0.5 },
  parameters: { values: [1, 1] },
  optimizer: { type: "sgd", stepSize: 0.15 },
};

const points = Array.from({ length: 6 }, (_, i) => [Math.sin(3 * i + 1), Math.cos(5 * i), Math.sin(7 * i * i)]);
const tanh = {
  model: {
    input: [3],
    layers: [
      { type: "dense", units: 4, activation: "tanh" },
      { type: "dense", units: 1 },
    ],
  },
  data: { inputs: points, targets: { from: "model" } },
  loss: { type: "mse", scale: 0.5 },
  optimizer: { type: "sgd", stepSize: 0.2 },
};

function specOf(problem: object, x: object, y: object, more: object = {}) {
  return readSpec(JSON.stringify({ ...problem, phase: { x, y, steps: 1000, ...more } }), { file: "phase" }).spec;
}

function host(change: Partial<Host> = {}): Host {
  return {
    readFile: () => Promise.reject(new Error("no files")),
    sha256: () => "",
    now: () => 0,
    progress: () => {},
    warn: () => {},
    interrupted: () => false,
    tool: { name: "separatrix", version: "0", command: "" },
    engine: wasmEngine,
    factorKernel: wasmFactorKernel,
    threads: 1,
    memory: Number.POSITIVE_INFINITY,
    ...change,
  };
}

const stepSizes = { path: "optimizer.stepSize", range: [0.05, 0.7], count: 8 };

test("step size × probability: closed forms", async () => {
  const spec = specOf(twoWeights, stepSizes, { path: "data.weights[0]", values: [0.2, 0.5, 0.8] });
  const { phase } = (await run(spec, "phase", host())).results;
  const [x, y, mu, lambda, meanSquare, sign] = ["x", "y", "mu", "lambda", "meanSquare", "sign"].map(
    (name) => columnOf(phase!, name)!,
  );
  expect(phase!.rows).toBe(24);
  x!.forEach((eta, i) => {
    const p = y![i]!;
    const [a, b] = [1 - 0.81 * eta * 2, 1 - 6.25 * eta * 2];
    const exponent = p * Math.log(Math.abs(a)) + (1 - p) * Math.log(Math.abs(b));
    expect(mu![i]).toBeCloseTo(Math.log(Math.abs(p * a + (1 - p) * b)), 11);
    expect(lambda![i]).toBeCloseTo(exponent, 11);
    expect(meanSquare![i]).toBeCloseTo(Math.log(p * a * a + (1 - p) * b * b) / 2, 9);
    expect(sign![i]).toBe(Math.sign(exponent));
  });
});

test("loss scale: κ scales the curvature, so only ηκ matters", async () => {
  const spec = specOf(twoWeights, { path: "loss.scale", values: [0.25, 0.5] }, stepSizes);
  const { phase } = (await run(spec, "phase", host())).results;
  const [kappa, eta, lambda] = ["x", "y", "lambda"].map((name) => columnOf(phase!, name)!);
  kappa!.forEach((k, i) => {
    const s = 2 * k * eta![i]! * 2;
    expect(lambda![i]).toBeCloseTo((Math.log(Math.abs(1 - 0.81 * s)) + Math.log(Math.abs(1 - 6.25 * s))) / 2, 11);
  });
});

test("momentum: μ of heavy ball, and no sign against that of `stability`", async () => {
  const heavy = { ...tanh, optimizer: { type: "momentum", stepSize: 0.2 } };
  const spec = specOf(
    heavy,
    { path: "optimizer.momentum", values: [0, 0.9] },
    { path: "optimizer.stepSize", values: [0.1, 8] },
  );
  const { phase } = (await run(spec, "phase", host())).results;
  const [beta, eta, mu, sign] = ["x", "y", "mu", "sign"].map((name) => columnOf(phase!, name)!);
  for (let i = 0; i < 4; i++) {
    const cell = withValues(spec, {
      "optimizer.momentum": beta![i],
      "optimizer.stepSize": eta![i],
      "stability.stepSizes.count": 2,
      "stability.steps": 2000,
      "stability.maxSteps": 2000,
    });
    const { results } = await run(cell, "stability", host());
    expect(mu![i]).toBeCloseTo(results.mu!.value!, 9);
    const verdict = { stable: -1, unstable: 1, undetermined: 0, "not-applicable": 0 }[results.lambda!.verdict];
    expect(sign![i]! * verdict).not.toBe(-1);
  }
});

describe("an interrupted diagram", () => {
  const spec = specOf(
    tanh,
    { path: "optimizer.stepSize", range: [0.5, 8], count: 5, scale: "log" },
    { path: "batch.size", range: [1, 4], count: 4 },
  );

  test("goes on where it stopped, to the same bits, without computing a cell twice", async () => {
    const straight = (await run(spec, "phase", host())).results.phase;
    const entries: unknown[] = [];
    const append = (entry: unknown) => entries.push(JSON.parse(JSON.stringify(entry)));
    let stopped = 0;
    for (; stopped < 20; stopped++) {
      const before = entries.length;
      const journal = { entries: entries.slice(), append };
      const stopping = host({ journal, interrupted: () => entries.length > before });
      const found = await run(spec, "phase", stopping).catch((error: unknown) => error);
      if (found instanceof InterruptedError) continue;
      expect((found as Awaited<ReturnType<typeof run>>).results.phase).toEqual(straight);
      break;
    }
    expect(stopped).toBeGreaterThan(3);
    const firstLooks = (entries as { cells: number[]; found: { budget: number }[] }[]).flatMap(({ cells, found }) =>
      cells.filter((_, i) => found[i]!.budget === 1000),
    );
    expect(firstLooks.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });
});

test("where samples are not fitted, μ alone, and no sign", async () => {
  const noisy = {
    ...tanh,
    data: { inputs: points.map(() => [1, 0, 0]), targets: points.map((_, i) => [i % 2]) },
    minimize: {},
  };
  const spec = specOf(noisy, { path: "optimizer.stepSize", values: [0.1, 1] }, { path: "batch.size", values: [1, 2] });
  const { results, warnings } = await run(spec, "phase", host());
  expect(results.minimum!.interpolating).toBe(false);
  expect(columnOf(results.phase!, "mu")!.every(Number.isFinite)).toBe(true);
  expect(columnOf(results.phase!, "sign")!.every((sign) => sign === 0)).toBe(true);
  expect(warnings.join()).toMatch(/residuals are left/);
});

test.each<[string, object, object, RegExp]>([
  ["the same path twice", stepSizes, stepSizes, /phase\.y\.path: expected another path/],
  ["a step size of 0", { ...stepSizes, range: [0, 1] }, { path: "batch.size", values: [1] }, /optimizer\.stepSize/],
  [
    "words",
    { path: "batch.size", values: ["one"] },
    stepSizes,
    /phase\.x\.values\[0\]: expected a number, found "one"/,
  ],
  ["a batch that does not fit", stepSizes, { path: "batch.size", values: [1, 0] }, /batch\.size/],
])("%s is bad input", async (_, x, y, message) => {
  await expect(run(specOf(twoWeights, x, y), "phase", host())).rejects.toThrow(message);
});
