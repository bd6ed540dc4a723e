// Verified spectra against matrices whose eigenvalues are known exactly.
import { describe, expect, test } from "vitest";
import { createRng, diagonal, type Matrix, matrix } from "../numeric/index.ts";
import {
  contains,
  encloses,
  type IntervalArray,
  type IntervalMatrix,
  interval,
  intervalArray,
  intervalAt,
  intervalMatrix,
  krawczyk,
  largestEigenvalueBound,
  point,
  pointArray,
  pointMatrix,
  provePositiveDefinite,
  setInterval,
  sub,
  symmetricSpectrum,
} from "./index.ts";

/** A = Q diag(values) Qᵀ·n with Q = I − 2·1·1ᵀ/n for n a power of two: integer entries, exact in doubles. */
function reflected(values: readonly number[]): Matrix {
  const n = values.length;
  const a = matrix(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      for (let k = 0; k < n; k++) {
        const q = (r: number) => (r === k ? 1 : 0) - 2 / n;
        a.data[i * n + j] += q(i) * values[k] * q(j);
      }
    }
  }
  return a;
}

function widen(a: Matrix, radius: number): IntervalMatrix {
  return intervalMatrix(a.rows, a.cols, { lo: a.data.map((x) => x - radius), hi: a.data.map((x) => x + radius) });
}

function spectrumOf(a: IntervalMatrix): IntervalArray {
  const result = symmetricSpectrum(a);
  if (result.status !== "enclosed") throw new Error(result.reason);
  return result.values;
}

describe("symmetricSpectrum", () => {
  test("known integer spectra, with multiplicities, to about 10⁻¹⁴", () => {
    const rng = createRng(7, "spectrum");
    for (const n of [2, 4, 8, 16, 32]) {
      const values = Array.from({ length: n }, () => rng.integer(9) - 4).sort((x, y) => y - x);
      const enclosures = spectrumOf(pointMatrix(reflected(values)));
      for (let i = 0; i < n; i++) {
        expect(contains(intervalAt(enclosures, i), values[i])).toBe(true);
        expect(enclosures.hi[i] - enclosures.lo[i]).toBeLessThan(1e-12);
      }
    }
  });

  // −u″ on a grid: 2 − 2cos(kπ/(n+1)).
  test("the second-difference matrix of size 100", () => {
    const n = 100;
    const a = matrix(n, n);
    for (let i = 0; i < n; i++) {
      a.data[i * n + i] = 2;
      if (i > 0) a.data[i * n + i - 1] = a.data[(i - 1) * n + i] = -1;
    }
    const enclosures = spectrumOf(pointMatrix(a));
    for (let i = 0; i < n; i++) {
      const exact = 2 - 2 * Math.cos(((n - i) * Math.PI) / (n + 1));
      expect(encloses(interval(exact - 1e-11, exact + 1e-11), intervalAt(enclosures, i))).toBe(true);
      expect(enclosures.hi[i]).toBeGreaterThan(exact - 1e-15);
      expect(enclosures.lo[i]).toBeLessThan(exact + 1e-15);
    }
  });

  test("an interval matrix: the eigenvalues of its members move by at most the norm of the radius", () => {
    const a = widen(diagonal([3, 1]), 0.25);
    const enclosures = spectrumOf(a);
    // Members [[3+s, t], [t, 1+u]] with |s|, |t|, |u| ≤ ¼ reach (4.5 + √(2.5² + 1))/2.
    for (const [s, t, u] of [
      [0.25, 0.25, -0.25],
      [-0.25, 0.25, 0.25],
      [0.25, -0.25, 0.25],
    ]) {
      const root = Math.sqrt(((2 + s - u) / 2) ** 2 + t * t);
      expect(contains(intervalAt(enclosures, 0), 2 + (s + u) / 2 + root)).toBe(true);
      expect(contains(intervalAt(enclosures, 1), 2 + (s + u) / 2 - root)).toBe(true);
    }
    expect(enclosures.hi[0]).toBeLessThan(3.6);
  });

  test("what cannot be enclosed is undecided", () => {
    const unbounded = intervalMatrix(1, 1, { lo: Float64Array.of(0), hi: Float64Array.of(Number.POSITIVE_INFINITY) });
    expect(symmetricSpectrum(unbounded).status).toBe("undecided");
    expect(symmetricSpectrum(pointMatrix(matrix(2, 2, Float64Array.of(1, 2, 3, 4)))).status).toBe("undecided");
    expect(largestEigenvalueBound(unbounded)).toBe(Number.POSITIVE_INFINITY);
  });

  test("an upper bound of the largest eigenvalue, far better than Gershgorin's", () => {
    const values = [5, 1, 1, 1, 0, 0, 0, -9];
    const bound = largestEigenvalueBound(pointMatrix(reflected(values)));
    expect(bound).toBeGreaterThanOrEqual(5);
    expect(bound).toBeLessThan(5 + 1e-12);
  });
});

describe("provePositiveDefinite", () => {
  test("positive matrices are proved, with a true lower bound of the smallest eigenvalue", () => {
    const proof = provePositiveDefinite(pointMatrix(reflected([4, 3, 2, 2 ** -30])));
    expect(proof.status).toBe("positive");
    if (proof.status === "positive") expect(proof.smallestEigenvalue).toBeLessThanOrEqual(2 ** -30);
  });

  test.each([0, -(2 ** -45), -1])("a matrix with smallest eigenvalue %d is never proved positive", (smallest) => {
    const rng = createRng(8, "indefinite", String(smallest));
    for (let trial = 0; trial < 50; trial++) {
      const n = 2 ** (1 + rng.integer(4));
      const values = Array.from({ length: n }, () => 1 + rng.integer(7));
      values[rng.integer(n)] = smallest;
      expect(provePositiveDefinite(pointMatrix(reflected(values))).status).toBe("undecided");
    }
  });

  test("an interval matrix is positive only if all its members are", () => {
    expect(provePositiveDefinite(widen(diagonal([1, 2, 3]), 0.2)).status).toBe("positive");
    expect(provePositiveDefinite(widen(diagonal([1, 1, 1]), 0.5)).status).toBe("undecided"); // 1 − 3·0.5 < 0
    expect(provePositiveDefinite(pointMatrix(matrix(1, 1, Float64Array.of(Number.NaN)))).status).toBe("undecided");
  });
});

// x² + y² = 2, x = y has the zeros ±(1, 1).
describe("krawczyk", () => {
  const f = (x: number, y: number) => pointArray(Float64Array.of(x * x + y * y - 2, x - y));
  const jacobian = (box: IntervalArray) => {
    const j = intervalMatrix(2, 2);
    const twice = (i: number) => interval(2 * box.lo[i], 2 * box.hi[i]);
    for (const [e, a] of [twice(0), twice(1), point(1), point(-1)].entries()) setInterval(j, e, a);
    return j;
  };
  const boxAround = (x: number, y: number, radius: number) => {
    const box = intervalArray(2);
    setInterval(box, 0, interval(x - radius, x + radius));
    setInterval(box, 1, interval(y - radius, y + radius));
    return box;
  };

  test("a box around a zero: exactly one, and a smaller box that holds it", () => {
    const box = boxAround(1.0625, 0.9375, 0.125);
    const result = krawczyk(box, f(1.0625, 0.9375), jacobian(box));
    expect(result.status).toBe("unique");
    if (result.status !== "unique") return;
    for (const i of [0, 1]) {
      expect(contains(intervalAt(result.box, i), 1)).toBe(true);
      expect(sub(intervalAt(result.box, i), point(1)).hi).toBeLessThan(0.05);
    }
  });

  test("a box without a zero, a box with the zero on its border", () => {
    const far = boxAround(2, 2, 0.25);
    expect(krawczyk(far, f(2, 2), jacobian(far)).status).toBe("none");
    const touching = boxAround(1.25, 1.25, 0.25);
    expect(krawczyk(touching, f(1.25, 1.25), jacobian(touching)).status).toBe("undecided");
    const unknown = { lo: Float64Array.of(Number.NaN, 0), hi: Float64Array.of(Number.NaN, 0) };
    expect(krawczyk(far, unknown, jacobian(far)).status).toBe("undecided");
  });
});
