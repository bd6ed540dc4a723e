// Initialisers: laws and bounds of their sources (PyTorch's reset_parameters U(±1/√fanIn); He et al. 2015; Glorot and
// Bengio 2010; LeCun et al. 1998), as moments of many draws; streams are named, so layers do not disturb each other.
import { expect, test } from "vitest";
import { type InitSpec, initialParameters, type ModelSpec, readModel } from "./index.ts";

const spec: ModelSpec = {
  input: [200],
  layers: [
    { type: "dense", units: 300, activation: "relu" },
    { type: "dense", units: 100 },
  ],
};
const model = readModel(spec);

function tensor(init: InitSpec, name: string, of = model): Float64Array {
  const { theta, frozen } = initialParameters(of, init, 7);
  const { buffer, offset, size } = of.tensors.find((t) => t.name === name)!;
  return (buffer === "theta" ? theta : frozen).subarray(offset, offset + size);
}

const moment = (x: Float64Array, power: number) => x.reduce((s, v) => s + v ** power, 0) / x.length;

/** [initialiser, law, deviation of W₁ with fanIn 200 and fanOut 300]. */
const laws: [InitSpec, "uniform" | "normal", number][] = [
  ["torch", "uniform", 1 / Math.sqrt(200) / Math.sqrt(3)],
  ["heNormal", "normal", Math.sqrt(2 / 200)],
  ["heUniform", "uniform", Math.sqrt(2 / 200)],
  ["glorotNormal", "normal", Math.sqrt(2 / 500)],
  ["glorotUniform", "uniform", Math.sqrt(2 / 500)],
  ["lecunNormal", "normal", Math.sqrt(1 / 200)],
  [{ normal: 0.03 }, "normal", 0.03],
];

test.each(laws)("%j is %s of deviation %d", (init, law, deviation) => {
  const w = tensor(init, "layers[0].weight");
  const n = w.length;
  // Five standard errors of each moment.
  expect(Math.abs(moment(w, 1))).toBeLessThan((5 * deviation) / Math.sqrt(n));
  const kurtosis = law === "normal" ? 3 : 1.8;
  expect(Math.abs(moment(w, 2) / deviation ** 2 - 1)).toBeLessThan(5 * Math.sqrt((kurtosis - 1) / n));
  expect(Math.abs(moment(w, 4) / deviation ** 4 - kurtosis)).toBeLessThan(
    5 * Math.sqrt((law === "normal" ? 96 : 6) / n),
  );
  const largest = w.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  const bound = deviation * Math.sqrt(3);
  if (law === "uniform") {
    expect(largest).toBeLessThanOrEqual(bound);
    expect(largest).toBeGreaterThan(bound * 0.999);
  } else expect(largest).toBeGreaterThan(bound * 1.5);
});

test("biases are drawn by torch only", () => {
  expect(moment(tensor("torch", "layers[0].bias"), 2)).toBeGreaterThan(0);
  expect(tensor("torch", "layers[1].bias").every((v) => Math.abs(v) <= 1 / Math.sqrt(300))).toBe(true);
  for (const [init] of laws.slice(1)) expect(tensor(init, "layers[0].bias").every((v) => v === 0)).toBe(true);
  expect(initialParameters(model, "zeros", 0).theta.every((v) => v === 0)).toBe(true);
});

test("fans of a convolution count its kernel", () => {
  const conv = readModel({
    input: [4, 9, 9],
    layers: [{ type: "conv", filters: 6, kernel: 3, groups: 2 }, { type: "globalAvgPool" }],
  });
  expect(conv.tensors[0]).toMatchObject({ fanIn: 2 * 9, fanOut: 6 * 9 });
  expect(tensor("torch", "layers[0].weight", conv).every((v) => Math.abs(v) <= 1 / Math.sqrt(18))).toBe(true);
});

test("normalisations start as the identity, whatever the initialiser", () => {
  const normed = readModel({ input: [3], layers: [{ type: "batchNorm" }, { type: "layerNorm" }] });
  for (const init of ["torch", "zeros", { normal: 5 }] as const) {
    expect([...initialParameters(normed, init, 0).theta]).toEqual([1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0]);
    expect([...initialParameters(normed, init, 0).frozen]).toEqual([0, 0, 0, 1, 1, 1]);
  }
});

test("a seed gives the same numbers, another seed others, and every tensor has its own stream", () => {
  const { theta } = initialParameters(model, "torch", 7);
  expect(initialParameters(spec, "torch", 7).theta).toEqual(theta);
  expect(initialParameters(model, "torch", 8).theta).not.toEqual(theta);
  const longer = readModel({ ...spec, layers: [...spec.layers, { type: "dense", units: 2 }] });
  expect(initialParameters(longer, "torch", 7).theta.subarray(0, theta.length)).toEqual(theta);
  const frozen = readModel({ ...spec, layers: [{ ...spec.layers[0]!, trainable: false }, spec.layers[1]!] });
  expect(tensor("torch", "layers[0].weight", frozen)).toEqual(tensor("torch", "layers[0].weight"));
});

test.each([
  ["heNorml", 'unknown initialiser "heNorml"; did you mean heNormal?'],
  [{ normal: -1 }, "normal needs a deviation ≥ 0, got -1"],
] as [InitSpec, string][])("%j is refused", (init, message) => {
  expect(() => initialParameters(model, init, 0)).toThrow(message);
});
