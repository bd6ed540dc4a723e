// Against exact rational arithmetic on BigInt: the sum, product and quotient of two numbers of 106 bits are right to
// 2⁻¹⁰⁰, and where they fit, exact.
import { expect, test } from "vitest";
import { addDouble, type DoubleDouble, divDouble, doubleDouble, mulDouble } from "./double-double.ts";
import { createRng } from "./rng.ts";

const SCALE = 400n;
/** 2⁴⁰⁰·x, exactly for |x| ≥ 2⁻³⁴⁰ or so. */
function exact(x: number): bigint {
  if (x === 0) return 0n;
  const exponent = Math.floor(Math.log2(Math.abs(x))) - 60;
  return BigInt(x * 2 ** -exponent) << (SCALE + BigInt(exponent));
}
const total = ({ high, low }: DoubleDouble) => exact(high) + exact(low);
const size = (n: bigint) => (n < 0n ? -n : n);

const rng = createRng(4, "double-double");
const draw = (): DoubleDouble => {
  const high = rng.normal() * 2 ** (rng.integer(60) - 30);
  return addDouble(doubleDouble(high), doubleDouble(high * 2 ** -54 * (rng.uniform() - 0.5)));
};

test("operations on random numbers, to 2⁻¹⁰⁰", () => {
  for (let k = 0; k < 2000; k++) {
    const [a, b] = [draw(), draw()];
    const [x, y] = [total(a), total(b)];
    const near = (found: DoubleDouble, truth: bigint, scale: bigint) => {
      expect(size(total(found) - truth) <= scale >> 100n).toBe(true);
      expect(Math.abs(found.low) <= 2 ** -53 * Math.abs(found.high)).toBe(true);
    };
    near(addDouble(a, b), x + y, size(x) + size(y));
    near(mulDouble(a, b), (x * y) >> SCALE, size(x * y) >> SCALE);
    near(divDouble(a, b), (x << SCALE) / y, size((x << SCALE) / y));
  }
});

test("exact where the result fits: 1/10 is not 0.1, and a sum takes what a double would lose", () => {
  expect(divDouble(doubleDouble(1), doubleDouble(4))).toEqual({ high: 0.25, low: 0 });
  expect(divDouble(doubleDouble(1), doubleDouble(10)).low).not.toBe(0);
  expect(addDouble(doubleDouble(1), doubleDouble(2 ** -80))).toEqual({ high: 1, low: 2 ** -80 });
  expect(mulDouble(doubleDouble(1 + 2 ** -30), doubleDouble(1 + 2 ** -30))).toEqual({
    high: 1 + 2 ** -29,
    low: 2 ** -60,
  });
});
