// The doubles of one sign are ordered like their bit patterns (IEEE 754-2019, §3.4), so the neighbour is one bit away.
import { expect, test } from "vitest";
import { biasedDouble } from "../../test/fuzz/biased-doubles.ts";
import { createRng } from "../numeric/index.ts";
import { exponentOf, powerOfTwo } from "./binary64.ts";
import { nextDown, nextUp } from "./next.ts";

const view = new DataView(new ArrayBuffer(8));
function neighbourByBits(x: number): number {
  view.setFloat64(0, x);
  view.setBigInt64(0, view.getBigInt64(0) + (x > 0 ? 1n : -1n));
  return view.getFloat64(0) + 0; // +0 for −0, which we do not tell apart
}

test("nextUp moves one bit, everywhere", () => {
  const rng = createRng(1, "next");
  const wrong: number[] = [];
  for (let i = 0; i < 100_000; i++) {
    const x = biasedDouble(rng);
    if (x !== 0 && (nextUp(x) !== neighbourByBits(x) || nextDown(-x) !== -neighbourByBits(x))) wrong.push(x);
  }
  expect(wrong).toEqual([]);
});

test("nextUp at both ends of every binade", () => {
  for (let k = -1074; k <= 1023; k++) {
    const x = powerOfTwo(k);
    for (const y of [x, -x, neighbourByBits(x), -neighbourByBits(x)]) expect(nextUp(y)).toBe(neighbourByBits(y));
    expect(exponentOf(x)).toBe(k);
    expect(exponentOf(-neighbourByBits(x))).toBe(k === -1074 ? -1073 : k);
  }
});

test("nextUp at zero, at the largest double and at infinity", () => {
  expect(nextUp(0)).toBe(Number.MIN_VALUE);
  expect(nextUp(-0)).toBe(Number.MIN_VALUE);
  expect(nextUp(-Number.MIN_VALUE)).toBe(0);
  expect(nextUp(Number.MAX_VALUE)).toBe(Number.POSITIVE_INFINITY);
  expect(nextUp(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
  expect(nextUp(Number.NEGATIVE_INFINITY)).toBe(-Number.MAX_VALUE);
  expect(nextUp(Number.NaN)).toBeNaN();
});
