// "These are all": complete lists of cycles in a box, against exact counts. Hénon at a = 1.4, b = 0.3: prime cycles of
// period 1 … 12 are 2, 1, 0, 1, 0, 2, 4, 7, 6, 10, 14, 19 (Galias, Int. J. Bifurcation Chaos 11, 2001). The logistic map at
// r = 4 is conjugate to the tent map: 2^p fixed points of the p-th iterate, so 2, 1, 2, 3, 6, 9 prime cycles.
import { describe, expect, test } from "vitest";
import { formulaMap, updateMap } from "../descent/index.ts";
import type * as iv from "../interval/index.ts";
import { twoCycle, twoWeightNetwork } from "../problems/index.ts";
import { type BoxSearch, type EnclosedMap, encloseMap, orbitsInBox } from "./index.ts";

const box = (...sides: (readonly [number, number])[]): iv.IntervalArray => ({
  lo: Float64Array.from(sides, ([lo]) => lo),
  hi: Float64Array.from(sides, ([, hi]) => hi),
});
const formula = (variables: readonly string[], ...next: string[]) => encloseMap(formulaMap({ variables, next }), {});
const henon = formula(["x", "y"], "1 - 1.4*x^2 + y", "0.3*x");
const plane = box([-3, 3], [-1, 1]);

function complete({ orbits, undecided }: BoxSearch) {
  expect(undecided).toEqual([]);
  return orbits;
}

function twoWeights(stepSize: number): EnclosedMap {
  const { data, frozen, weights, lossProgram } = twoWeightNetwork().problem;
  return encloseMap(updateMap(lossProgram(2), { type: "gd" }), { ...data, frozen, weights, stepSize: [stepSize] });
}

describe("complete lists", () => {
  test.each([2, 1, 0, 1, 0, 2, 4, 7, 6, 10].map((count, i) => [i + 1, count]))(
    "Hénon cycles of period %i in a box far larger than the attractor: %i",
    (period, count) => {
      const orbits = complete(orbitsInBox([henon], plane, { period }));
      expect(orbits).toHaveLength(count);
      for (const { proof, inside } of orbits) {
        expect(proof.stability).toBe("unstable");
        expect(inside).toBe(true);
        for (const { lo, hi } of proof.points) expect(hi[0]! - lo[0]!).toBeLessThan(1e-11);
      }
    },
  );

  test.each([2, 1, 2, 3, 6, 9].map((count, i) => [i + 1, count]))(
    "logistic map at r = 4, period %i: %i cycles, multiplier ±2^p but 4 at x = 0, which is on the boundary",
    (period, count) => {
      const map = formula(["x"], "4*x*(1 - x)");
      const orbits = complete(orbitsInBox([map], box([0, 1]), { period }));
      expect(orbits).toHaveLength(count);
      const sizes = orbits.map(({ proof }) => Math.abs(proof.multipliers[0]![0]!.re)).sort((a, b) => a - b);
      const truth = orbits.map((_, i) => (period === 1 && i === 1 ? 4 : 2 ** period));
      sizes.forEach((size, i) => {
        expect(size / truth[i]!).toBeCloseTo(1, 10);
      });
      expect(orbits.filter(({ inside }) => !inside)).toHaveLength(period === 1 ? 1 : 0);
    },
  );

  test("orbits on the cut between two halves are found once: the cubic map, 0 and ±√(r−1), ±√(r+1)", () => {
    const map = formula(["x"], "1.5*x - x^3");
    const fixed = complete(orbitsInBox([map], box([-2, 2]), { period: 1 }));
    const at = fixed.map(({ proof }) => proof.points[0]!.lo[0]!).sort((a, b) => a - b);
    expect(at).toEqual([-Math.SQRT1_2, 0, Math.SQRT1_2].map((x) => expect.closeTo(x, 13)));
    const [cycle, ...others] = complete(orbitsInBox([map], box([-2, 2]), { period: 2 }));
    expect(others).toEqual([]);
    expect(cycle!.proof.points.map(({ lo }) => lo[0])).toEqual(
      [-1, 1].map((s) => expect.closeTo(s * Math.sqrt(2.5), 13)),
    );
  });

  // The curve of minima uv = 1 runs through the box: a family of fixed points, which are no 2-cycles where no multiplier
  // is near −1, that is away from 3.53η(u² + v²) = 2.
  test("the paper's network at step size 0.325: exactly one 2-cycle in [0.6, 1.3]², the minima notwithstanding", () => {
    const orbits = orbitsInBox([twoWeights(0.325)], box([0.6, 1.3], [0.6, 1.3]), { period: 2 });
    const [{ proof }, ...others] = complete(orbits) as [(typeof orbits.orbits)[0]];
    expect(others).toEqual([]);
    const { a, b } = twoCycle(3.53 * 0.325);
    expect(proof.points[0]!.lo[0]).toBeCloseTo(a, 13);
    expect(proof.points[1]!.lo[1]).toBeCloseTo(b, 13);
    expect(proof.stability).toBe("stable");
  });

  test("batches in turn: the one fixed point of the epoch, none of period 2", () => {
    const steps = ["x - 0.5*(x - 1)", "x - 0.5*(x + 1)"].map((next) => formula(["x"], next));
    const [{ proof }] = complete(orbitsInBox(steps, box([-5, 5]), { period: 1 })) as [BoxSearch["orbits"][0]];
    expect(proof.points.map(({ lo }) => lo[0])).toEqual([-1 / 3, 1 / 3].map((x) => expect.closeTo(x, 14)));
    expect(complete(orbitsInBox(steps, box([-5, 5]), { period: 2 }))).toEqual([]);
  });
});

describe("honest rests", () => {
  test("a curve of fixed points is left undecided, within a thin neighbourhood, in bounded work", () => {
    const search = orbitsInBox([twoWeights(0.2)], box([0.6, 1.3], [0.6, 1.3]), { period: 1, maxBoxes: 1000 });
    expect(search.orbits).toEqual([]);
    expect(search.examined).toBe(1000);
    expect(search.undecided.length).toBeLessThan(1001);
    for (const [{ lo, hi }] of search.undecided as iv.IntervalArray[][] as [iv.IntervalArray][]) {
      expect(lo[0]! * lo[1]!).toBeLessThan(1);
      expect(hi[0]! * hi[1]!).toBeGreaterThan(1);
      expect(hi[0]! - lo[0]!).toBeLessThan(0.02);
    }
  });

  test("a fold, where the list cannot be completed: logistic at r = 1, both fixed points at 0", () => {
    const { orbits, undecided } = orbitsInBox([formula(["x"], "x*(1 - x)")], box([-1, 1]), { period: 1 });
    expect(orbits).toEqual([]);
    expect(undecided.length).toBeGreaterThan(0);
    for (const [x] of undecided) expect(Math.max(-x!.lo[0]!, x!.hi[0]!)).toBeLessThan(1e-3);
  });

  test("around a kink with a fixed point on it; elsewhere complete", () => {
    const map = formula(["x"], "1.5*min(x, 1 - x)");
    const { orbits, undecided } = orbitsInBox([map], box([0.1, 1]), { period: 1 });
    expect(undecided).toEqual([]);
    expect(orbits.map(({ proof }) => proof.points[0]!.lo[0])).toEqual([expect.closeTo(0.6, 14)]);
    const kinked = orbitsInBox([formula(["x"], "min(x, 1 - x)/2 + 1/4")], box([0, 1]), { period: 1 });
    expect(kinked.orbits).toEqual([]);
    expect(kinked.undecided.length).toBeGreaterThan(0);
  });

  test("a box without orbits, and one that cuts an orbit", () => {
    expect(complete(orbitsInBox([henon], box([2, 3], [-1, 1]), { period: 1 }))).toEqual([]);
    const half = orbitsInBox([henon], box([0, 3], [-1, 1]), { period: 2 });
    expect(complete(half)).toEqual([]); // the 2-cycle has a point at x < 0
  });
});
