// The fates of many states at once are those that `trajectory` finds one state at a time, kind, period and step alike:
// there every state is held against the 64 before it, here only what decides is looked at.
import { describe, expect, test } from "vitest";
import { henon, ikeda, logistic, standardMap, twoWeightMap } from "../problems/index.ts";
import type { DiscreteMap, MapFamily } from "./discrete-map.ts";
import { familyEnsemble, followRows, oneByOne } from "./ensemble.ts";
import { ensembleFates } from "./ensemble-fates.ts";
import { trajectory } from "./trajectory.ts";

const cases: readonly [string, MapFamily, number[], number, number][] = [
  // One step size a case: fixed points, periods 2, 4, 3, 5, 6, chaos, escape; slow approach at a flip.
  ["logistic", logistic, [0.5, 2.9, 3, 3.2, 3.5, 3.55, 3.6, 3.74, 3.8415, 3.83, 4, 4.2], 12, 700],
  ["two weights", twoWeightMap, [0.3, 0.9, 1.01, 1.1, 1.25, 1.29, 1.45, 2.2], 14, 900],
  ["Hénon", henon(), [0.2, 0.9, 1.4, 2.5], 6, 500],
  ["Ikeda", ikeda, [0.4, 0.7, 0.9], 6, 400],
  ["standard", standardMap, [0, 0.9], 6, 300],
];

const starts = (n: number, count: number) =>
  Float64Array.from({ length: n * count }, (_, i) => -0.4 + ((i * 6151) % 997) / 500);

describe.each(cases)("%s", (_, family, values, count, steps) => {
  test.each([0, 1, 99, 130, steps])("%d steps", (length) => {
    const n = family.dimension;
    for (const value of values) {
      const map = family.at(value);
      const states = starts(n, count);
      for (const position of [n, 1]) {
        const { fates, ends } = ensembleFates(oneByOne(map), states, { steps: length, position });
        fates.forEach((fate, row) => {
          const alone = trajectory(map, states.slice(row * n, (row + 1) * n), { steps: length, position });
          expect([value, row, fate]).toEqual([value, row, alone.fate]);
          if (fate.kind !== "diverged") expect(ends.slice(row * n, (row + 1) * n)).toEqual(alone.end);
        });
      }
    }
  });
});

test("states that are out of range from the start, or never move", () => {
  const still: DiscreteMap = { dimension: 1, step: (x, out) => out.set(x), tangent: (_, v, out) => out.set(v) };
  const states = Float64Array.of(Number.NaN, 2e12, 0, 1, Number.POSITIVE_INFINITY);
  const { fates } = ensembleFates(oneByOne(still), states, { steps: 150, position: 1 });
  expect(fates.map(({ kind, step }) => [kind, step])).toEqual([
    ["diverged", 0],
    ["diverged", 0],
    ["converged", 0],
    ["converged", 0],
    ["diverged", 0],
  ]);
});

// x ↦ x + c from 0: every row sees its own steps in order, whatever stretches they come in, until it is told to stop.
test("rows are followed step by step, with their own parameters, until they are not wanted", () => {
  const shift: MapFamily = {
    dimension: 1,
    at: (c) => ({ dimension: 1, step: ([x], out) => out.fill(x! + c), tangent: (_, v, out) => out.set(v) }),
    parameterDerivative: (_, __, out) => out.fill(1),
  };
  const seen: number[][] = [[], [], []];
  followRows(familyEnsemble(shift), new Float64Array(3), 40_000, Float64Array.of(1, 2, 3), (stretch) => {
    const { row, step, count, orbit, at } = stretch;
    expect(orbit.subarray(at, at + count).every((x, i) => x === (row + 1) * (step + 1 + i))).toBe(true);
    seen[row]!.push(count);
    return row !== 1;
  });
  const total = (counts: number[]) => counts.reduce((a, b) => a + b, 0);
  expect(total(seen[0]!)).toBe(40_000);
  expect(total(seen[2]!)).toBe(40_000);
  expect(seen[1]!.length).toBe(1);
  expect(total(seen[1]!)).toBeLessThan(40_000);
});
