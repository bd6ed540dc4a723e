// Coverage against a known crossing: realisations f(x, j) = g(x) + noise, g with a kink at its zero as λ has where a slow
// direction and a growing one change places, and with the sign of an island's first edge.
import { expect, test } from "vitest";
import { createRng } from "../numeric/index.ts";
import { replicatedRoot } from "./replicated-root.ts";

const trials = 400;

test.each([
  ["a straight line", (x: number) => x - 2, true],
  ["a falling line", (x: number) => 2 - x, false],
  ["a kink", (x: number) => (x < 2 ? 0.8 : 1.25) * (x - 2), true],
] as const)("%s: the interval covers as it says", (name, mean, rises) => {
  let covered = 0;
  for (let trial = 0; trial < trials; trial++) {
    const rng = createRng(trial, "replicated root", name);
    const noise = Array.from({ length: 8 }, () => 0.1 * rng.normal());
    const guess = 2 + 0.1 * rng.normal();
    const surroundings = { scale: 0.02, rises, limits: [1, 4] as const };
    const { value, halfWidth } = replicatedRoot((x, j) => mean(x) + noise[j], guess, surroundings)!;
    if (Math.abs(value - 2) <= halfWidth) covered++;
  }
  // 95 % of 400 with three standard errors; the kink costs a little.
  expect(covered / trials).toBeGreaterThan(0.917);
  expect(covered / trials).toBeLessThan(0.983);
});

test("nothing random, or nothing found, is null", () => {
  expect(replicatedRoot((x) => x - 2, 2.1, { scale: 0.1, rises: true, limits: [0, 4] })).toBeNull();
  expect(replicatedRoot((_, j) => 1 + j, 2, { scale: 0.1, rises: true, limits: [1, 4] })).toBeNull();
});
