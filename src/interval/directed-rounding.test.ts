// Directed rounding (IEEE 754-2019, §4.3): the largest double below and the smallest above the exact result.
import { expect, test } from "vitest";
import { biasedDouble } from "../../test/fuzz/biased-doubles.ts";
import { compare, type Dyadic, dyadic, plus, times } from "../../test/oracle/high-precision.ts";
import { createRng } from "../numeric/index.ts";
import { addDown, addUp, divDown, divUp, mulDown, mulUp, sqrtDown, sqrtUp } from "./directed-rounding.ts";
import { nextDown, nextUp } from "./next.ts";

const { MAX_VALUE, MIN_VALUE, EPSILON, POSITIVE_INFINITY: INF } = Number;

test.each([
  ["1 + 2^−1074", addDown(1, MIN_VALUE), addUp(1, MIN_VALUE), 1, 1 + EPSILON],
  ["an exact sum", addDown(0.5, 0.25), addUp(0.5, 0.25), 0.75, 0.75],
  ["overflow", addDown(MAX_VALUE, MAX_VALUE), addUp(MAX_VALUE, MAX_VALUE), MAX_VALUE, INF],
  ["an infinite end", addDown(-INF, 5), addUp(INF, -5), -INF, INF],
  ["underflow to zero", mulDown(MIN_VALUE, 0.25), mulUp(MIN_VALUE, 0.25), 0, MIN_VALUE],
  ["negative underflow", mulDown(-MIN_VALUE, 0.25), mulUp(-MIN_VALUE, 0.25), -MIN_VALUE, -0],
  ["zero times infinity", mulDown(0, INF), mulUp(-INF, 0), 0, -0],
  ["a huge product", mulDown(MAX_VALUE, 2), mulUp(MAX_VALUE, -2), MAX_VALUE, -MAX_VALUE],
  ["1/3", divDown(1, 3), divUp(1, 3), 0.3333333333333333, nextUp(0.3333333333333333)],
  ["−1/3", divDown(-1, 3), divUp(1, -3), nextDown(-0.3333333333333333), -0.3333333333333333],
  ["a subnormal quotient", divDown(MIN_VALUE, 3), divUp(MIN_VALUE, 3), 0, MIN_VALUE],
  ["√2", sqrtDown(2), sqrtUp(2), nextDown(Math.SQRT2), Math.SQRT2],
  ["√(2^−1074)", sqrtDown(MIN_VALUE), sqrtUp(MIN_VALUE), 2 ** -537, 2 ** -537],
])("%s", (_, lo, hi, expectedLo, expectedHi) => {
  expect([lo, hi]).toEqual([expectedLo, expectedHi]);
});

/** Whether lo is the largest double ≤ exact and hi the smallest ≥ exact. */
function areNeighbours(exact: Dyadic, lo: number, hi: number): boolean {
  const below = compare(exact, lo) >= 0 && compare(exact, nextUp(lo)) < 0;
  return below && compare(exact, hi) <= 0 && compare(exact, nextDown(hi)) > 0;
}

test("sums and products of biased operands are rounded to the exact neighbours", () => {
  const rng = createRng(2, "directed rounding");
  const wrong: unknown[] = [];
  for (let i = 0; i < 50_000; i++) {
    const [a, b] = [biasedDouble(rng), biasedDouble(rng)];
    if (!areNeighbours(plus(dyadic(a), dyadic(b)), addDown(a, b), addUp(a, b))) wrong.push([a, "+", b]);
    if (!areNeighbours(times(dyadic(a), dyadic(b)), mulDown(a, b), mulUp(a, b))) wrong.push([a, "×", b]);
  }
  expect(wrong).toEqual([]);
});

test("square roots of biased operands are rounded to the exact neighbours", () => {
  const rng = createRng(3, "directed rounding");
  const wrong: number[] = [];
  const square = (x: number) => times(dyadic(x), dyadic(x));
  for (let i = 0; i < 20_000; i++) {
    const x = Math.abs(biasedDouble(rng));
    const [lo, hi] = [sqrtDown(x), sqrtUp(x)];
    const around = compare(square(lo), x) <= 0 && compare(square(hi), x) >= 0;
    const tight = compare(square(nextUp(lo)), x) > 0 && (hi === 0 || compare(square(nextDown(hi)), x) < 0);
    if (!around || !tight) wrong.push(x);
  }
  expect(wrong).toEqual([]);
});
