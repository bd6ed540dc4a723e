// runId is the SHA-256 of canonical JSON (RFC 8785: sorted keys, shortest numbers) of what determines the numbers and of
// nothing else (DESIGN §5).
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson, filesOf, numbersVersion, readSpec, runId, starterExperiment } from "./index.ts";

describe("canonical JSON", () => {
  test("keys in order of code units, shortest numbers, no blanks", () => {
    expect(canonicalJson({ b: [1e21, -0, 0.1], a: { "\u00e9": 1, z: null, A: true }, c: undefined })).toBe(
      '{"a":{"A":true,"z":null,"é":1},"b":[1e+21,0,0.1]}',
    );
  });
  test("whatever the order of the keys, the text is the same and reads back", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
        expect(canonicalJson(JSON.parse(canonicalJson(value)))).toBe(canonicalJson(value));
      }),
    );
  });
  test("what JSON cannot hold is refused", () => {
    expect(() => canonicalJson({ x: Number.NaN })).toThrow(TypeError);
    expect(() => canonicalJson([() => 0])).toThrow(TypeError);
  });
});

describe("runId", () => {
  const read = (text: string, ...set: string[]) => readSpec(text, { file: "x.yaml", set }).spec;
  const id = (text: string, ...set: string[]) => runId("check", read(text, ...set), "wasm", {});

  test("is the hash of verb, spec, seed, engine and numbersVersion", () => {
    const spec = read(starterExperiment);
    const text = canonicalJson({ engine: "wasm", numbersVersion, seed: 0, spec, verb: "check" });
    expect(runId("check", spec, "wasm", {})).toBe(createHash("sha256").update(text).digest("hex"));
  });

  test("does not depend on how the file is written", () => {
    const json = JSON.stringify(read(starterExperiment));
    expect(id(json)).toBe(id(starterExperiment));
    expect(id(starterExperiment, "optimizer.stepSize=1/10")).toBe(id(starterExperiment));
    expect(id(starterExperiment, "stability.steps=100000")).toBe(id(starterExperiment)); // the default, written out
  });

  test("depends on verb, engine, seed and every number", () => {
    const spec = read(starterExperiment);
    const ids = [
      id(starterExperiment),
      runId("stability", spec, "wasm", {}),
      runId("check", spec, "reference", {}),
      id(starterExperiment, "seed=1"),
      id(starterExperiment, "optimizer.stepSize=0.10000000000000002"),
      id(starterExperiment, "data.inputs[0][0]=2"),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("files enter by what stands in them, not by their names", () => {
    const withFiles = (x: string, y: string) =>
      read(
        starterExperiment,
        `data.inputs={ file: ${x} }`,
        `data.targets={ labels: { file: ${y}, column: label }, classes: 2 }`,
        `data.weights={ file: ${x} }`,
        `parameters={ file: t.npz }`,
      );
    expect(filesOf(withFiles("x.csv", "y.csv"))).toEqual(["x.csv", "y.csv", "t.npz"]);
    const hashes = { "x.csv": "1", "y.csv": "2", "t.npz": "3" };
    const first = runId("check", withFiles("x.csv", "y.csv"), "wasm", hashes);
    const moved = { "a/x.csv": "1", "b/y.csv": "2", "t.npz": "3" };
    expect(runId("check", withFiles("a/x.csv", "b/y.csv"), "wasm", moved)).toBe(first);
    expect(runId("check", withFiles("x.csv", "y.csv"), "wasm", { ...hashes, "t.npz": "4" })).not.toBe(first);
    expect(() => runId("check", withFiles("x.csv", "y.csv"), "wasm", {})).toThrow(/hash of x\.csv is missing/);
  });
});
