import fc from "fast-check";
import { expect, test } from "vitest";
import {
  attachTables,
  emptyResults,
  encodeRecord,
  inlineRows,
  missingTables,
  parseRecord,
  type RunRecord,
  type Table,
  tableFromCsv,
  tableOf,
  tableToCsv,
} from "./index.ts";

// A record is plain data: what is written reads back equal, nothing is omitted, and what is not finite is null with
// the reason beside it (DESIGN §5).

const record: RunRecord = {
  schemaVersion: 1,
  kind: "stability",
  runId: "ab12",
  tool: { name: "separatrix", version: "0.1.0", engine: "wasm", threads: 2, command: "separatrix stability a.yaml" },
  spec: { title: "a", seed: 0 },
  conventions: {
    loss: "L = sum_i p_i * 0.5 * |f_i - y_i|^2",
    sampling: "batch 1, with replacement",
    logarithm: "natural, per step",
    network: "two-weight network",
    lossName: "half mean squared error",
    optimizer: "gradient descent",
    stepSize: 0.15,
    batchSize: 1,
    parameters: 2,
    samples: 2,
    outputs: 1,
  },
  inputs: [{ path: "a.yaml", sha256: "00" }],
  seed: 0,
  seconds: 0.5,
  results: {
    ...emptyResults(),
    mu: { value: -1.8, superstable: false, at: 7.77, verdict: "stable", cause: null, reason: null },
  },
  warnings: [],
};

test("what is encoded parses to the same record", () => {
  expect(parseRecord(encodeRecord(record))).toEqual(record);
});

test("every group of results is written, as null when it was not computed", () => {
  const written = JSON.parse(encodeRecord(record)).results;
  expect(Object.keys(written)).toEqual(Object.keys(emptyResults()));
  expect(written.lambda).toBeNull();
});

test("a number that is not finite becomes null and its holder says which it was", () => {
  const mu = { ...record.results.mu!, value: Number.NEGATIVE_INFINITY, at: Number.NaN };
  const written = JSON.parse(encodeRecord({ ...record, results: { ...record.results, mu } })).results.mu;
  expect(written).toMatchObject({ value: null, at: null, status: "value is -Infinity; at is NaN" });
});

test("a record of an earlier day without a group reads as null; a newer schema is refused", () => {
  const { spectrum: _, ...older } = emptyResults();
  expect(parseRecord({ ...record, results: older }).results.spectrum).toBeNull();
  expect(() => parseRecord({ ...record, schemaVersion: 2 })).toThrow("schemaVersion 2 is newer than 1");
});

test.each<[string, unknown, string]>([
  ["not JSON", "{", "record: not JSON"],
  ["a list", [], "record: expected a JSON object"],
  ["no version", { ...record, schemaVersion: undefined }, "schemaVersion must be an integer ≥ 1, got nothing"],
  ["a foreign kind", { ...record, kind: "weather" }, "kind must be one of check, stability"],
  ["no seed", { ...record, seed: undefined }, "record: seed must be a number, but is missing"],
  [
    "a word for a number",
    { ...record, results: { ...record.results, mu: { ...record.results.mu, value: "x" } } },
    'record: results.mu.value must be a number or null, got "x"',
  ],
  [
    "an interval of one",
    { ...record, results: { ...record.results, stableStepSizes: { gd: [[0]] } } },
    "results.stableStepSizes.gd[0] must be two numbers [lo, hi], got [0]",
  ],
  [
    "a ragged table",
    { ...record, results: { ...record.results, curves: { file: "c", rows: 1, columns: ["a", "b"], values: [[1]] } } },
    "results.curves.values[0] must be 2 cells, got [1]",
  ],
])("refuses %s in one sentence", (_, input, message) => {
  expect(() => parseRecord(input as object)).toThrow(message);
});

test("whatever JSON comes in, the parser answers with a record or one line of complaint", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(...Object.keys(emptyResults())), (value, group) => {
      try {
        parseRecord({ ...record, results: { ...record.results, [group]: value } });
      } catch (error) {
        expect((error as Error).message).toMatch(/^record: [^\n]+$/);
      }
    }),
  );
});

// RFC 4180; the shortest decimal of a double reads back to the same double (ECMA-262, Number::toString).
test("a table survives its CSV bit for bit", () => {
  const word = fc.string().filter((s) => s !== "" && !Number.isFinite(Number(s)));
  const number = fc.double({ noNaN: true, noDefaultInfinity: true });
  const row = fc.tuple(number, fc.oneof(word, fc.constant(null)), fc.option(number, { nil: null }));
  fc.assert(
    fc.property(fc.array(row), (values) => {
      const table: Table = { file: "t.csv", rows: values.length, columns: ["x", 'a, "b"\n', "y"], values };
      expect(tableFromCsv({ ...table, values: null }, tableToCsv(table))).toEqual(table);
    }),
  );
});

test("a long table leaves the JSON and comes back from its CSV", () => {
  const steps = Float64Array.from({ length: inlineRows + 1 }, (_, i) => i / 7);
  const trajectory = tableOf("data/trajectory.csv", { step: steps, loss: steps.map(Math.sqrt) });
  const long = { ...record, results: { ...record.results, trajectory } };
  const read = parseRecord(encodeRecord(long));
  expect(read.results.trajectory!.values).toBeNull();
  expect(missingTables(read)).toEqual(["data/trajectory.csv"]);
  expect(attachTables(read, { "data/trajectory.csv": tableToCsv(trajectory) })).toEqual(long);
});

test("tables name what is wrong with a file", () => {
  const table = tableOf("t.csv", { x: [1, Number.NaN] });
  expect(table.values).toEqual([[1], [null]]);
  expect(() => tableFromCsv(table, "y\n1\n2\n")).toThrow("t.csv must have the columns x, got y");
  expect(() => tableFromCsv(table, "x\n1\n")).toThrow("t.csv must have 2 rows, got 1");
  expect(() => tableOf("t.csv", { x: [1], y: [] })).toThrow("column y has 0 rows, x has 1");
});
