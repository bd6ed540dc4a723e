// What `data` and `parameters` of an experiment mean (DESIGN §3): one-hot labels, weights of sum 1, subsets drawn by a
// seeded stream, θ as one flat array or tensor by tensor.
import { strToU8, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import type { ParameterSlot } from "../program/index.ts";
import { type DataSource, FormatError, readData, readParameters } from "./index.ts";

const files = new Map(
  Object.entries({
    "d.csv": strToU8("a,b,label\n1,2,0\n3,4,2\n5,6,1\n7,8,2\n"),
    "w.csv": strToU8("0.1\n0.2\n0.3\n0.4\n"),
  }),
);
const labelled: DataSource = {
  inputs: { file: "d.csv", columns: ["a", "b"] },
  targets: { labels: { file: "d.csv", column: "label" }, classes: 3 },
};

test("labels become one-hot targets", () => {
  const data = readData(labelled, files, 0);
  expect(data.sampleCount).toBe(4);
  expect([...data.inputs]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect([...data.targets!]).toEqual([1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1]);
  expect([...data.labels!]).toEqual([0, 2, 1, 2]);
});

test("inline numbers keep their shape", () => {
  const data = readData({ inputs: [[[1, 2]], [[3, 4]]], targets: { from: "model" }, weights: [0.25, 0.75] }, files, 0);
  expect(data.inputShape).toEqual([1, 2]);
  expect(data.targets).toBeNull();
  expect([...data.weights!]).toEqual([0.25, 0.75]);
});

test("a subset keeps samples, targets, labels and weights together, and depends on its seed only", () => {
  const source = { ...labelled, weights: { file: "w.csv" }, samples: { count: 2, seed: 5 } };
  const data = readData(source, files, 0);
  expect(readData(source, files, 1)).toEqual(data);
  const row = { 1: 0, 3: 1, 5: 2, 7: 3 } as Record<number, number>;
  const rows = [row[data.inputs[0]!]!, row[data.inputs[2]!]!];
  expect(rows[0]).toBeLessThan(rows[1]!);
  expect([...data.labels!]).toEqual(rows.map((i) => [0, 2, 1, 2][i]));
  expect(data.weights![0]! / data.weights![1]!).toBeCloseTo((rows[0]! + 1) / (rows[1]! + 1), 14);
  expect(data.weights![0]! + data.weights![1]!).toBeCloseTo(1, 15);
});

test("every pair out of four samples is drawn about equally often", () => {
  const seen = new Map<string, number>();
  for (let seed = 0; seed < 1200; seed++) {
    const pair = [...readData({ ...labelled, samples: { count: 2 } }, files, seed).labels!].join();
    seen.set(pair, (seen.get(pair) ?? 0) + 1);
  }
  // Labels 0, 2, 1, 2: the pairs (0,2) and (2,1)/(1,2) … of probability 1/6 each; (0,2) comes from two pairs.
  expect(seen.get("0,2")).toBeGreaterThan(1200 / 3 - 80);
  expect(seen.get("0,2")).toBeLessThan(1200 / 3 + 80);
  expect(seen.get("0,1")).toBeGreaterThan(1200 / 6 - 60);
  expect(seen.get("0,1")).toBeLessThan(1200 / 6 + 60);
});

test.each<[Partial<DataSource>, RegExp | string]>([
  [
    { targets: { labels: { file: "d.csv", column: "label" }, classes: 2 } },
    "expected classes in 0..1, found 2 for sample 2",
  ],
  [{ targets: { labels: { file: "d.csv" }, classes: 3 } }, /one label for each sample/],
  [{ targets: { labels: [0, 1], classes: 3 } }, "data.targets: expected 4 labels, one for each sample, found 2"],
  [{ targets: [[1], [2]] }, "data.targets: expected 4 targets, one for each sample, found 2"],
  [{ weights: { file: "d.csv", columns: ["a"] } }, /add up to 1, found a sum of 16/],
  [{ weights: { file: "w.csv", rows: "0:2" } }, "w.csv: expected 4 weights, one for each sample, found 2"],
  [{ weights: { file: "w.csv", offset: -0.1 } }, "w.csv: expected weights > 0, found 0 for sample 1"],
  [{ samples: { count: 5 } }, "data.samples: expected at most the 4 samples of the data, found 5"],
  [{ targets: { labels: { file: "w.csv" }, classes: 3 } }, /classes in 0..2, found 0.1/],
])("refuses %j", (change, message) => {
  expect(() => readData({ ...labelled, ...change }, files, 0)).toThrow(message);
  expect(() => readData({ ...labelled, ...change }, files, 0)).toThrow(FormatError);
});

describe("parameters", () => {
  const slot = (
    name: string,
    shape: number[],
    offset: number,
    buffer: "theta" | "frozen" = "theta",
  ): ParameterSlot => ({
    name,
    shape,
    buffer,
    offset,
    size: shape.reduce((a, b) => a * b, 1),
  });
  const npy = (shape: number[], values: number[]) => {
    const header = `{'descr': '<f8', 'fortran_order': False, 'shape': (${shape.map((n) => `${n},`).join("")}), }`;
    const bytes = new Uint8Array(128 + 8 * values.length);
    bytes.set(strToU8(`\x93NUMPY\x01\x00v\x00${header.padEnd(117)}\n`, true));
    bytes.set(new Uint8Array(Float64Array.from(values).buffer), 128);
    return bytes;
  };
  const model = [slot("a.W", [2, 1], 0), slot("a.b", [2], 2), slot("f.W", [1, 2], 0, "frozen")];
  const tensors = { theta: Float64Array.of(1, 2, 3, 4), frozen: Float64Array.of(5, 6) };
  const arrays = (names: string[]) =>
    zipSync({
      [`${names[0]}.npy`]: npy([2, 1], [1, 2]),
      [`${names[1]}.npy`]: npy([2], [3, 4]),
      [`${names[2]}.npy`]: npy([1, 2], [5, 6]),
    });

  test("one flat array", () => {
    const trained = model.slice(0, 2);
    const flat = npy([4], [1, 2, 3, 4]);
    expect(readParameters(flat, { file: "t.npy" }, trained).theta).toEqual(tensors.theta);
    const several = zipSync({ "theta.npy": flat, "x.npy": npy([1], [0]) });
    expect(readParameters(several, { file: "t.npz" }, trained).theta).toEqual(tensors.theta);
    expect(readParameters(strToU8("1\n2\n3\n4\n"), { file: "t.csv" }, trained).theta).toEqual(tensors.theta);
    expect(() => readParameters(several, { file: "t.npz", array: "x" }, trained)).toThrow(
      "t.npz: expected 4 parameters, found 1 numbers of shape [1]",
    );
  });

  test("tensors by equal names, by a table, and by shape", () => {
    expect(readParameters(arrays(["a.W", "a.b", "f.W"]), { file: "t.npz" }, model)).toEqual(tensors);
    const names = { "a.W": "w1", "a.b": "b1", "f.W": "w2" };
    expect(readParameters(arrays(["w1", "b1", "w2"]), { file: "t.npz", names }, model)).toEqual(tensors);
    expect(readParameters(arrays(["z", "y", "x"]), { file: "t.npz" }, model)).toEqual(tensors);
  });

  test("equal shapes follow natural name order: layer2 before layer10", () => {
    const two = [slot("p.b", [1], 0), slot("q.b", [1], 1)];
    const bytes = zipSync({ "layer10.b.npy": npy([1], [10]), "layer2.b.npy": npy([1], [2]) });
    expect(readParameters(bytes, { file: "t.npz" }, two).theta).toEqual(Float64Array.of(2, 10));
  });

  test("what cannot be matched is listed on both sides", () => {
    const bytes = zipSync({ "u.npy": npy([3], [1, 2, 3]), "v.npy": npy([2], [3, 4]) });
    expect(() => readParameters(bytes, { file: "t.npz" }, model)).toThrow(
      "t.npz: expected arrays for a.W [2, 1], a.b [2], f.W [1, 2], found u [3], v [2]; give names: { model name: file name }",
    );
    expect(() => readParameters(bytes, { file: "t.npz", names: { nope: "u" } }, model)).toThrow(/names of the model/);
    expect(() => readParameters(bytes, { file: "t.npz", names: { "a.W": "w" } }, model)).toThrow(
      /an array "w" for a\.W/,
    );
    expect(() => readParameters(npy([2], [1, Number.NaN]), { file: "t.npy" }, [slot("x", [2], 0)])).toThrow(/NaN/);
  });
});
