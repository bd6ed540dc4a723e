import { expect, test } from "vitest";
import { createRng } from "../numeric/index.ts";
import { aliasTable } from "./alias-table.ts";
import { importanceProbabilities } from "./importance.ts";

test("q_i ∝ p_i · score_i, and a useless score is refused", () => {
  expect([...importanceProbabilities(Float64Array.of(0.5, 0.25, 0.25), [1, 2, 4])]).toEqual([0.25, 0.25, 0.5]);
  expect(() => importanceProbabilities(Float64Array.of(0.5, 0.5), [1, 0])).toThrow("the score of sample 1");
  expect(() => importanceProbabilities(Float64Array.of(0.5, 0.5), [1, Number.NaN])).toThrow(RangeError);
});

// Walker's table: cells of width 1/count; summing the kept and aliased parts of a fine uniform grid gives back p.
test.each([[[1]], [[0.5, 0.5]], [[0.1, 0, 0.6, 0.3]], [[0, 0, 1]]])("alias table of %j", (p) => {
  const grid = 100_000;
  let next = 0;
  const rng = Object.assign(createRng(0), { uniform: () => next++ / grid });
  const draw = aliasTable(Float64Array.from(p));
  const counts = p.map(() => 0);
  for (let t = 0; t < grid; t++) {
    const i = draw(rng);
    counts[i] = counts[i] + 1;
  }
  p.forEach((value, i) => {
    if (value === 0) expect(counts[i]).toBe(0);
    else expect(Math.abs(counts[i] / grid - value)).toBeLessThan(1e-4);
  });
});
