import { expect, test } from "vitest";
import { lineSearch } from "./line-search.ts";

// Moré, Thuente (1994), test functions 1 to 3, and a quartic with a far minimum; from initial steps over six orders.
const functions = {
  "−t/(t² + 2)": [(t: number) => -t / (t * t + 2), (t: number) => (t * t - 2) / (t * t + 2) ** 2],
  "(t + 0.004)⁵ − 2(t + 0.004)⁴": [
    (t: number) => (t + 0.004) ** 5 - 2 * (t + 0.004) ** 4,
    (t: number) => 5 * (t + 0.004) ** 4 - 8 * (t + 0.004) ** 3,
  ],
  "1 − cos with a slope": [(t: number) => -Math.sin(t), (t: number) => -Math.cos(t)],
  "(t − 300)⁴": [(t: number) => (t - 300) ** 4, (t: number) => 4 * (t - 300) ** 3],
} as const;

const cases = Object.keys(functions).flatMap((name) => [1e-3, 0.1, 10, 1e3].map((t) => [name, t] as const));

test.each(cases)("the step for %s from %d satisfies the Wolfe conditions", (name, initial) => {
  const [value, slope] = functions[name as keyof typeof functions];
  const start = { value: value(0), slope: slope(0), initial };
  const found = lineSearch((t) => ({ value: value(t), slope: slope(t) }), start);
  if (!found) throw new Error("expected a step");
  expect(found.t).toBeGreaterThan(0);
  expect(found.value).toBeLessThanOrEqual(start.value + 0.1 * found.t * start.slope);
  expect(found.slope).toBeGreaterThanOrEqual(0.9 * start.slope);
});

// φ(t) = 1 + ε(t² − 2t) changes by less than the rounding of 1: only slopes can tell, and they do.
test("where values drown in rounding the slopes decide", () => {
  const tiny = 1e-18;
  const found = lineSearch((t) => ({ value: 1 + tiny * (t * t - 2 * t), slope: tiny * (2 * t - 2) }), {
    value: 1,
    slope: -2 * tiny,
    initial: 50,
  });
  expect(found?.t).toBeGreaterThan(0.05);
  expect(found?.t).toBeLessThan(1.9);
});

test("a step into infinity is shortened; a function without end gives null", () => {
  const log = lineSearch((t) => ({ value: t < 1 ? -Math.log(1 - t) - 3 * t : Number.NaN, slope: 1 / (1 - t) - 3 }), {
    value: 0,
    slope: -2,
    initial: 8,
  });
  expect(log?.t).toBeLessThan(1);
  expect(lineSearch((t) => ({ value: -t, slope: -1 }), { value: 0, slope: -1, initial: 1 })).toBeNull();
});
