// Real roots by Sturm's theorem, against polynomials whose roots are known.
import { describe, expect, test } from "vitest";
import { nextDown } from "../interval/index.ts";
import {
  compareRationals,
  countRealRoots,
  type IntegerPolynomial,
  isolateRealRoots,
  multiplyInteger,
  rational,
  realRoots,
  roundDown,
  roundUp,
  showPolynomial,
  showRational,
  signAt,
} from "./index.ts";

const fromRoots = (...roots: [bigint, bigint][]): IntegerPolynomial =>
  roots.map(([n, d]): IntegerPolynomial => [-n, d]).reduce(multiplyInteger);

test("√2 to 60 bits, from both sides", () => {
  const roots = isolateRealRoots([-2n, 0n, 1n]);
  expect(roots).toHaveLength(2);
  const [{ lo, hi }] = roots.slice(1);
  expect([roundDown(lo), roundUp(hi)]).toEqual([nextDown(Math.SQRT2), Math.SQRT2]);
  expect([signAt([-2n, 0n, 1n], lo), signAt([-2n, 0n, 1n], hi)]).toEqual([-1, 1]);
});

// Wilkinson: (x − 1)…(x − 20).
test("Wilkinson's roots are found exactly", () => {
  const roots = Array.from({ length: 20 }, (_, i): [bigint, bigint] => [BigInt(i + 1), 1n]);
  const found = realRoots(fromRoots(...roots));
  expect(found.map(({ lo }) => showRational(lo))).toEqual(roots.map(([n]) => `${n}`));
  expect(found.every(({ lo, hi }) => compareRationals(lo, hi) === 0)).toBe(true);
});

// T_n(cos t) = cos nt: roots cos((2k − 1)π/2n).
test("Chebyshev polynomials: all roots real, known, simple", () => {
  let [previous, current]: IntegerPolynomial[] = [[1n], [0n, 1n]];
  for (let n = 1; n < 17; n++) {
    const doubled = multiplyInteger([0n, 2n], current);
    [previous, current] = [current, doubled.map((c, i) => c - (previous[i] ?? 0n))];
  }
  const found = isolateRealRoots(current);
  expect(found).toHaveLength(17);
  found.forEach(({ lo, hi }, i) => {
    const exact = Math.cos(((17 - i - 0.5) * Math.PI) / 17);
    expect(roundUp(hi)).toBeGreaterThanOrEqual(exact - 1e-15);
    expect(roundDown(lo)).toBeLessThanOrEqual(exact + 1e-15);
  });
});

// Mignotte: x⁵ − 2(100x − 1)² has two roots closer than 10⁻⁶ around 1/100.
test("very close roots are separated", () => {
  const f: IntegerPolynomial = [-2n, 400n, -20000n, 0n, 0n, 1n];
  const near = isolateRealRoots(f).filter(({ lo, hi }) => roundUp(hi) > 0.005 && roundDown(lo) < 0.02);
  expect(near).toHaveLength(2);
  expect(compareRationals(near[0].hi, near[1].lo)).toBe(-1);
  expect(compareRationals(near[0].hi, rational(1n, 100n))).toBe(-1);
  expect(compareRationals(near[1].lo, rational(1n, 100n))).toBe(1);
});

describe("realRoots", () => {
  test("rational roots exactly, irrational ones with minimal polynomials, multiplicities kept", () => {
    const square: IntegerPolynomial = [-3n, 0n, 1n];
    const f = [fromRoots([1n, 3n], [1n, 3n], [-5n, 7n]), square, square, [1n, 0n, 1n] as IntegerPolynomial].reduce(
      multiplyInteger,
    );
    const found = realRoots(f);
    expect(found.map((r) => `${showPolynomial(r.polynomial)}: ${r.multiplicity}`)).toEqual([
      "x^2 - 3: 2",
      "7x + 5: 1",
      "3x - 1: 2",
      "x^2 - 3: 2",
    ]);
    expect(showRational(found[1].lo)).toBe("-5/7");
    expect(roundDown(found[3].lo)).toBe(1.7320508075688772);
  });

  test("roots at 0, at dyadic numbers and far out", () => {
    expect(realRoots(fromRoots([0n, 1n], [1n, 2n], [10n ** 30n, 1n])).map(({ lo }) => showRational(lo))).toEqual([
      "0",
      "1/2",
      `${10n ** 30n}`,
    ]);
    const tiny = isolateRealRoots([-1n, 0n, 10n ** 60n]); // ±10⁻³⁰, met as irrational by bisection
    expect(tiny.map(({ lo }) => roundDown(lo))).toEqual([-1e-30, 1e-30].map((x) => expect.closeTo(x, 40)));
    expect(realRoots([5n])).toEqual([]);
    expect(realRoots([1n, 0n, 1n])).toEqual([]);
  });
});

test("counting in half-open intervals", () => {
  const f = fromRoots([0n, 1n], [1n, 1n], [2n, 1n]);
  expect(countRealRoots(f)).toBe(3);
  expect(countRealRoots(f, rational(0n), rational(2n))).toBe(2);
  expect(countRealRoots(f, rational(-1n), rational(0n))).toBe(1);
  expect(() => countRealRoots(multiplyInteger(f, f))).toThrow("repeated root");
});
