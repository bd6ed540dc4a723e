// Every mistake one might make by hand ends as one sentence (issue "Bad input"; DESIGN §3): where it stands, what was
// expected, what was found, the nearest name. Hostile files end the same way, in bounded time and memory.
import { describe, expect, test } from "vitest";
import { readSpec, SpecError } from "./index.ts";

const good = `model:
  input: [2]
  layers:
    - { type: dense, units: 4, activation: tanh }
    - { type: dense, units: 1 }
data:
  inputs: [[1, 2], [3, 4]]
  targets: [[1], [0]]
  weights: [0.5, 0.5]
loss: { type: mse, scale: 0.5 }
parameters: { init: torch }
optimizer: { type: sgd, stepSize: 0.1 }
batch: { size: 1, law: with-replacement }
`;
const read = (text: string) => readSpec(text, { file: "e.yaml" });
const complaint = (text: string): string => {
  try {
    read(text);
  } catch (error) {
    expect(error).toBeInstanceOf(SpecError);
    expect((error as SpecError).code).toBe("bad-input");
    expect((error as Error).message).not.toContain("\n");
    expect((error as Error).message.length).toBeLessThan(500);
    return (error as Error).message;
  }
  throw new Error("no complaint");
};

test("the file that the mistakes are made in is right", () => {
  expect(read(good).spec.batch.size).toBe(1);
});

describe("one mistake each", () => {
  test.each([
    [
      "units: 4",
      "units: 1e9",
      "e.yaml:4:29: model.layers[0].units: expected an integer in 1..16777216, found 1000000000",
    ],
    ["units: 4", "units: -1", /4:29: .*found -1$/],
    ["units: 4", "units: 2.5", /4:29: .*found 2.5$/],
    ["units: 4", 'units: "4"', /4:29: .*found "4"$/],
    ["units: 4", "units: true", /4:29: .*found true$/],
    ["units: 4", "units:", /4:\d+: .*found nothing \(null\)$/],
    ["units: 4, ", "", "e.yaml:4:7: model.layers[0].units: expected an integer in 1..16777216, found nothing"],
    [
      "units: 4",
      "unts: 4",
      "e.yaml:4:22: model.layers[0].unts: expected one of type, units, bias, activation, name, trainable, share, found unts; did you mean units?",
    ],
    [
      "activation: tanh",
      "activation: tahn",
      /4:44: model\.layers\[0\]\.activation: expected an activation .*found "tahn"; did you mean tanh\?$/,
    ],
    ["activation: tanh", "activation: { type: relu, slope: 1 }", /slope: expected one of type, name, found slope/],
    ["activation: tanh", "activation: [tanh]", /found a list of 1 entry/],
    [
      "type: dense, units: 1",
      "type: dens, units: 1",
      /5:15: model\.layers\[1\]\.type: expected one of dense, .*did you mean dense\?$/,
    ],
    ["type: dense, units: 1", "units: 1", /model\.layers\[1\]\.type: expected one of dense, .*, found nothing$/],
    ["input: [2]", "input: 2", /2:10: model\.input: expected the shape of one sample/],
    ["input: [2]", "input: []", /2:10: model\.input: .*found an empty list/],
    ["input: [2]", "input: [0]", /2:11: model\.input\[0\]: expected an integer in/],
    ["[[1, 2], [3, 4]]", "[[1, 2], [3]]", "e.yaml:7:20: data.inputs[1]: expected a list of 2, found a list of 1 entry"],
    ["[[1, 2], [3, 4]]", "[[1, 2], 3]", "e.yaml:7:20: data.inputs[1]: expected a list of 2, found 3"],
    [
      "[[1, 2], [3, 4]]",
      "[[1, [2]], [3, 4]]",
      "e.yaml:7:16: data.inputs[0][1]: expected a number, found a list of 1 entry",
    ],
    ["[[1, 2], [3, 4]]", "[]", "e.yaml:7:11: data.inputs: expected at least one number, found an empty list"],
    ["[[1, 2], [3, 4]]", "[[], []]", /7:12: data\.inputs\[0\]: expected at least one number/],
    ["[[1, 2], [3, 4]]", "[[1, two], [3, 4]]", 'e.yaml:7:16: data.inputs[0][1]: expected a finite number, found "two"'],
    ["[[1, 2], [3, 4]]", "[[1, .nan], [3, 4]]", "e.yaml:7:16: data.inputs[0][1]: expected a finite number, found NaN"],
    [
      "[[1, 2], [3, 4]]",
      "[[1, 1e999], [3, 4]]",
      "e.yaml:7:16: data.inputs[0][1]: expected a finite number, found Infinity",
    ],
    ["[[1, 2], [3, 4]]", "[[1, 1/0], [3, 4]]", /found "1\/0"$/],
    ["[[1, 2], [3, 4]]", "[[1, true], [3, 4]]", /found true$/],
    ["[[1, 2], [3, 4]]", "[[1, null], [3, 4]]", /found nothing \(null\)$/],
    [
      "[[1, 2], [3, 4]]",
      "digits.csv",
      /data\.inputs: expected a list of samples or \{ file: … \}, found "digits\.csv"/,
    ],
    [
      "[[1, 2], [3, 4]]",
      "{ file: d.csv, row: 0:2 }",
      /data\.inputs\.row: expected one of file, .*did you mean rows\?$/,
    ],
    [
      "[[1, 2], [3, 4]]",
      "{ file: d.csv, rows: 0-2 }",
      /data\.inputs\.rows: expected rows as "first:count", found "0-2"/,
    ],
    ["[[1, 2], [3, 4]]", "{ file: d.csv, columns: [-1] }", /columns\[0\]: expected (a column name|an integer)/],
    ["[[1], [0]]", "[[1]]", "e.yaml:8:12: data.targets: expected 2 targets, one for each sample, found 1"],
    [
      "[[1], [0]]",
      "{ labels: [0, 2], classes: 2 }",
      "e.yaml:8:26: data.targets.labels[1]: expected a class in 0..1, found 2",
    ],
    [
      "[[1], [0]]",
      "{ labels: [0], classes: 2 }",
      /data\.targets\.labels: expected 2 targets, one for each sample, found 1/,
    ],
    [
      "[[1], [0]]",
      "{ labels: { file: d.csv } }",
      /data\.targets\.classes: expected an integer in 2\.\.1000000, found nothing/,
    ],
    ["[[1], [0]]", "{ from: modle }", /data\.targets\.from: expected model, found "modle"; did you mean model\?/],
    ["[0.5, 0.5]", "[0.5, 0.4]", "e.yaml:9:12: data.weights: expected weights that add up to 1, found a sum of 0.9"],
    ["[0.5, 0.5]", "[1]", "e.yaml:9:12: data.weights: expected 2 weights, one for each sample, found 1"],
    ["[0.5, 0.5]", "[1.5, -0.5]", "e.yaml:9:18: data.weights[1]: expected a number > 0, found -0.5"],
    ["scale: 0.5", "scale: 0", "e.yaml:10:27: loss.scale: expected a number > 0, found 0"],
    ["scale: 0.5", "scale: pytorch", /loss\.scale: expected a number > 0 or torch .*found "pytorch"/],
    [", scale: 0.5", "", /10:7: loss\.scale: expected .*found nothing/],
    ["{ type: mse, scale: 0.5 }", "cross-entropy", /found "cross-entropy"; did you mean crossEntropy\?/],
    ["{ type: mse, scale: 0.5 }", "{ type: huber, delta: 0 }", /loss\.delta: expected a number > 0, found 0/],
    [
      "init: torch",
      "init: pytorch",
      /parameters\.init: expected one of torch, .*found "pytorch"; did you mean torch\?/,
    ],
    ["init: torch", "values: [1, x]", /parameters\.values\[1\]: expected a number, found "x"/],
    ["init: torch", "init: torch, file: t.npz", /parameters\.(file|init): expected one of/],
    ["stepSize: 0.1", "stepSize: 0", "e.yaml:12:35: optimizer.stepSize: expected a number > 0, found 0"],
    ["stepSize: 0.1", "stepSize: .inf", /optimizer\.stepSize: expected a number > 0.*found Infinity/],
    ["stepSize: 0.1", "learning_rate: 0.1", /optimizer\.learning_rate: .*did you mean stepSize\?$/],
    ["type: sgd", "type: SGD", /optimizer\.type: .*found "SGD"; did you mean sgd\?$/],
    ["type: sgd", "type: sgd, momentum: 0.9", /optimizer\.momentum: expected one of type, name, stepSize/],
    ["type: sgd", "type: momentum, momentum: 1", /optimizer\.momentum: expected a number in \[0, 1\), found 1/],
    ["size: 1", "size: 0", "e.yaml:13:16: batch.size: expected an integer ≥ 1, found 0"],
    [
      "size: 1, law: with-replacement",
      "size: 3, law: without-replacement",
      "e.yaml:13:16: batch.size: expected at most the 2 samples of the data under the law without-replacement, found 3",
    ],
    ["law: with-replacement", "law: random", /batch\.law: expected one of with-replacement/],
    ["law: with-replacement", "importance: [0.5, 0.6]", /batch\.importance: expected weights that add up to 1/],
    [
      "law: with-replacement",
      "law: reshuffle, importance: norm",
      /batch\.law: expected with-replacement, which importance needs/,
    ],
    [
      "batch:",
      "objective: { parameters: [x], samples: [x^2] }\nbatch:",
      /13:1: objective|expected either objective or model/,
    ],
    ["batch:", "minimise: {}\nbatch:", /13:1: minimise: .*did you mean minimize\?$/],
    ["batch:", "minimize: { stepSize: 0.1 }\nbatch:", /minimize\.stepSize: expected a step size only with method: gd/],
    [
      "batch:",
      "stability: { steps: 100, maxSteps: 10 }\nbatch:",
      /stability\.maxSteps: expected at least steps \(100\), found 10/,
    ],
    ["batch:", "batch: { size: 2 }\nbatch:", "e.yaml:14:1: expected every key once, found the same key again"],
    ["batch:", "seed: -1\nbatch:", /13:7: seed: expected an integer ≥ 0, found -1/],
    [
      "batch:",
      "sweep: { verb: check, axes: [{ path: optimizer.lr, values: [1] }] }\nbatch:",
      /sweep\.axes\[0\]\.path: expected the path of a value in this file, found "optimizer\.lr"; did you mean optimizer\.stepSize\?/,
    ],
    [
      "batch:",
      "continue: { period: 2, parameter: optimizer.stepSize, range: [0.4, 0.2] }\nbatch:",
      /continue\.range: expected a range \[lo, hi\] with lo < hi, found \[0\.4, 0\.2\]/,
    ],
    [
      "batch:",
      "phase: { x: { path: batch.size, range: [0, 1], count: 5, scale: log }, y: { path: seed, values: [1] } }\nbatch:",
      /phase\.x\.range: expected a range above 0 for a log scale/,
    ],
    [/^data:[\s\S]*?(?=loss:)/m, "", "e.yaml:1:1: data: expected data beside the rest of the problem, found nothing"],
    [/^optimizer:.*\n/m, "", /optimizer: expected an optimizer such as .*found nothing$/],
  ])("%s → %s", (from, to, message) => {
    const text = good.replace(from, to);
    expect(text).not.toBe(good);
    expect(complaint(text)).toMatch(message);
  });
});

describe("files that are no experiment", () => {
  test.each([
    ["empty", "", "e.yaml:1:1: expected an experiment, found an empty file"],
    ["only a comment", "# nothing\n", /found an empty file/],
    ["a word", "hello", /expected an experiment .*, found "hello"/],
    ["a list", "- a\n- b\n", /found a list of 2 entries/],
    ["broken", "model: [1,\n", /^e\.yaml:\d+:\d+: expected YAML or JSON, found an error: /],
    ["a tab for indentation", "model:\n\tinput: [1]\n", /2:\d: .*Tabs are not allowed/],
    ["two documents", "a: 1\n---\nb: 2\n", /^e\.yaml:2:1: expected one experiment, found a second document/],
    ["a tag", "model: !!js/function x\n", "e.yaml:1:8: expected plain values, found a YAML tag"],
    ["an inherited key", "__proto__: { a: 1 }\n", /__proto__: expected one of title/],
    ["a key that is a list", "? [a, b]\n: 1\n", /expected one of title/],
    ["bytes", "PK\u0003\u0004\u0000\u0000", /^e\.yaml:1:1: /],
    ["nothing in particular", "{}", /optimizer: expected an optimizer/],
  ])("%s", (_, text, message) => {
    expect(complaint(text)).toMatch(message);
  });

  test.each([
    ["deep lists", "[".repeat(100_000), /nested at most 64 deep/],
    ["deep dashes", "- ".repeat(5000), /nested at most 64 deep/],
    ["deep blocks", Array.from({ length: 1000 }, (_, i) => `${" ".repeat(i)}a:`).join("\n"), /nested at most 64 deep/],
    [
      "a billion laughs",
      ["a: &a0 [1]", ...Array.from({ length: 9 }, (_, i) => `k${i}: &a${i + 1} [${Array(10).fill(`*a${i}`)}]`)].join(
        "\n",
      ),
      /at most 100 uses of aliases/,
    ],
    ["an alias in itself", "title: &x [*x]\n", /do not contain themselves/],
    ["a long text", `title: ${"x".repeat(2 ** 20)}\n`, /expected at most 1048576 characters/],
    [
      "a long chain of unknown keys",
      `${Array.from({ length: 5000 }, (_, i) => `k${i}: 1`).join("\n")}\n`,
      /^e\.yaml:1:1: k0: /,
    ],
  ])("%s", (_, text, message) => {
    expect(complaint(text)).toMatch(message);
  });
});

test("aliases that repeat a layer are welcome", () => {
  const text = good.replace(
    / {4}- \{ type: dense, units: 4.*\n/,
    "    - &hidden { type: dense, units: 4, activation: tanh }\n    - *hidden\n",
  );
  expect(read(text).spec.model).toMatchObject({ layers: [{ units: 4 }, { units: 4 }, { units: 1 }] });
});
