// 1 + 1/(1 + 1/(1 + …)) is the golden ratio; its convergents 1, 2, 3/2, 5/3, … lie on alternating sides.
import { expect, test } from "vitest";
import { continuedFraction } from "./continued-fraction.ts";
import { contains, one, width } from "./interval.ts";

test("the part that is cut off is enclosed, however early", () => {
  const golden = (1 + Math.sqrt(5)) / 2;
  const widths = [0, 1, 2, 3, 10, 20].map((n) => {
    const value = continuedFraction(n, () => ({ numerator: one, denominator: one }));
    expect(contains(value, golden)).toBe(true);
    return width(value);
  });
  expect(widths.slice(0, 2)).toEqual([1, 0.5]);
  expect(widths[2]).toBeCloseTo(1 / 6, 15);
  expect(widths[5]).toBeLessThan(1e-8);
});
