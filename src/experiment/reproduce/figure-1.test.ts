// Fig. 1 of arXiv 2510.24466 (THEORY §6): ½θ⁴ − 3θ² + 8 for |θ| ≤ 2, θ² outside; 1/2 is exceptional, 1/4 is not.
import { expect, test } from "vitest";
import { ask, publishedExperiment } from "../index.ts";

test("1/2 is the only exceptional step size, and the outer pieces land on 0", async () => {
  const { results } = await ask("reproduce", publishedExperiment("fig1"));
  const { values, outcome, panels } = results.reproduction!;
  expect(outcome).toBe("confirmed");
  expect(values.map(({ found }) => found)).toEqual([0.5, 0, 1.5]);
  expect(panels.map(({ name }) => name)).toEqual(["fig1-loss", "fig1-map"]);
  const outer = panels[1]!.table.values!.filter(([theta]) => Math.abs(Number(theta)) > 2);
  expect(new Set(outer.map((row) => row[2]))).toEqual(new Set([0]));
});
