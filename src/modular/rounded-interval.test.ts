import fc from "fast-check";
import { expect, test } from "vitest";
import { compareRationals, parseRational, rational, roundedInterval, subtractRationals } from "./index.ts";

// [lo, hi] ⊂ [c − e, c + e] for the decimals c, e that are written, compared as exact fractions; c has at most twelve digits.

test("an interval narrower than a double is written with twelve digits and an error that covers it", () => {
  const above = subtractRationals(rational(1n, 3n), rational(-1n, 10n ** 40n));
  expect(roundedInterval(rational(1n, 3n), above)).toBe("0.333333333333 ± 4e-13");
});

test("what is written contains the interval", () => {
  const integer = fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n });
  const positive = fc.bigInt({ min: 1n, max: 10n ** 18n });
  fc.assert(
    fc.property(integer, positive, positive, fc.integer({ min: 0, max: 30 }), (n, d, w, p) => {
      const lo = rational(n, d);
      const hi = subtractRationals(lo, rational(-w, d * 10n ** BigInt(p)));
      const [c = "", e = ""] = roundedInterval(lo, hi).split(" ± ");
      const [center, error] = [parseRational(c), parseRational(e)];
      expect(compareRationals(subtractRationals(center, lo), error)).toBeLessThanOrEqual(0);
      expect(compareRationals(subtractRationals(hi, center), error)).toBeLessThanOrEqual(0);
      expect(c.replace(/^-?0\.0*|e.*|[-.]|0+$/g, "").length).toBeLessThanOrEqual(12);
    }),
  );
});
