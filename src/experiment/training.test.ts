// The verb `train`, from a file to its record: THEORY §6's 2-cycle and thresholds, read back from the table.
import { describe, expect, test } from "vitest";
import { interpreterEngine, wasmEngine } from "../compile/index.ts";
import { columnOf, encodeRecord, parseRecord } from "../record/index.ts";
import { figuresOf } from "../report/figures/figures-of.ts";
import { answer } from "../report/words/answer.ts";
import { readSpec } from "../spec/index.ts";
import { type Host, InterruptedError, run } from "./index.ts";

const host = (changes: Partial<Host> = {}): Host => ({
  readFile: async (path) => {
    throw new Error(`no file ${path}`);
  },
  ...{ sha256: () => "0".repeat(64), now: () => 0, progress: () => {}, warn: () => {}, interrupted: () => false },
  ...{ tool: { name: "separatrix", version: "0", command: "separatrix train x.yaml" }, engine: wasmEngine },
  ...{ threads: 1, memory: 1e9, ...changes },
});

const twoWeights = (optimizer: string, train: string, rest = "") => `
model:
  input: [1]
  layers:
    - { type: dense, units: 1, bias: false, activation: relu }
    - { type: dense, units: 1, bias: false, activation: relu }
data: { inputs: [[0.9], [2.5]], targets: [[0.9], [2.5]], weights: [0.5, 0.5] }
loss: { type: mse, scale: 0.5 }
parameters: { values: [1.48, 0.7756756756756757] }
optimizer: ${optimizer}
train: ${train}
${rest}`;
const trainOf = (text: string, changes: Partial<Host> = {}) =>
  run(readSpec(text, { file: "x.yaml" }).spec, "train", host(changes));

test("at η = 0.325 the paper's network settles on its 2-cycle, above 2/η every other step", async () => {
  const record = await trainOf(twoWeights("{ type: gd, stepSize: 0.325 }", "{ steps: 2000 }"));
  expect(record.results.fate).toMatchObject({ kind: "periodic", period: 2 });
  const table = record.results.trajectory!;
  expect(table.columns).toEqual(
    ["step", "loss", "gradientNorm", "sharpness", "sharpnessResidual", "threshold", "piecesCrossed"], // DESIGN §5
  );
  expect(table.rows).toBe(2001);
  expect(columnOf(table, "threshold")![0]).toBeCloseTo(2 / 0.325, 14);
  // At (u, u) the Hessian of ½·3.53(uv − 1)² has eigenvalues 3.53(3u² − 1) and 3.53(1 − u²).
  const [a, b] = [0.771520811155029, 1.12978105614174];
  const expected = [a, b].map((u) => 3.53 * Math.max(3 * u * u - 1, 1 - u * u));
  const late = [...columnOf(table, "sharpness")!.slice(-2)].sort((x, y) => x - y);
  expect(late).toEqual(expected.sort((x, y) => x - y).map((x) => expect.closeTo(x, 7)));
  expect(answer(record)).toContain("settled on a cycle of period 2");
  expect(figuresOf(record).map((figure) => figure.name)).toContain("trajectory");
  expect(parseRecord(encodeRecord(record)).results.fate).toEqual(record.results.fate);
});

test("interpreter and WebAssembly tell the same story", async () => {
  const text = twoWeights("{ type: nesterov, stepSize: 0.05, momentum: 0.5 }", "{ steps: 60, every: 7, top: 2 }");
  const [a, b] = await Promise.all([trainOf(text), trainOf(text, { engine: interpreterEngine })]);
  expect(a.results.fate).toEqual(b.results.fate);
  expect(columnOf(a.results.trajectory!, "step")!.at(-1)).toBe(60);
  for (const name of a.results.trajectory!.columns) {
    const [x, y] = [a, b].map((record) => columnOf(record.results.trajectory!, name)!);
    x!.forEach((value, i) => {
      expect(value).toBeCloseTo(y![i]!, 9);
    });
  }
});

describe("optimizers and laws of the grammar", () => {
  test.each([
    "{ type: gd, stepSize: { cosine: { from: 0.2, to: 0.01, steps: 30 } } }",
    "{ type: sgd, stepSize: { linear: { from: 0.1, to: 0.01, steps: 30 } } }",
    "{ type: momentum, stepSize: { values: [0.1, 0.05] }, weightDecay: 0.01 }",
    "{ type: adam, stepSize: 0.01 }",
    "{ type: adamw, stepSize: 0.01, weightDecay: 0.1 }",
    "{ type: amsgrad, stepSize: 0.01 }",
    "{ type: rmsprop, stepSize: 0.01 }",
    "{ type: adagrad, stepSize: 0.1 }",
    "{ type: lion, stepSize: 0.01 }",
    "{ type: signSgd, stepSize: 0.01 }",
    "{ type: sam, stepSize: 0.05, rho: 0.05 }",
    "{ type: gd, stepSize: 0.05, clipNorm: 0.5, clipValue: 1 }",
  ])("%s runs to its last step", async (optimizer) => {
    const { results, warnings } = await trainOf(twoWeights(optimizer, "{ steps: 30, every: 10 }"));
    const table = results.trajectory!;
    expect([...columnOf(table, "step")!]).toEqual([0, 10, 20, 30]);
    expect(columnOf(table, "loss")!.at(-1)!).toBeLessThan(columnOf(table, "loss")![0]!);
    const unknown = ["lion", "signSgd"].some((type) => optimizer.includes(type));
    expect(warnings.length).toBe(unknown ? 1 : 0);
    expect(columnOf(table, "threshold")!.some(Number.isFinite)).toBe(!unknown);
  });

  test.each([
    "{ size: 1, law: with-replacement }",
    "{ size: 1, law: with-replacement, importance: ntk }",
    "{ size: 1, law: with-replacement, importance: norm }",
    "{ size: 1, law: without-replacement }",
    "{ size: 1, law: reshuffle }",
    "{ size: 1, law: shuffle-once }",
    "{ size: 1, law: cyclic }",
    "{ size: 2, law: antithetic }",
  ])("SGD with batch %s", async (batch) => {
    const text = twoWeights("{ type: sgd, stepSize: 0.05 }", "{ steps: 200, every: 50 }", `batch: ${batch}`);
    const { results } = await trainOf(text);
    expect(results.trajectory!.columns).toEqual(expect.arrayContaining(["batchSharpness", "batchSharpnessError"]));
    expect(columnOf(results.trajectory!, "loss")!.at(-1)!).toBeLessThan(1e-3);
    const again = await trainOf(text);
    expect(again.results.trajectory).toEqual(results.trajectory);
  });
});

test("a start at a minimum when the file asks for one; a run without options, or interrupted, stops", async () => {
  const found = await trainOf(twoWeights("{ type: gd, stepSize: 0.1 }", "{ steps: 3 }", "minimize: {}"));
  expect(columnOf(found.results.trajectory!, "loss")![0]).toBeLessThan(1e-24);
  expect(found.results.fate).toMatchObject({ kind: "converged" });
  const bare = twoWeights("{ type: gd, stepSize: 0.1 }", "{ steps: 3 }").replace(/^train:.*$/m, "");
  await expect(trainOf(bare)).rejects.toThrow("train: expected { steps: … } in the file");
  let calls = 0;
  const stop = trainOf(twoWeights("{ type: gd, stepSize: 0.1 }", "{ steps: 1000 }"), {
    interrupted: () => ++calls > 20,
  });
  await expect(stop).rejects.toBeInstanceOf(InterruptedError);
});
