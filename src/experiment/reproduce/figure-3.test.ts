// Fig. 3 of arXiv 2510.24466 through the whole pipeline, against THEORY §6: closed forms of the 2-cycle and its multipliers,
// the cascade, the fold to period 3 and the first deaths, η = (3√3/2 − 1)/3.53: on the diagonal u ↦ (1 + h)u − hu³ has its
// maximum at u² = (1 + h)/3h, and its image is sent to 0 when (1 + h)² = 27/4.
import { expect, test } from "vitest";
import { cascade } from "../../problems/index.ts";
import { ask, publishedExperiment } from "../index.ts";

test("both panels, the cascade, period 3 and death", { timeout: 60_000 }, async () => {
  const { results } = await ask("reproduce", publishedExperiment("fig3"));
  const { values, outcome, panels } = results.reproduction!;
  expect(outcome).toBe("confirmed");
  expect(panels.map(({ name }) => name)).toEqual(["fig3-left", "fig3-right", "fig3-cascade"]);
  for (const { name, exact, found } of values) {
    if (exact !== undefined) expect(Math.abs(found - exact), name).toBeLessThan(1e-10);
  }
  const found = (part: string) => values.find(({ name }) => name.includes(part))!.found;
  // THEORY §6, start (1.48, 1/1.48 + 0.1).
  expect(found("θ₁ of the minimum")).toBeCloseTo(1.210129806444702, 11);
  expect(found("θ₂ of the minimum")).toBeCloseTo(0.8263576309536146, 11);
  expect(found("2-cycle at step size 0.325")).toBeCloseTo(0.771520811155029, 12);
  expect(values.find(({ name }) => name === "and")!.found).toBeCloseTo(1.12978105614174, 12);
  const flips = values.filter(({ name }) => name.includes("flip")).map((value) => value.found);
  expect(flips).toHaveLength(6); // of periods 1, 2, …, 32
  cascade.flips.forEach((eta, i) => {
    expect(flips[i]).toBeCloseTo(eta, 10);
  });
  expect(flips[5]).toBeCloseTo(0.36887911376, 10); // by scalar Newton in continue-orbit.test.ts
  expect(found("period 3")).toBeCloseTo(cascade.period3Fold, 10);
  expect(found("orbits die")).toBeCloseTo(cascade.death, 10);
});
