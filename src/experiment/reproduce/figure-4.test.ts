// Fig. 4 of arXiv 2510.24466 through the whole pipeline, against the closed forms of its network (THEORY §6):
// μ = log|1 − η(0.81p + 6.25(1 − p))s|, λ = p log|1 − 0.81ηs| + (1 − p) log|1 − 6.25ηs|.
import { expect, test } from "vitest";
import { figure4, twoWeightNetwork } from "../../problems/index.ts";
import { columnOf } from "../../record/index.ts";
import { ask, publishedExperiment } from "../index.ts";

test("both panels, their windows, and the island beyond the plot", { timeout: 60_000 }, async () => {
  const { results, kind } = await ask("reproduce", publishedExperiment("fig4"));
  expect(kind).toBe("reproduce");
  const { panels, outcome, values } = results.reproduction!;
  expect(outcome).toBe("corrected");
  expect(panels.map(({ name }) => name)).toEqual(["fig4-left", "fig4-right"]);
  panels.forEach(({ sets, table }, i) => {
    const { stepSize, p, gd, sgd } = figure4[i]!;
    expect(sets.map(({ intervals }) => intervals.length)).toEqual([gd.length, sgd.length]);
    [...gd, ...sgd].forEach(([lo, hi], j) => {
      const found = sets.flatMap(({ intervals }) => intervals)[j]!;
      expect(found[0]).toBeCloseTo(lo, 12);
      expect(found[1]).toBeCloseTo(hi, 12);
    });
    const network = twoWeightNetwork(p);
    const [s, mu, lambda] = ["s", "mu", "lambda"].map((name) => columnOf(table, name)!);
    s!.forEach((at, row) => {
      expect(Math.abs(mu![row]! - network.mu(stepSize, at))).toBeLessThan(1e-11);
      if (Number.isNaN(lambda![row]!)) return; // at a pole
      const nearest = Math.min(...[0.81, 6.25].map((k) => Math.abs(1 - k * stepSize * at)));
      expect(Math.abs(lambda![row]! - network.lambda(stepSize, at))).toBeLessThan(1e-11 + 1e-13 / nearest);
    });
    expect(lambda!.filter(Number.isNaN)).toHaveLength(1);
  });
  expect(values.map(({ found }) => found.toPrecision(12))).toContain((9.29711934156379).toPrecision(12));
});

test("a figure that is not known is bad input", () => {
  expect(() => publishedExperiment("fig2")).toThrow(/^reproduce: expected .*fig4.*, found "fig2"$/);
  expect(() => publishedExperiment("toString")).toThrow(/^reproduce: expected/);
});
