// Verified eigenvalues of matrices that are not symmetric, against spectra known exactly: integer matrices similar to
// block diagonal ones by unimodular transformations, companion matrices of integer polynomials, rotations.
import { describe, expect, test } from "vitest";
import { createRng, type Matrix, matrix, multiply, type Rng } from "../numeric/index.ts";
import { clustersOf, type Disc, discModulus, type GeneralSpectrum, generalSpectrum, pointMatrix } from "./index.ts";

type Complex = readonly [number, number];

function enclosed(found: GeneralSpectrum): readonly (readonly Disc[])[] {
  if (found.status !== "enclosed") throw new Error(found.reason);
  return found.clusters;
}

/** U⁻¹ D U with U a product of integer shears: integers, exact in doubles, spectrum that of D. */
function similar(d: Matrix, rng: Rng, shears: number): Matrix {
  const n = d.rows;
  const a = matrix(n, n, d.data.slice());
  for (let k = 0; k < shears; k++) {
    const i = rng.integer(n);
    const j = (i + 1 + rng.integer(n - 1)) % n;
    for (let c = 0; c < n; c++) a.data[i * n + c]! += a.data[j * n + c]!;
    for (let r = 0; r < n; r++) a.data[r * n + j]! -= a.data[r * n + i]!;
  }
  return a;
}

function distance({ re, im }: Disc, [x, y]: Complex): number {
  return Math.hypot(re - x, im - y);
}

/** Every cluster holds as many of the eigenvalues as it has discs. */
function expectHolds(clusters: readonly (readonly Disc[])[], truth: readonly Complex[]) {
  for (const cluster of clusters) {
    const held = truth.filter((value) => cluster.some((disc) => distance(disc, value) <= disc.radius * (1 + 1e-9)));
    expect(held).toHaveLength(cluster.length);
  }
}

describe("generalSpectrum", () => {
  test("integer matrices with real and complex integer eigenvalues, each in its own disc of radius ≤ 1e-9", () => {
    const rng = createRng(3, "general spectrum");
    for (let trial = 0; trial < 40; trial++) {
      const n = 2 + rng.integer(6);
      const d = matrix(n, n);
      const truth: Complex[] = [];
      const numbers = Array.from({ length: 9 }, (_, i) => i - 4).sort(() => rng.uniform() - 0.5);
      for (let i = 0; i < n; ) {
        const re = numbers[i]!;
        const im = i + 1 < n && rng.uniform() < 0.5 ? 1 + rng.integer(4) : 0;
        d.data[i * n + i] = re;
        if (im > 0) {
          d.data[(i + 1) * n + i + 1] = re;
          d.data[i * n + i + 1] = im;
          d.data[(i + 1) * n + i] = -im;
          truth.push([re, im], [re, -im]);
        } else truth.push([re, 0]);
        i += im > 0 ? 2 : 1;
      }
      const clusters = enclosed(generalSpectrum(pointMatrix(similar(d, rng, 2 * n))));
      expect(clusters).toHaveLength(n);
      expectHolds(clusters, truth);
      for (const [disc] of clusters) expect(disc!.radius).toBeLessThan(1e-9);
    }
  });

  test("a multiple eigenvalue with all its eigenvectors is a small cluster; a Jordan block is never cut in two", () => {
    const rng = createRng(4, "general spectrum");
    const d = matrix(4, 4, Float64Array.of(2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, -1));
    const clusters = enclosed(generalSpectrum(pointMatrix(similar(d, rng, 8))));
    expect(clusters.map((c) => c.length).sort()).toEqual([1, 3]);
    expectHolds(
      clusters,
      [2, 2, 2, -1].map((x) => [x, 0]),
    );
    const jordan = generalSpectrum(pointMatrix(matrix(2, 2, Float64Array.of(1, 1, 0, 1))));
    if (jordan.status === "enclosed") {
      expect(jordan.clusters).toHaveLength(1);
      expectHolds(jordan.clusters, [[1, 0], [1, 0]]); // biome-ignore format: a table
    }
  });

  test("every matrix of an interval matrix is covered", () => {
    const rng = createRng(5, "general spectrum");
    for (let trial = 0; trial < 20; trial++) {
      const n = 3;
      const middle = Float64Array.from({ length: 9 }, () => rng.normal());
      const width = 1e-3;
      const a = { rows: n, cols: n, lo: middle.map((x) => x - width), hi: middle.map((x) => x + width) };
      const found = generalSpectrum(a);
      if (found.status !== "enclosed") continue;
      for (let k = 0; k < 10; k++) {
        const member = matrix(n, n, a.lo.map((lo, i) => lo + rng.uniform() * (a.hi[i]! - lo))); // biome-ignore format: short
        const inner = enclosed(generalSpectrum(pointMatrix(member))).flat();
        for (const disc of inner) {
          expect(found.clusters.flat().some((outer) => distance(outer, [disc.re, disc.im]) <= outer.radius + 1e-12)).toBe(true); // biome-ignore format: short
        }
      }
    }
  });

  test("moduli: a rotation lies on the unit circle to rounding, 3 + 4i at 5", () => {
    const c = 0.6;
    const s = 0.8; // c² + s² = 1 up to the rounding of 0.6 and 0.8
    const [[disc]] = enclosed(generalSpectrum(pointMatrix(matrix(2, 2, Float64Array.of(c, s, -s, c))))) as [[Disc]];
    const modulus = discModulus(disc);
    expect(modulus.lo).toBeLessThan(1);
    expect(modulus.hi).toBeGreaterThan(1);
    expect(modulus.hi - modulus.lo).toBeLessThan(1e-14);
    expect(discModulus({ re: 3, im: 4, radius: 1 })).toEqual({ lo: 4, hi: 6 });
    expect(discModulus({ re: 0, im: 0, radius: 1 })).toEqual({ lo: 0, hi: 1 });
  });

  test("graded products keep the large one sharp and the small one near 0", () => {
    const henon = (x: number) => matrix(2, 2, Float64Array.of(-2.8 * x, 1, 0.3, 0));
    const product = [0.4, -0.7, 1.1, 0.9, -1.2, 0.8].map(henon).reduce((m, a) => multiply(a, m));
    const clusters = enclosed(generalSpectrum(pointMatrix(product)));
    expect(clusters).toHaveLength(2);
    expect(clusters[1]![0]!.radius).toBeLessThan(1e-12);
  });

  test("undefined entries and chains of discs", () => {
    const nan = pointMatrix(matrix(2, 2, Float64Array.of(1, Number.NaN, 0, 1)));
    expect(generalSpectrum(nan)).toMatchObject({ status: "undecided", reason: expect.stringContaining("undefined") });
    const disc = (re: number): Disc => ({ re, im: 0, radius: 1 });
    expect(clustersOf([disc(0), disc(10), disc(3), disc(1.5)]).map((c) => c.length)).toEqual([1, 3]);
  });
});
