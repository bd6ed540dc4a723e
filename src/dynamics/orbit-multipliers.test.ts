// Multipliers of known cycles: eigenvalues of the derivative of the p-th iterate, the same from each point of the cycle.
import { describe, expect, test } from "vitest";
import { createRng, generalEigenvalues, type Matrix, matrix, multiply } from "../numeric/index.ts";
import { catMap, cubic, henon, logistic, standardMap, twoCycle, twoWeightMap } from "../problems/index.ts";
import {
  type Complex,
  type DiscreteMap,
  findOrbit,
  findOrbits,
  iterate,
  orbitMultipliers,
  orbitStability,
  recurrenceSeeds,
} from "./index.ts";
import { periodicEigenvalues } from "./periodic-eigenvalues.ts";
import { doubleWellLattice } from "./test-support/double-well-lattice.ts";

const of = (...x: number[]) => Float64Array.from(x);

describe("closed forms", () => {
  // Strogatz §10.3: 4 + 2r − r².
  test.each([3.1, 3.3, 1 + Math.sqrt(6)])(
    "2-cycle of the logistic map: 4 + 2r − r² from either point (r = %d)",
    (r) => {
      const s = Math.sqrt((r - 3) * (r + 1));
      const points = [of((r + 1 + s) / (2 * r)), of((r + 1 - s) / (2 * r))];
      for (const orbit of [points, points.toReversed()]) {
        const { multipliers, complete, reason } = orbitMultipliers(logistic.at(r), orbit);
        expect(multipliers[0]![0]).toBeCloseTo(4 + 2 * r - r * r, 12);
        expect({ complete, reason }).toEqual({ complete: true, reason: "" });
      }
    },
  );

  // THEORY §6: 9 − 2(1 + h)² along the diagonal, 3 − 2h across.
  test.each([1.05, 1.147, 1.22, 1.5])("2-cycle of the two-weight network: 9 − 2(1+h)², 3 − 2h (h = %d)", (h) => {
    const { a, b, multipliers } = twoCycle(h);
    const found = orbitMultipliers(twoWeightMap.at(h), [of(a, a), of(b, b)]);
    const expected = [...multipliers].sort((x, y) => Math.abs(y) - Math.abs(x));
    expect(found.multipliers.map(([re]) => re)).toEqual(expected.map((x) => expect.closeTo(x, 12)));
    expect(found.stability).toBe(expected.every((x) => Math.abs(x) < 1) ? "stable" : "unstable");
  });

  test("a fixed point of the cat map: (3 ± √5)/2", () => {
    const { multipliers, stability } = orbitMultipliers(catMap, [of(0, 0)]);
    expect(multipliers.map(([re]) => re)).toEqual(
      [(3 + Math.sqrt(5)) / 2, (3 - Math.sqrt(5)) / 2].map((x) => expect.closeTo(x, 14)),
    );
    expect(stability).toBe("unstable");
  });

  test("a rotation: the elliptic point of the standard map, e^{±iφ} with 2 cos φ = 2 − K, is marginal", () => {
    const { multipliers, stability } = orbitMultipliers(standardMap.at(0.5), [of(Math.PI, 0)]);
    expect(multipliers[0]).toEqual([expect.closeTo(0.75, 14), expect.closeTo(Math.sqrt(1 - 0.75 ** 2), 14)]);
    expect(multipliers[1]![1]).toBeCloseTo(-Math.sqrt(1 - 0.75 ** 2), 14);
    expect(stability).toBe("marginal");
  });
});

describe("small multipliers keep their digits", () => {
  // det DF = −b everywhere, so the multipliers of a p-cycle of the Hénon map have the product (−b)^p exactly.
  const map = henon().at(1.4);
  test.each([7, 8, 10])("Hénon cycles of period %i: product (−b)^p to 1e-12 relative, from every point", (period) => {
    const seeds = recurrenceSeeds(map, of(0, 0), { period, steps: 20_000, count: 60 });
    const { orbits } = findOrbits(map, period, seeds);
    expect(orbits.length).toBeGreaterThan(2);
    for (const { points } of orbits) {
      const first = orbitMultipliers(map, points).multipliers.map(([re]) => re);
      expect((first[0]! * first[1]!) / (-0.3) ** period).toBeCloseTo(1, 11);
      for (let shift = 1; shift < period; shift++) {
        const turned = [...points.slice(shift), ...points.slice(0, shift)];
        const again = orbitMultipliers(map, turned).multipliers.map(([re]) => re);
        for (const i of [0, 1]) expect(again[i]! / first[i]!).toBeCloseTo(1, 10);
      }
      const single = orbitMultipliers(iterate(map, period), [points[0]!]).multipliers; // the product written out
      expect(single[0]![0] / first[0]!).toBeCloseTo(1, 10);
    }
  });

  test("periodic QR agrees with the eigenvalues of the product on random factors, pairs included", () => {
    const rng = createRng(7, "factors");
    for (let n = 1; n <= 7; n++) {
      const factors = Array.from({ length: 4 }, () =>
        matrix(
          n,
          n,
          Float64Array.from({ length: n * n }, () => rng.normal()),
        ),
      );
      const product = factors.reduce((acc: Matrix | null, a) => (acc ? multiply(a, acc) : a), null)!;
      const truth = generalEigenvalues(product);
      const found = periodicEigenvalues(factors);
      const size = Math.hypot(truth.re[0]!, truth.im[0]!);
      found.forEach(([re, im], i) => {
        expect(Math.hypot(re - truth.re[i]!, im - truth.im[i]!)).toBeLessThan(1e-11 * size);
      });
    }
  });

  test("values 300 decades apart: diag(10^{50k}) six times", () => {
    const a = matrix(3, 3, Float64Array.of(1e50, 1, 2, 0, 1, 3, 0, 0, 1e-50));
    expect(periodicEigenvalues(new Array(6).fill(a)).map(([re]) => Math.log10(re))).toEqual(
      [300, 0, -300].map((x) => expect.closeTo(x, 10)),
    );
    const zero = matrix(2, 2);
    expect(periodicEigenvalues([zero, zero])).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });
});

describe("families and marginal orbits", () => {
  // A minimum uv = 1 has the multipliers 1 (along the curve of minima) and 1 − h(u² + v²).
  test("a multiplier 1 along a curve of minima is dropped, and it is said", () => {
    const found = orbitMultipliers(twoWeightMap.at(0.5), [of(1.25, 0.8)]);
    expect(found).toMatchObject({
      familyDimension: 1,
      stability: "stable",
      reason: "dropped one multiplier equal to 1: the orbit belongs to a family",
    });
    expect(found.multipliers).toEqual([[expect.closeTo(1 - 0.5 * (1.25 ** 2 + 0.8 ** 2), 13), 0]]);
  });

  test.each([
    ["pitchfork: x ↦ rx − x³ at r = 1", cubic.at(1), of(0)],
    ["transcritical: rx(1 − x) at r = 1", logistic.at(1), of(0)],
    [
      "fold: Hénon at a = −(1 − b)²/4",
      henon().at(-((0.7 / 2) ** 2)),
      of(-0.7 / (2 * -((0.7 / 2) ** 2)), (0.3 * -0.7) / (2 * -((0.7 / 2) ** 2))),
    ],
  ] satisfies [string, DiscreteMap, Float64Array][])("%s: multiplier exactly 1, no family, marginal", (_, map, x) => {
    const { familyDimension, stability, multipliers } = orbitMultipliers(map, [x]);
    expect(multipliers[0]![0]).toBeCloseTo(1, 9);
    expect(familyDimension).toBe(0);
    expect(stability).toBe("marginal");
  });

  test("the identity: a family of full dimension leaves nothing to judge", () => {
    const same: DiscreteMap = { dimension: 3, step: (x, out) => out.set(x), tangent: (_, v, out) => out.set(v) };
    expect(orbitMultipliers(same, [of(1, 2, 3)])).toMatchObject({ familyDimension: 3, multipliers: [] });
  });

  test("readings: moduli within 1e-8 of 1 are marginal", () => {
    const read = (...values: Complex[]) => orbitStability(values);
    expect(read([0.5, 0], [-0.99, 0])).toBe("stable");
    expect(read([0, 1 - 1e-9])).toBe("marginal");
    expect(read([1, 0])).toBe("marginal");
    expect(read([-1 - 1e-7, 0], [0.1, 0])).toBe("unstable");
    expect(() => read([Number.NaN, 0])).toThrow(RangeError);
  });
});

describe("Krylov", () => {
  const stiffness = [0.9, 0.7, 0.5, 0.2];

  test("the multipliers of a lattice of 1000 sites: its collective modes and the bulk, as in closed form", () => {
    const lattice = doubleWellLattice(1000, { stepSize: 1.3, stiffness });
    const points = lattice.uniformCycle.map((x) => new Float64Array(1000).fill(x));
    const found = orbitMultipliers(lattice.map, points, { count: 5 });
    const expected = [...lattice.modeMultipliers, lattice.bulkMultiplier].sort((a, b) => Math.abs(b) - Math.abs(a));
    const values = found.multipliers.map(([re]) => re);
    for (const value of expected) expect(values).toContainEqual(expect.closeTo(value, 11));
    expect(values[0]).toBeCloseTo(expected[0]!, 11);
    expect(found.residual).toBeLessThan(1e-10);
    expect(found.stability).toBe("unstable");
  });

  test("on 40 sites out of step both methods agree", () => {
    const { map, uniformCycle } = doubleWellLattice(40, { stepSize: 1.4, stiffness });
    const points = uniformCycle.map((x) => Float64Array.from({ length: 40 }, (_, i) => x + 0.001 * Math.cos(i)));
    const search = findOrbit(map, points, 2);
    if (search.status !== "converged") throw new Error(search.reason);
    const dense = orbitMultipliers(map, search.orbit.points).multipliers;
    const krylov = orbitMultipliers(map, search.orbit.points, { method: "krylov", count: 4 }).multipliers;
    expect(krylov.length).toBeGreaterThanOrEqual(4);
    for (const [re, im] of krylov) {
      expect(Math.min(...dense.map((value) => Math.hypot(value[0] - re, value[1] - im)))).toBeLessThan(1e-10);
    }
  });

  test("a stable minimum on a manifold of minima: the multiplier 1 is dropped", () => {
    // L = ½ Σ_j c_j ⟨v_j, x⟩² alone: every x orthogonal to the modes is a minimum.
    const modes = [0, 1, 2].map((j) => Float64Array.from({ length: 300 }, (_, i) => (i === j ? 1 : 0)));
    const push = (v: Float64Array, out: Float64Array) => {
      out.set(v);
      modes.forEach((_, j) => {
        out[j]! *= 1 - 0.3 * (j + 1);
      });
    };
    const map: DiscreteMap = { dimension: 300, step: push, tangent: (_, v, out) => push(v, out) };
    const found = orbitMultipliers(map, [new Float64Array(300)], { count: 3 });
    expect(found.familyDimension).toBeGreaterThan(0);
    expect(found.multipliers.map(([re]) => re)).toEqual([0.7, 0.4, 0.1].map((x) => expect.closeTo(x, 12)));
    expect(found.stability).toBe("stable");
    expect(found.reason).toMatch(/^dropped at least/);
  });
});
