// Products and solutions of interval matrices against exact integers: entries are integers times powers of two.
import { describe, expect, test } from "vitest";
import { compare, dyadic, plus, times } from "../../test/oracle/high-precision.ts";
import { createRng, matrix, type Rng } from "../numeric/index.ts";
import {
  contains,
  dotIntervals,
  encloses,
  gershgorin,
  type IntervalArray,
  type IntervalMatrix,
  infinityNormBound,
  interval,
  intervalArray,
  intervalAt,
  intervalMatrix,
  mul,
  multiplyIntervals,
  multiplyIntervalVector,
  point,
  pointArray,
  pointMatrix,
  proveInvertible,
  setInterval,
  solveIntervals,
  spectralNormBound,
  sumIntervals,
  undefinedInterval,
  whole,
  zero,
} from "./index.ts";

function randomIntervals(rng: Rng, length: number, width: number, spread = 3): IntervalArray {
  const result = intervalArray(length);
  for (let i = 0; i < length; i++) {
    const x = rng.normal() * 10 ** (spread * rng.normal());
    const w = Math.abs(x) * width * rng.uniform();
    setInterval(result, i, interval(x - w, x + w));
  }
  return result;
}

function member(rng: Rng, x: IntervalArray): Float64Array {
  return x.lo.map((lo, i) => [lo, x.hi[i], Math.min(x.hi[i], lo + (x.hi[i] - lo) * rng.uniform())][rng.integer(3)]);
}

function containsExactProduct(result: IntervalMatrix, a: Float64Array, b: Float64Array, inner: number): boolean {
  for (let e = 0; e < result.lo.length; e++) {
    const [i, j] = [Math.floor(e / result.cols), e % result.cols];
    let sum = dyadic(0);
    for (let k = 0; k < inner; k++) sum = plus(sum, times(dyadic(a[i * inner + k]), dyadic(b[k * result.cols + j])));
    if (compare(sum, result.lo[e]) < 0 || compare(sum, result.hi[e]) > 0) return false;
  }
  return true;
}

describe("products", () => {
  test.each([0, 1e-15, 1e-3, 2])("contain the exact product of members (relative width %d)", (width) => {
    const rng = createRng(4, "product", String(width));
    for (let trial = 0; trial < 60; trial++) {
      const [rows, inner, cols] = [1 + rng.integer(5), 1 + rng.integer(30), 1 + rng.integer(5)];
      const a = intervalMatrix(rows, inner, randomIntervals(rng, rows * inner, width));
      const b = intervalMatrix(inner, cols, randomIntervals(rng, inner * cols, width));
      const result = multiplyIntervals(a, b);
      for (let i = 0; i < 3; i++)
        expect(containsExactProduct(result, member(rng, a), member(rng, b), inner)).toBe(true);
    }
  });

  // Cancellation: the exact product is 0 or tiny while its terms are not, so only the error bound keeps it inside.
  test("contain results that cancel, underflow or overflow", () => {
    const huge = Number.MAX_VALUE;
    const tiny = Number.MIN_VALUE;
    for (const [x, y] of [
      [
        [0.1, 0.2, -0.3],
        [3, 1.5, 2],
      ],
      [
        [1e200, 1, -1e200],
        [1e100, 1, 1e100],
      ],
      [
        [huge, huge],
        [2, -2],
      ],
      [
        [tiny, tiny, tiny],
        [0.5, 0.3, -0.7],
      ],
      [
        [tiny, 1e-300],
        [1e300, tiny],
      ],
    ]) {
      const a = intervalMatrix(1, x.length, pointArray(Float64Array.from(x)));
      const b = intervalMatrix(x.length, 1, pointArray(Float64Array.from(y)));
      expect(containsExactProduct(multiplyIntervals(a, b), a.lo, b.lo, x.length)).toBe(true);
    }
  });

  test("pass on what is undefined and know that 0 times an unbounded number is 0", () => {
    const a = intervalMatrix(2, 2);
    for (const [e, x] of [zero, point(1), point(1), point(2)].entries()) setInterval(a, e, x);
    const b = intervalArray(2);
    setInterval(b, 0, whole);
    setInterval(b, 1, point(3));
    const { lo, hi } = multiplyIntervalVector(a, b);
    expect([lo[0], hi[0], lo[1], hi[1]]).toEqual([3, 3, -Infinity, Infinity]);
    setInterval(b, 0, undefinedInterval);
    expect(multiplyIntervalVector(a, b).lo).toEqual(Float64Array.of(Number.NaN, Number.NaN));
  });

  test("are about n·10⁻¹⁶ wide for points", () => {
    const rng = createRng(5, "narrow");
    const n = 60;
    const a = matrix(
      n,
      n,
      Float64Array.from({ length: n * n }, () => rng.uniform()),
    );
    const c = multiplyIntervals(pointMatrix(a), pointMatrix(a));
    for (let e = 0; e < n * n; e++) expect(c.hi[e] - c.lo[e]).toBeLessThan(3 * n * Number.EPSILON * c.hi[e]);
  });

  test("sums and dot products round outward term by term", () => {
    const x = pointArray(Float64Array.of(1, 2 ** -60, -1));
    expect(encloses(sumIntervals(x), point(2 ** -60))).toBe(true);
    expect(contains(dotIntervals(x, pointArray(Float64Array.of(1, 1, 1))), 2 ** -60)).toBe(true);
  });
});

test("norm bounds hold: ‖1 1ᵀ‖₂ = n, ‖·‖∞ is the largest row sum", () => {
  const ones = pointMatrix(matrix(5, 5, new Float64Array(25).fill(1)));
  expect(spectralNormBound(ones)).toBe(5);
  expect(infinityNormBound(pointMatrix(matrix(2, 2, Float64Array.of(1, -2, 3, 0.5))))).toBe(3.5);
  expect(
    infinityNormBound(intervalMatrix(1, 1, { lo: Float64Array.of(Number.NaN), hi: Float64Array.of(1) })),
  ).toBeNaN();
});

// The n×n second-difference matrix has the eigenvalues 2 − 2cos(kπ/(n+1)), inside Gershgorin's [0, 4].
test("Gershgorin's discs", () => {
  const a = matrix(3, 3, Float64Array.of(2, -1, 0, -1, 2, -1, 0, -1, 2));
  expect(gershgorin(pointMatrix(a))).toEqual(interval(0, 4));
  expect(gershgorin(intervalMatrix(1, 1, { lo: Float64Array.of(1), hi: Float64Array.of(2) }))).toEqual(interval(1, 2));
});

/** An integer matrix with determinant ±1 and its exact inverse, by random row operations. */
function unimodular(rng: Rng, n: number, steps: number): { a: Float64Array; inverse: Float64Array } {
  const a = Float64Array.from({ length: n * n }, (_, e) => (e % (n + 1) === 0 ? 1 : 0));
  const inverse = a.slice();
  for (let step = 0; step < steps; step++) {
    const [i, j] = [rng.integer(n), rng.integer(n)];
    if (i === j) continue;
    const sign = rng.integer(2) === 0 ? 1 : -1;
    for (let k = 0; k < n; k++) a[i * n + k] += sign * a[j * n + k]; // A ← (I + s e_i e_jᵀ) A
    for (let k = 0; k < n; k++) inverse[k * n + j] -= sign * inverse[k * n + i]; // A⁻¹ ← A⁻¹ (I − s e_i e_jᵀ)
  }
  return { a, inverse };
}

describe("linear systems", () => {
  test("the exact solution of a unimodular system is enclosed, to nearly full accuracy", () => {
    const rng = createRng(6, "solve");
    for (let trial = 0; trial < 40; trial++) {
      const n = 2 + rng.integer(12);
      const { a, inverse } = unimodular(rng, n, 4 * n);
      const b = Float64Array.from({ length: n }, () => rng.integer(200) - 100);
      const result = solveIntervals(pointMatrix(matrix(n, n, a)), pointArray(b));
      expect(result.status).toBe("enclosed");
      if (result.status !== "enclosed") continue;
      for (let i = 0; i < n; i++) {
        let exact = 0; // integers below 2^53: exact in doubles
        for (let k = 0; k < n; k++) exact += inverse[i * n + k] * b[k];
        expect(contains(intervalAt(result.solution, i), exact)).toBe(true);
        expect(result.solution.hi[i] - result.solution.lo[i]).toBeLessThan(1e-9 * Math.max(1, Math.abs(exact)));
      }
    }
  });

  test("every system of an interval matrix is covered: [1, 3]x = [1, 1]", () => {
    const a = intervalMatrix(1, 1, { lo: Float64Array.of(1), hi: Float64Array.of(3) });
    const result = solveIntervals(a, pointArray(Float64Array.of(1)));
    expect(result.status === "enclosed" && encloses(intervalAt(result.solution, 0), interval(1 / 3, 1))).toBe(true);
  });

  test.each<[string, number[]]>([
    ["a singular matrix", [1, 2, 2, 4]],
    ["a matrix that is singular although its double inverse exists", [0.1, 0.3, 0.2, 0.6]],
    ["zero", [0, 0, 0, 0]],
  ])("%s is never proved invertible", (_, entries) => {
    expect(proveInvertible(pointMatrix(matrix(2, 2, Float64Array.from(entries)))).status).toBe("undecided");
  });

  // det [[1, 1], [1, t]] vanishes at t = 1.
  test("an interval matrix that contains a singular matrix is never proved invertible", () => {
    for (const radius of [1e-3, 1e-10, 1e-16]) {
      const a = intervalMatrix(2, 2, {
        lo: Float64Array.of(1, 1, 1, 1 - radius),
        hi: Float64Array.of(1, 1, 1, 1 + 3 * radius),
      });
      expect(proveInvertible(a).status).toBe("undecided");
    }
  });

  test("‖A⁻¹‖ ≤ ‖R‖/(1 − q) and any R may be handed in", () => {
    const a = pointMatrix(matrix(2, 2, Float64Array.of(4, 1, 1, 3)));
    const rough = proveInvertible(a, matrix(2, 2, Float64Array.of(0.3, -0.1, -0.1, 0.35)));
    expect(rough.status).toBe("invertible");
    expect(proveInvertible(a, matrix(2, 2, Float64Array.of(1, 0, 0, 1))).status).toBe("undecided");
    const bad = intervalMatrix(1, 1, { lo: Float64Array.of(Number.NaN), hi: Float64Array.of(Number.NaN) });
    expect(proveInvertible(bad).status).toBe("undecided");
  });
});

test("products agree with one-by-one interval products when these are exact", () => {
  const a = intervalMatrix(1, 2, { lo: Float64Array.of(1, -2), hi: Float64Array.of(2, 3) });
  const b = intervalMatrix(2, 1, { lo: Float64Array.of(-1, 4), hi: Float64Array.of(1, 5) });
  const exact = [mul(interval(1, 2), interval(-1, 1)), mul(interval(-2, 3), interval(4, 5))];
  const result = intervalAt(multiplyIntervals(a, b), 0);
  expect(encloses(result, interval(exact[0].lo + exact[1].lo, exact[0].hi + exact[1].hi))).toBe(true);
});
