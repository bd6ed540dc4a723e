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

describe("where residuals are left", () => {
  const columns = ["x", "y", "mu", "lambda", "lambdaLo", "lambdaHi", "meanSquare", "sign"];
  const tableFor = async (spec: ReturnType<typeof specOf>) => {
    const record = await run(spec, "phase", host());
    const { phase, minimum } = record.results;
    const [x, y, mu, lambda, lo, hi, meanSquare, sign] = columns.map((name) => columnOf(phase!, name)!);
    const note = phase!.values!.map((row) => row[phase!.columns.indexOf("note")]);
    return { ...{ record, minimum, x, y, mu, lambda, lo, hi, meanSquare, sign, note }, warnings: record.warnings };
  };

  // ℓ_i = ½a_i(x − y_i)² with Σ a_i y_i = 0: λ = E log|1 − ηa_i| and ½ log E(1 − ηa_i)² at x = 0, whatever the noise.
  test("one parameter: closed forms, the variance finite where the mean square is negative", async () => {
    const pulled = {
      objective: { parameters: ["x"], samples: ["0.5*(x - 2)^2", "(x + 1)^2"] },
      parameters: { values: [0] },
      optimizer: { type: "sgd", stepSize: 0.1 },
    };
    const spec = specOf(
      pulled,
      { path: "optimizer.stepSize", values: [0.1, 0.7, 1.25, 2] },
      { path: "batch.size", values: [1] },
    );
    const { x, mu, lambda, lo, hi, meanSquare, sign, note, warnings } = await tableFor(spec);
    x!.forEach((eta, i) => {
      const [a, b] = [1 - eta, 1 - 2 * eta];
      const exponent = (Math.log(Math.abs(a)) + Math.log(Math.abs(b))) / 2;
      expect(mu![i]).toBeCloseTo(Math.log(Math.abs(1 - 1.5 * eta)), 9);
      expect(meanSquare![i]).toBeCloseTo(Math.log((a * a + b * b) / 2) / 2, 9);
      const margin = Math.max(1e-9, hi![i]! - lo![i]!);
      expect(Math.abs(lambda![i]! - exponent)).toBeLessThan(margin);
      if (sign![i] !== 0) expect(sign![i]).toBe(Math.sign(exponent));
      expect(note[i]).toMatch(/residuals are left, the largest .*: λ is that of the linearised steps, an estimate/);
    });
    expect(sign!.every((value) => value !== 0)).toBe(true);
    // η = 1.25: the exponent is negative, ½ log(¼·2.25) − …, the second moment is not: heavy tails.
    expect([sign![2], Math.sign(meanSquare![2]!)]).toEqual([-1, 1]);
    expect(warnings.join()).toMatch(/^in 4 cells residuals are left/);
  });

  const noisy = {
    ...tanh,
    data: { inputs: points.map(() => [1, 0, 0]), targets: points.map((_, i) => [i % 2]) },
    minimize: {},
    optimizer: { ...tanh.optimizer, weightDecay: 0.01 },
  };

  test.each(["sgd", "momentum"])("cell by cell as `stability` says, %s", async (type) => {
    const own = { ...noisy, optimizer: { ...noisy.optimizer, type } };
    const spec = specOf(own, { path: "optimizer.stepSize", values: [0.1, 3] }, { path: "batch.size", values: [1, 2] });
    const { x, y, mu, lambda, lo, hi, meanSquare, sign, minimum } = await tableFor(spec);
    expect(minimum!.interpolating).toBe(false);
    for (let i = 0; i < 4; i++) {
      const cell = withValues(spec, { "optimizer.stepSize": x![i], "batch.size": y![i], "stability.steps": 2e4 });
      const { linearized, mu: own } = (await run(cell, "stability", host())).results;
      const [a, b] = linearized!.confidence95!;
      expect(mu![i]).toBeCloseTo(own!.value!, 9);
      const margin = b - a + hi![i]! - lo![i]! + 1e-12; // rounding, where growth is the same every step
      expect(Math.abs(lambda![i]! - linearized!.exponent!)).toBeLessThan(margin);
      const sure = a > 0 ? 1 : b < 0 ? -1 : 0;
      expect(sign![i]! * sure).not.toBe(-1);
      if (type === "sgd") {
        expect(Math.sign(meanSquare![i]!)).toBe(x![i]! < linearized!.meanSquareStepSize! ? -1 : 1);
      } else expect(meanSquare![i]).toBeGreaterThan(lambda![i]! - margin);
    }
  });

  // Too many parameters to keep the Hessians: products of batches. On most directions H_i is the weight decay alone, so the
  // exponent is at least log(1 − ηw).
  test("large networks by Hessian products", async () => {
    const layers = [
      { type: "dense", units: 400, activation: "tanh" },
      { type: "dense", units: 1 },
    ];
    const optimizer = { ...noisy.optimizer, weightDecay: 0.1 };
    const large = { ...noisy, optimizer, model: { input: [3], layers } };
    const [stepSize, size] = [
      { path: "optimizer.stepSize", values: [0.2, 25] },
      { path: "batch.size", values: [2] },
    ];
    const spec = specOf(large, stepSize, size, { steps: 1e4 });
    const { lambda, lo, hi, sign, note, meanSquare } = await tableFor(spec);
    expect([...sign!]).toEqual([-1, 1]);
    expect(lambda![0]).toBeGreaterThan(Math.log(1 - 0.2 * 0.1) - (hi![0]! - lo![0]!));
    expect(meanSquare!.some(Number.isFinite)).toBe(false);
    expect(note[0]).toContain("too many parameters to keep the samples' Hessians");
  });

  test("away from a critical point nothing but μ, and the cell says why", async () => {
    const { minimize: _, ...away } = noisy;
    const spec = specOf(away, { path: "optimizer.stepSize", values: [0.1, 1] }, { path: "batch.size", values: [1, 2] });
    const { mu, lambda, sign, note, warnings } = await tableFor(spec);
    expect(mu!.every(Number.isFinite)).toBe(true);
    expect(lambda!.some(Number.isFinite)).toBe(false);
    expect([...sign!]).toEqual([0, 0, 0, 0]);
    expect(note[0]).toMatch(/not a critical point, the gradient norm is/);
    expect(warnings.join()).toMatch(/no sign of λ is claimed in 4 cells/);
  });
});

// H₁ = 2, H₂ = −½ in one direction (indefinite.test.ts): closed forms, and no Φ.
test("samples with indefinite Hessians", async () => {
  const pulling = {
    objective: { parameters: ["x"], samples: ["x^2", "-0.25*x^2"] },
    parameters: { values: [0] },
    optimizer: { type: "sgd", stepSize: 0.1 },
  };
  const spec = specOf(
    pulling,
    { path: "optimizer.stepSize", values: [0.1, 0.8, 0.9] },
    { path: "batch.size", values: [1] },
  );
  const { phase } = (await run(spec, "phase", host())).results;
  const [x, lambda, meanSquare, sign] = ["x", "lambda", "meanSquare", "sign"].map((name) => columnOf(phase!, name)!);
  x!.forEach((eta, i) => {
    const exponent = (Math.log(Math.abs(1 - 2 * eta)) + Math.log(1 + eta / 2)) / 2;
    expect(lambda![i]).toBeCloseTo(exponent, 12);
    expect(meanSquare![i]).toBeCloseTo(Math.log(((1 - 2 * eta) ** 2 + (1 + eta / 2) ** 2) / 2) / 2, 10);
    expect(sign![i]).toBe(Math.sign(exponent));
  });
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
