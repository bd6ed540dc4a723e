// The weights of a batch are counted, not added up in doubles: k of b draws weigh k/b, times p_i/q_i under importance, so
// that 1/(2κ W_B) and the curvatures of batches are exact (THEORY §2, importance).
import { expect, test } from "vitest";
import { addRationals, equalRationals, type Rational, rational, showRational } from "../modular/index.ts";
import { formulaProblem } from "../program/index.ts";
import { readSpec } from "../spec/index.ts";
import { lawOf } from "./batch-law.ts";
import { exactBatches } from "./exact-batches.ts";

function batchesOf(batch: object, samples = 2, weights?: readonly number[]) {
  const objective = { parameters: ["x"], samples: Array.from({ length: samples }, () => "x^2"), weights };
  const experiment = { objective, parameters: { values: [1] }, optimizer: { type: "sgd", stepSize: 1 }, batch };
  const { spec } = readSpec(JSON.stringify(experiment), { file: "test" });
  const problem = formulaProblem(spec.objective!);
  return exactBatches(spec, problem, lawOf(spec, problem, null, null));
}

const shown = ({ batches }: ReturnType<typeof batchesOf>) =>
  batches!.map((b) => Array.from(b as readonly Rational[], showRational).join(" ")).sort();

test("three of five draws weigh 3/5", () => {
  expect(0.2 + 0.2 + 0.2).not.toBe(0.6);
  expect(shown(batchesOf({ size: 5 }))).toEqual(["0 1", "1 0", "1/5 4/5", "2/5 3/5", "3/5 2/5", "4/5 1/5"]);
});

test("importance: p_i/(q_i b), with p and q read as written, and W_B the exact sums", () => {
  const found = batchesOf({ size: 1, importance: [0.3, 0.7] }, 2, [0.1, 0.9]);
  expect(shown(found)).toEqual(["0 9/7", "1/3 0"]);
  expect(found.weightSums!.toSorted()).toEqual([1 / 3, 9 / 7]);
});

test("short last batches are averaged over their own size; subsets weigh 1/b", () => {
  expect(shown(batchesOf({ size: 2, law: "cyclic" }, 3))).toEqual(["0 0 1", "1/2 1/2 0"]);
  expect(shown(batchesOf({ size: 3, law: "without-replacement" }, 4))).toContain("1/3 1/3 1/3 0");
  expect(shown(batchesOf({ size: 4, law: "antithetic" }, 3))).toEqual(["0 1 0", "1/2 0 1/2", "1/4 1/2 1/4"]);
});

test("too many batches: one of every total weight, or one, and every weight adds up", () => {
  const some = batchesOf({ size: 3 }, 6);
  expect(some.batches).toBe(null);
  expect(some.someBatches.length).toBe(1);
  const one = rational(1n);
  expect(equalRationals((some.someBatches[0] as readonly Rational[]).reduce(addRationals), one)).toBe(true);
  expect(batchesOf({ size: 64 }, 40).weightSums).toEqual([1]);
});
