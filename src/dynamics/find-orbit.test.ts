// Cycles known in closed form or counted exactly. A periodic orbit is a zero of x_{k+1} − F(x_k), k mod p.
import { describe, expect, test } from "vitest";
import { catMap, cubic, henon, logistic, twoCycle, twoWeightMap } from "../problems/index.ts";
import {
  type DiscreteMap,
  findOrbit,
  findOrbits,
  gridSeeds,
  isSameOrbit,
  type OrbitSearch,
  orbitMultipliers,
  type PeriodicOrbit,
  recurrenceSeeds,
  trajectorySeeds,
} from "./index.ts";
import { doubleWellLattice } from "./test-support/double-well-lattice.ts";

const of = (...x: number[]) => Float64Array.from(x);
function orbitOf(search: OrbitSearch): PeriodicOrbit {
  if (search.status !== "converged") throw new Error(search.reason);
  return search.orbit;
}

describe("cycles in closed form", () => {
  // x² r² − r(r+1) x + (r+1) = 0 (Strogatz §10.3).
  test.each([3.1, 3.3, 3.9])("the 2-cycle of the logistic map, stable or not (r = %d)", (r) => {
    const s = Math.sqrt((r - 3) * (r + 1));
    const { points, period, residual } = orbitOf(findOrbit(logistic.at(r), of(0.45), 2));
    expect(period).toBe(2);
    const sorted = points.map(([x]) => x!).sort();
    expect(sorted[0]).toBeCloseTo((r + 1 - s) / (2 * r), 12);
    expect(sorted[1]).toBeCloseTo((r + 1 + s) / (2 * r), 12);
    expect(residual).toBeLessThan(1e-14);
  });

  test.each([1.05, 1.147, 1.4])("the 2-cycle of the two-weight network (h = %d)", (h) => {
    const { a, b } = twoCycle(h);
    const { points } = orbitOf(findOrbit(twoWeightMap.at(h), [of(a - 0.03, a + 0.02), of(b, b)], 2));
    for (const x of points[0]!) expect(x).toBeCloseTo(a, 12);
    for (const x of points[1]!) expect(x).toBeCloseTo(b, 12);
  });

  test("a request for period 4 near a fixed point or a 2-cycle gives that, with its minimal period", () => {
    expect(orbitOf(findOrbit(logistic.at(3.2), of(1 - 1 / 3.2 + 1e-4), 4))).toMatchObject({ period: 1 });
    expect(orbitOf(findOrbit(cubic.at(1.7), of(Math.sqrt(2.7) + 1e-4), 4))).toMatchObject({ period: 2 });
  });

  test("Newton's method converges quadratically: the residual of a start at 1e-3 is squared in each iteration", () => {
    const search = findOrbit(henon().at(1.4), of(0.63135 + 1e-3, 0.1894), 1);
    expect(search.iterations).toBeLessThanOrEqual(5);
    expect(orbitOf(search).points[0]![0]).toBeCloseTo((-0.7 + Math.sqrt(0.49 + 5.6)) / 2.8, 14);
  });
});

describe("families", () => {
  // Fixed points of the two-weight map: the curve uv = 1, at distance 0.0969 from (2, 0.6). A least-norm step leads to a
  // point of it not much farther away, and the iteration stays quadratic although the equations are singular there.
  test("a start beside the curve of minima goes to a close minimum, in few iterations", () => {
    const search = findOrbit(twoWeightMap.at(0.5), of(2, 0.6), 1);
    const [u, v] = orbitOf(search).points[0]!;
    expect(u! * v!).toBeCloseTo(1, 12);
    expect(Math.hypot(u! - 2, v! - 0.6)).toBeLessThan(0.12);
    expect(search.iterations).toBeLessThanOrEqual(8);
  });
});

describe("damping", () => {
  // x ↦ x − arctan x: Newton's method for arctan x = 0 leaves from |x| > 1.3917 on, ever farther.
  test("shortened steps arrive where full ones leave", () => {
    const map: DiscreteMap = {
      dimension: 1,
      step: ([x], out) => out.set([x! - Math.atan(x!)]),
      tangent: ([x], [v], out) => out.set([v! * (1 - 1 / (1 + x! * x!))]),
    };
    for (const start of [1.2, 3, -20]) {
      expect(orbitOf(findOrbit(map, of(start), 1)).points[0]![0]).toBeCloseTo(0, 12);
    }
  });
});

describe("what does not arrive", () => {
  test("no 2-cycle of the logistic map below r = 3 but its fixed points; none at all without them", () => {
    const map = logistic.at(2.5);
    const fixed = [of(0), of(0.6)].map((x) => ({ period: 1, points: [x], residual: 0 }));
    const search = findOrbit(map, of(0.4), 2, { deflate: fixed });
    expect(search.status).not.toBe("converged");
    expect(search).toMatchObject({ reason: expect.stringContaining("") });
  });

  test("a translation has no orbits: stalled at residual 1, with the reason", () => {
    const shift: DiscreteMap = {
      dimension: 1,
      step: ([x], out) => out.set([x! + 1]),
      tangent: (_, v, out) => out.set(v),
    };
    const search = findOrbit(shift, of(0), 1);
    expect(search).toMatchObject({ status: "stalled", residual: 1 });
    expect(search.status === "stalled" && search.reason).toMatch(/^stopped after 0 iterations .* residual 1\.0e\+0/);
  });

  test("misuse is refused", () => {
    expect(() => findOrbit(logistic.at(3), of(0.5), 2.5)).toThrow("findOrbit: period must be an integer ≥ 1, got 2.5");
    expect(() => findOrbit(logistic.at(3), of(0.5, 1), 2)).toThrow("findOrbit: the map has dimension 1, the seed 2");
    expect(() => findOrbit(logistic.at(3), [of(0.5), of(1)], 3)).toThrow("a seed has 1 or 3 points, got 2");
  });
});

describe("collections", () => {
  test("from two seeds, by deflation: the three fixed points and the 2-cycle of the cubic map at r = 1.5", () => {
    // 0 and ±√(r−1) are fixed, ±√(r+1) is the 2-cycle; the others, x² = (r ± √(r²−4))/2, exist from r = 2 on.
    const { orbits, shorter } = findOrbits(cubic.at(1.5), 2, [of(0.3), of(1.2)], { triesPerSeed: 8 });
    const fixed = shorter.map(({ points }) => points[0]![0]!).sort((a, b) => a - b);
    expect(fixed).toEqual([-Math.SQRT1_2, 0, Math.SQRT1_2].map((x) => expect.closeTo(x, 12)));
    expect(orbits.map(({ points }) => Math.abs(points[0]![0]!))).toEqual([expect.closeTo(Math.sqrt(2.5), 12)]);
  });

  // Hénon at a = 1.4, b = 0.3: prime cycles of period 1 … 12 are 2, 1, 0, 1, 0, 2, 4, 7, 6, 10, 14, 19 (Galias, Int. J.
  // Bifurcation Chaos 11, 2001; Biham and Wenzel 1989); one fixed point lies off the attractor.
  const counts = [2, 1, 0, 1, 0, 2, 4, 7, 6, 10, 14, 19];
  const map = henon().at(1.4);

  test("Biham–Wenzel: every symbol sequence relaxes to its orbit or to none, polished by Newton", () => {
    for (const [i, count] of counts.entries()) {
      const p = i + 1;
      const orbits: PeriodicOrbit[] = [];
      for (const seed of symbolicSeeds(p)) {
        const search = findOrbit(map, seed, p);
        if (search.status !== "converged" || search.orbit.period !== p) continue;
        if (!orbits.some((orbit) => isSameOrbit(orbit.points, search.orbit.points))) orbits.push(search.orbit);
      }
      expect(orbits.length, `period ${p}`).toBe(count);
    }
  });

  test("close returns of one trajectory lead to every cycle on the attractor up to period 12", () => {
    for (const [i, count] of counts.entries()) {
      const period = i + 1;
      const seeds = recurrenceSeeds(map, of(0, 0), { period, steps: 60_000, count: 500 });
      const { orbits } = findOrbits(map, period, seeds, { deflateFound: false });
      expect(orbits.length, `period ${period}`).toBe(period === 1 ? 1 : count);
    }
  });

  test("a grid finds both fixed points and the 2-cycle", () => {
    const grid = gridSeeds(
      [
        [-2, 2],
        [-0.6, 0.6],
      ],
      [5, 3],
    );
    expect(grid).toHaveLength(15);
    expect(findOrbits(map, 1, grid).orbits).toHaveLength(2);
    expect(findOrbits(map, 2, grid).orbits).toHaveLength(1);
  });

  test("seeds of a trajectory are its points, and stop where it leaves", () => {
    const seeds = trajectorySeeds(catMap, of(0.1, 0.2), { transient: 0, every: 2, count: 3 });
    expect(seeds).toHaveLength(3);
    expect((seeds[1] as Float64Array)[0]).toBeCloseTo((2 * 0.4 + 0.3) % 1, 14);
    expect(trajectorySeeds(henon().at(1.4), of(5, 5), { count: 50 })).toHaveLength(0);
  });
});

describe("large systems", () => {
  test.each(["dense", "krylov"] as const)("the uniform 2-cycle of a lattice of double wells, %s", (method) => {
    const n = 60;
    const { map, uniformCycle } = doubleWellLattice(n, { stepSize: 1.3, stiffness: [0.9, 0.5] });
    const [a, b] = uniformCycle;
    const seed = [a, b].map((x) => Float64Array.from({ length: n }, (_, i) => x + 0.02 * Math.sin(i * i)));
    const search = findOrbit(map, seed, 2, { method });
    const { points, residual } = orbitOf(search);
    expect(residual).toBeLessThan(1e-13);
    for (const x of points[0]!) expect(x).toBeCloseTo(a, 12);
    for (const x of points[1]!) expect(x).toBeCloseTo(b, 12);
  });

  test("the same in 10⁵ dimensions by tangent maps alone, with its multipliers", () => {
    const n = 100_000;
    const lattice = doubleWellLattice(n, { stepSize: 1.3, stiffness: [0.9, 0.5] });
    const seed = lattice.uniformCycle.map((x) =>
      Float64Array.from({ length: n }, (_, i) => x + 1e-3 * Math.sin(i * i)),
    );
    const { points, residual, period } = orbitOf(findOrbit(lattice.map, seed, 2));
    expect(period).toBe(2);
    expect(residual).toBeLessThan(1e-10);
    const [a] = lattice.uniformCycle;
    expect(points[0]!.reduce((most, x) => Math.max(most, Math.abs(x - a)), 0)).toBeLessThan(1e-12);
    const { multipliers } = orbitMultipliers(lattice.map, points, { count: 3 });
    const truth = [...lattice.modeMultipliers, lattice.bulkMultiplier];
    for (const value of truth) expect(multipliers).toContainEqual([expect.closeTo(value, 9), expect.closeTo(0, 9)]);
  });
});

/**
 * Seeds for Hénon cycles (Biham, Wenzel, Phys. Rev. Lett. 63, 1989): for symbols s_i = ±1 the flow
 * dx_i/dt = s_i(x_{i+1} − 1 + a x_i² − b x_{i−1}) goes to the orbit with those signs, or away.
 */
function* symbolicSeeds(p: number): Iterable<Float64Array[]> {
  const [a, b] = [1.4, 0.3];
  for (let word = 0; word < 2 ** p; word++) {
    if (!isPrimeNecklace(word, p)) continue;
    const s = Array.from({ length: p }, (_, i) => ((word >> i) & 1 ? 1 : -1));
    let x = s.map((sign) => -sign * 0.8);
    for (let t = 0; t < 1500 && x.every((value) => Math.abs(value) < 10); t++) {
      x = x.map((value, i) => {
        const force = x[(i + 1) % p]! - 1 + a * value * value - b * x[(i + p - 1) % p]!;
        return value + 0.05 * s[i]! * force;
      });
    }
    if (x.every((value) => Math.abs(value) < 10)) yield x.map((value, i) => of(value, b * x[(i + p - 1) % p]!));
  }
}

/** Whether a word is the least of its rotations and no repetition of a shorter one. */
function isPrimeNecklace(word: number, p: number): boolean {
  for (let shift = 1; shift < p; shift++) {
    const turned = ((word >> shift) | (word << (p - shift))) & (2 ** p - 1);
    if (turned <= word) return false;
  }
  return true;
}
