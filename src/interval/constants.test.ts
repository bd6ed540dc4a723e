// The constants behind the argument reductions, against π and ln 2 in integers (Machin's formula; ln 2 = 2 artanh ⅓).
import { expect, test } from "vitest";
import { compare, dyadic, ln2, negate, pi, plus, squareRoot, times } from "../../test/oracle/high-precision.ts";
import { erf } from "./error-function.ts";
import { exp } from "./exponential.ts";
import { interval, point } from "./interval.ts";
import { ln2Head, ln2Tail, reciprocalFactorials } from "./series.ts";
import { cos, sin } from "./trigonometric.ts";

const bits = 300;

test("ln 2 lies in head + tail, and k·head is exact for |k| ≤ 2^20", () => {
  const rest = plus({ mantissa: ln2(bits), exponent: -bits }, negate(dyadic(ln2Head)));
  expect(compare(rest, ln2Tail.lo)).toBeGreaterThan(0);
  expect(compare(rest, ln2Tail.hi)).toBeLessThan(0);
  expect(compare(times(dyadic(ln2Head), dyadic(1048575)), 1048575 * ln2Head)).toBe(0);
});

// cos(x) for the double x nearest π/2 is π/2 − x to 10⁻⁵⁰; for its neighbours and multiples likewise.
test.each([1, 3, 11, 355, 100001])("cos near %d·π/2 equals the distance to it, to 40 digits or better", (k) => {
  const x = k * (Math.PI / 2);
  const distance = plus({ mantissa: (BigInt(k) * pi(bits + 1)) >> 2n, exponent: -bits }, negate(dyadic(x)));
  const value = k % 4 === 1 ? cos(point(x)) : { lo: -cos(point(x)).hi, hi: -cos(point(x)).lo };
  expect(compare(distance, value.lo)).toBeGreaterThanOrEqual(0);
  expect(compare(distance, value.hi)).toBeLessThanOrEqual(0);
  expect((value.hi - value.lo) / Math.abs(value.lo)).toBeLessThan(1e-15);
  expect(sin(point(x))).toEqual(k % 4 === 1 ? interval(1 - 2 ** -53, 1) : interval(-1, -1 + 2 ** -53));
});

// erf(x)/x → 2/√π.
test("erf starts with slope 2/√π", () => {
  const one = 1n << BigInt(bits);
  const slope = { mantissa: (2n * one * one) / squareRoot(pi(bits) << BigInt(bits)), exponent: -bits - 60 };
  const small = erf(point(2 ** -60));
  expect(compare(slope, small.lo)).toBeGreaterThan(0);
  expect(compare(slope, small.hi)).toBeLessThan(0);
});

test("1/n! is enclosed, and e = Σ 1/n!", () => {
  const all = reciprocalFactorials(20);
  let factorial = 1n;
  for (let n = 1; n <= 20; n++) {
    factorial *= BigInt(n);
    expect(compare(times(dyadic(all[n].lo), { mantissa: factorial, exponent: 0 }), 1)).toBeLessThanOrEqual(0);
    expect(compare(times(dyadic(all[n].hi), { mantissa: factorial, exponent: 0 }), 1)).toBeGreaterThanOrEqual(0);
  }
  expect(exp(point(1))).toEqual(interval(Math.E, Math.E + 2 ** -51));
});
