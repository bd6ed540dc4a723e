// Every number of a model stands in exactly one tensor of the table: θ takes the trained ones in order, the frozen vector
// the statistics that batch normalisation stores and the tensors of layers that the file freezes.
import { expect, test } from "vitest";
import { wasmEngine } from "../compile/index.ts";
import { readSpec } from "../spec/index.ts";
import { type Host, inspectExperiment } from "./index.ts";

const host: Host = {
  readFile: () => Promise.reject(new Error("no files")),
  ...{ sha256: () => "0".repeat(64), now: () => 0, progress: () => {}, warn: () => {}, interrupted: () => false },
  ...{ tool: { name: "separatrix", version: "0", command: "" }, engine: wasmEngine, threads: 1, memory: 1e9 },
};

const inspected = (rest: object) => {
  const text = JSON.stringify({ optimizer: { type: "gd", stepSize: 0.1 }, ...rest });
  return inspectExperiment(readSpec(text, { file: "x.json" }).spec, "check", host);
};

test("trained, stored and frozen tensors are all listed, and fill both vectors", async () => {
  const { tensors } = await inspected({
    model: {
      input: [3],
      layers: [
        { type: "dense", units: 4, trainable: false },
        { type: "batchNorm" },
        { type: "dense", units: 2, activation: "tanh" },
      ],
    },
    data: { inputs: [[1, 2, 3]], targets: { from: "model" } },
    ...{ loss: { type: "mse", scale: 0.5 }, parameters: { init: "torch" } },
  });
  expect(tensors.map(({ name, status }) => [name, status])).toEqual([
    ...[
      ["layers[0].weight", "frozen"],
      ["layers[0].bias", "frozen"],
    ],
    ...[
      ["layers[1].scale", "trained"],
      ["layers[1].shift", "trained"],
      ["layers[1].mean", "stored"],
      ["layers[1].variance", "stored"],
    ],
    ...[
      ["layers[2].weight", "trained"],
      ["layers[2].bias", "trained"],
    ],
  ]);
  for (const buffer of ["theta", "frozen"] as const) {
    let end = 0;
    for (const tensor of tensors.filter((t) => t.buffer === buffer)) {
      expect(tensor.offset).toBe(end);
      end += tensor.size;
    }
    expect(end).toBe(buffer === "theta" ? 4 + 4 + 8 + 2 : 12 + 4 + 4 + 4);
  }
});

test("the parameters of formulas are trained", async () => {
  const { layers, tensors } = await inspected({
    objective: { parameters: ["a", "b"], samples: ["(a*b - 1)^2"] },
    parameters: { values: [1, 2] },
  });
  expect(layers).toBeNull();
  expect(tensors.every(({ status }) => status === "trained")).toBe(true);
  expect(tensors.reduce((sum, { size }) => sum + size, 0)).toBe(2);
});
