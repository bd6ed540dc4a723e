// An experiment file is read as DESIGN §3 describes it, and what cannot be read is one sentence with file, line, column,
// path, what was expected, what was found, and the nearest name.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readSpec, SpecError, starterExperiment, withValues } from "./index.ts";

const twoWeights = `title: the paper's two-weight network
model:
  input: [1]
  layers:
    - { type: dense, units: 1, bias: false, activation: relu }
    - { type: dense, units: 1, bias: false, activation: relu }
data:
  inputs: [[0.9], [2.5]]
  targets: [[0.9], [2.5]]
  weights: [0.5, 1/2]
loss: { type: mse, scale: 1/2 }
parameters: { values: [1.2, 0.8333] }
optimizer: { type: gd, stepSize: 0.15 }
batch: { size: 1, law: with-replacement }
`;
const formula = `objective:
  parameters: [x]
  samples: ["min(x^2, 0.1*(x-1)^2)", "min(x^2, 1.9*(x-1)^2)"]
parameters: { values: [1] }
optimizer: { type: gd, stepSize: 0.7 }
`;

const read = (text: string, ...set: string[]) => readSpec(text, { file: "a.yaml", set }).spec;
const changed = (from: string | RegExp, to: string) => {
  const text = twoWeights.replace(from, to);
  expect(text).not.toBe(twoWeights);
  return text;
};
const complaint = (text: string, ...set: string[]): string => {
  try {
    read(text, ...set);
  } catch (error) {
    expect(error).toBeInstanceOf(SpecError);
    const { message } = error as Error;
    expect(message).not.toContain("\n");
    return message;
  }
  throw new Error("no complaint");
};

describe("defaults", () => {
  test("every default of the grammar is filled in", () => {
    expect(read(twoWeights)).toEqual({
      title: "the paper's two-weight network",
      seed: 0,
      model: {
        input: [1],
        layers: [
          { type: "dense", units: 1, bias: false, activation: { type: "relu" } },
          { type: "dense", units: 1, bias: false, activation: { type: "relu" } },
        ],
      },
      data: { inputs: [[0.9], [2.5]], targets: [[0.9], [2.5]], weights: [0.5, 0.5] },
      loss: { type: "mse", scale: 0.5 },
      parameters: { values: [1.2, 0.8333] },
      optimizer: { type: "gd", stepSize: 0.15, weightDecay: 0 },
      batch: { size: 1, law: "with-replacement", stochastic: false },
      stability: {
        steps: 1e5,
        maxSteps: 1e7,
        tolerance: 0.02,
        burnIn: 1e3,
        rankTolerance: 1e-9,
        interpolationTolerance: 1e-6,
        stepSizes: { count: 400 },
      },
      certify: { pieces: 64, trials: 2 },
    });
  });

  test.each([
    ["{ type: dense, units: 3 }", { type: "dense", units: 3, bias: true, activation: { type: "identity" } }],
    [
      "{ type: conv, filters: 2, kernel: [3, 3], padding: same, activation: { type: leakyRelu, slope: 0.2 } }",
      {
        ...{ type: "conv", filters: 2, kernel: [3, 3], stride: 1, padding: "same", dilation: 1, groups: 1, bias: true },
        activation: { type: "leakyRelu", slope: 0.2 },
      },
    ],
    ["{ type: maxPool, kernel: 2 }", { type: "maxPool", kernel: 2, stride: 2, padding: 0 }],
    ["{ type: avgPool, kernel: [2, 3], stride: 1 }", { type: "avgPool", kernel: [2, 3], stride: 1, padding: 0 }],
    ["{ type: activation, function: elu }", { type: "activation", function: { type: "elu", alpha: 1 } }],
    ["{ type: layerNorm }", { type: "layerNorm", epsilon: 1e-5, affine: true }],
    ["{ type: batchNorm, trainable: false }", { type: "batchNorm", epsilon: 1e-5, trainable: false }],
    ["{ type: attention, heads: 2 }", { type: "attention", heads: 2, causal: false, bias: true }],
    [
      "{ type: residual, layers: [{ type: flatten, name: f }] }",
      { type: "residual", layers: [{ type: "flatten", name: "f" }] },
    ],
    ["{ type: globalAvgPool }", { type: "globalAvgPool" }],
  ])("layer %s", (text, layer) => {
    const spec = read(twoWeights.replace("{ type: dense, units: 1, bias: false, activation: relu }", text));
    expect(spec.model).toHaveProperty("layers.0", layer);
  });

  const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, biasCorrection: true };
  test.each([
    ["momentum", { momentum: 0.9, dampening: 0 }],
    ["nesterov", { momentum: 0.9 }],
    ["adam", adam],
    ["adamw", adam],
    ["amsgrad", adam],
    ["rmsprop", { beta2: 0.99, epsilon: 1e-8 }],
    ["adagrad", { epsilon: 1e-10 }],
    ["lion", { beta1: 0.9, beta2: 0.99 }],
    ["signSgd", {}],
    ["sgd", {}],
  ])("optimizer %s", (type, options) => {
    const spec = read(twoWeights.replace("type: gd", `type: ${type}`));
    expect(spec.optimizer).toEqual({ type, stepSize: 0.15, weightDecay: 0, ...options });
  });

  test.each([
    ["loss", "crossEntropy", { type: "crossEntropy", labelSmoothing: 0 }],
    ["loss", "{ type: huber }", { type: "huber", delta: 1 }],
    ["loss", "logistic", { type: "logistic" }],
    ["loss", "{ type: mse, scale: torch }", { type: "mse", scale: "torch" }],
    ["minimize", "{}", { method: "levenberg-marquardt", tolerance: 1e-24, gradientTolerance: 1e-12, maxSteps: 1000 }],
    ["orbits", "{ period: 2 }", { period: 2, starts: 1, tolerance: 1e-12, prove: false }],
    ["train", "{ steps: 500 }", { steps: 500, every: 1, top: 1 }],
    [
      "continue",
      "{ period: 2, parameter: optimizer.stepSize, range: [0.25, 0.4] }",
      {
        period: 2,
        parameter: "optimizer.stepSize",
        range: [0.25, 0.4],
        maxPoints: 500,
        switchBranches: true,
        prove: false,
      },
    ],
    [
      "bifurcation",
      "{ parameter: optimizer.stepSize, range: [0.25, 0.4], count: 3 }",
      {
        ...{ parameter: "optimizer.stepSize", range: [0.25, 0.4], count: 3 },
        transient: 1e3,
        keep: 200,
        observe: "loss",
      },
    ],
    [
      "phase",
      "{ x: { path: optimizer.stepSize, range: [0.01, 1], count: 64 }, y: { path: batch.size, values: [1, 2] } }",
      {
        x: { path: "optimizer.stepSize", range: [0.01, 1], count: 64, scale: "linear" },
        y: { path: "batch.size", values: [1, 2] },
        quantities: ["mu", "lambda", "meanSquare"],
        steps: 2e4,
      },
    ],
    [
      "sweep",
      "{ verb: check, axes: [{ path: seed, values: [1, 2] }] }",
      { verb: "check", axes: [{ path: "seed", values: [1, 2] }], replicas: 1 },
    ],
  ])("%s: %s", (key, text, value) => {
    const spec = read(`${twoWeights.replace(/^loss: .*\n/m, key === "loss" ? "" : "$&")}${key}: ${text}\n`);
    expect(spec).toHaveProperty(key, value);
  });

  test("a network without parameters is drawn as torch draws it; a formula needs its numbers", () => {
    expect(read(changed(/^parameters: .*\n/m, "")).parameters).toEqual({ init: "torch" });
    expect(complaint(formula.replace(/^parameters: .*\n/m, ""))).toContain("parameters: expected { values: [x] }");
  });

  test("a resolved spec is itself an experiment file, and reading it changes nothing", () => {
    for (const text of [twoWeights, formula, starterExperiment]) {
      const spec = read(text);
      expect(readSpec(JSON.stringify(spec), { file: "a.json" }).spec).toEqual(spec);
    }
  });

  test("JSON with tabs is YAML too", () => {
    expect(read(JSON.stringify(read(formula), null, "\t"))).toEqual(read(formula));
  });
});

describe("numbers", () => {
  test("ratios are the double nearest to the exact quotient", () => {
    const scale = (text: string) => read(changed("scale: 1/2", `scale: ${text}`)).loss;
    expect(scale("1/3")).toHaveProperty("scale", 1 / 3);
    expect(scale("0.1/0.3")).toHaveProperty("scale", 1 / 3); // 0.1 and 0.3 as decimals, not as doubles
    expect(scale("1e-3 / 7")).toHaveProperty("scale", 1 / 7000);
    expect(scale("9007199254740993/9007199254740992")).toHaveProperty("scale", 1);
    expect(scale("9007199254740995/9007199254740992")).toHaveProperty("scale", 1 + 2 ** -51);
    expect(complaint(changed("scale: 1/2", "scale: 1/0"))).toMatch(/expected a number > 0/);
    expect(complaint(changed("scale: 1/2", "scale: 1e999/1e-999"))).toMatch(/expected a number > 0/);
  });

  test("for integers below 2^53 a ratio is their floating-point quotient", () => {
    const integer = fc.integer({ min: 1, max: 2 ** 53 - 1 });
    fc.assert(
      fc.property(integer, integer, (a, b) => {
        expect(read(changed("[[0.9], [2.5]]", `[[${a}/${b}], [-${a}/${b}]]`)).data?.inputs).toEqual([
          [a / b],
          [-a / b],
        ]);
      }),
      { numRuns: 50 },
    );
  });

  test("what turns out later is placed where it was written", () => {
    const { placed } = readSpec(twoWeights, { file: "a.yaml", set: ["model.input=[2]"] });
    const line = twoWeights.split("\n").findIndex((text) => text.startsWith("parameters:")) + 1;
    expect(placed("parameters: expected 3 numbers")).toMatch(
      new RegExp(`^a.yaml:${line}:\\d+: parameters: expected 3`),
    );
    expect(placed("model.input: expected 1")).toBe("--set model.input=[2]: model.input: expected 1");
    expect(placed("digits.csv: row 2: expected 2 cells")).toBe("digits.csv: row 2: expected 2 cells");
  });

  test("how a number was written stays known", () => {
    const { written } = readSpec(twoWeights, { file: "a.yaml", set: ["optimizer.stepSize=1/4"] });
    expect(written("loss.scale")).toBe("1/2");
    expect(written("data.weights[1]")).toBe("1/2");
    expect(written("data.inputs[1][0]")).toBe("2.5");
    expect(written("optimizer.stepSize")).toBeUndefined();
    expect(written("batch.stochastic")).toBeUndefined();
  });
});

describe("--set and --seed", () => {
  test("values are read as YAML and replace or add", () => {
    expect(read(twoWeights, "optimizer.stepSize=1/4").optimizer.stepSize).toBe(0.25);
    expect(read(twoWeights, "model.layers[1].activation=tanh").model).toHaveProperty(
      "layers.1.activation.type",
      "tanh",
    );
    expect(read(twoWeights, "data.weights=[0.25, 0.75]").data?.weights).toEqual([0.25, 0.75]);
    expect(read(twoWeights, "data.weights[0]=0.3", "data.weights[1]=0.7").data?.weights).toEqual([0.3, 0.7]);
    expect(read(twoWeights, "stability.steps=1000").stability.steps).toBe(1000);
    expect(read(changed(/loss: .*/, "loss: crossEntropy"), "loss.labelSmoothing=0.1").loss).toEqual({
      type: "crossEntropy",
      labelSmoothing: 0.1,
    });
    expect(readSpec(twoWeights, { file: "a.yaml", seed: 7 }).spec.seed).toBe(7);
  });

  test.each([
    [
      "optimizer.lr=0.1",
      "--set optimizer.lr=0.1: optimizer.lr: expected one of type, name, stepSize, weightDecay, clipNorm, clipValue, averaging, found lr; did you mean stepSize?",
    ],
    ["optimizer.stepSize", '--set optimizer.stepSize: expected path=value, found no "="'],
    ["model.layers[2].units=3", "--set model.layers[2].units=3: model.layers: expected an index in 0..1, found 2"],
    [
      "model.layers[0].units=x",
      /^--set .*: model\.layers\[0\]\.units: expected an integer in 1\.\.16777216, found "x"$/,
    ],
    ["data.weights[0]=0.3", /^--set data\.weights\[0\]=0\.3: data\.weights: expected weights that add up to 1, found/],
    ["seed.x=3", "--set seed.x=3: seed: expected an integer ≥ 0, found a mapping with x"],
    ["optimizer.stepSize=[1", /^--set optimizer\.stepSize=\[1: expected YAML or JSON/],
    ["a b=1", /expected a path such as/],
    ["__proto__.x=1", /expected one of title/],
    ["optimizer.stepSize=1\nseed: 2", /^--set optimizer\.stepSize=1 seed: 2: /],
  ])("refuses %s", (set, message) => {
    expect(complaint(twoWeights, set)).toMatch(message);
  });

  test("a resolved spec takes other values for one unit of a sweep", () => {
    const spec = read(twoWeights);
    expect(withValues(spec, { "optimizer.stepSize": 0.2, "batch.size": 2 })).toEqual(
      read(twoWeights, "optimizer.stepSize=0.2", "batch.size=2"),
    );
    expect(() => withValues(spec, { "batch.size": 0 })).toThrow("batch.size: expected an integer ≥ 1, found 0");
  });
});

describe("weights shared between layers", () => {
  const layers = (...rows: string[]) =>
    changed(/ {4}- \{.*\}\n {4}- \{.*\}\n/, rows.map((row) => `    - ${row}\n`).join(""));
  test("the named layer gets the word as well", () => {
    const spec = read(layers("{ type: dense, units: 1, name: a }", "{ type: dense, units: 1, share: a }"));
    expect(spec.model).toMatchObject({ layers: [{ name: "a", share: "a" }, { share: "a" }] });
  });
  test("two layers may share a word of their own", () => {
    const spec = read(layers("{ type: dense, units: 1, share: w }", "{ type: dense, units: 1, share: w }"));
    expect(spec.model).toMatchObject({ layers: [{ share: "w" }, { share: "w" }] });
  });
  test("a word that nobody else uses is a mistake, and so is a name given twice", () => {
    const alone = layers("{ type: dense, units: 1, name: first }", "{ type: dense, units: 1, share: fisrt }");
    expect(complaint(alone)).toMatch(/layers\[1\]\.share: expected the name of another layer.*did you mean first\?/);
    const twice = layers("{ type: dense, units: 1, name: a }", "{ type: dense, units: 1, name: a }");
    expect(complaint(twice)).toMatch(/layers\[1\]\.name: expected every layer name once, found "a" again/);
  });
});
