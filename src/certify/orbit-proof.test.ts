// Proofs of orbits against cycles known in closed form: the 2-cycle of the logistic map (Strogatz §10.3), that of the
// paper's two-weight network (THEORY §6), the fixed points of the Hénon map, momentum on a quartic; and what must not be
// proved: cycles of a shorter period, families, marginal orbits, orbits on kinks, orbits that are none.
import { describe, expect, test } from "vitest";
import { formulaMap, type UpdateRuleSpec, updateMap } from "../descent/index.ts";
import type * as iv from "../interval/index.ts";
import { twoCycle, twoWeightNetwork } from "../problems/index.ts";
import { formulaProblem, type Problem } from "../program/index.ts";
import { type EnclosedMap, encloseMap, type ProvedOrbit, proveOrbit } from "../verify/index.ts";
import { type OrbitProofSearch, searchOrbitProof } from "./index.ts";

const of = (...x: number[]) => Float64Array.from(x);
const logistic = (r: number) =>
  encloseMap(formulaMap({ variables: ["x"], parameters: ["r"], next: ["r*x*(1 - x)"] }), { r: [r] });
const henon = encloseMap(formulaMap({ variables: ["x", "y"], next: ["1 - 1.4*x^2 + y", "0.3*x"] }), {});
function descent(problem: Problem, rule: UpdateRuleSpec, stepSize: number, weights = problem.weights): EnclosedMap {
  const { data, frozen, sampleCount } = problem;
  return encloseMap(updateMap(problem.lossProgram(sampleCount), rule), {
    ...data,
    ...{ frozen, weights, stepSize: [stepSize] },
  });
}
function proved(search: OrbitProofSearch): ProvedOrbit & { readonly radius: number } {
  if (search.status !== "proved") throw new Error(search.reason);
  return { ...search.proof, radius: search.radius };
}
const hold = (box: iv.IntervalArray, x: ArrayLike<number>, slack: number) =>
  box.lo.every((lo, i) => lo - slack <= x[i]! && x[i]! <= box.hi[i]! + slack);
const multipliersOf = ({ multipliers }: ProvedOrbit) =>
  multipliers.flat().sort((a, b) => Math.hypot(b.re, b.im) - Math.hypot(a.re, a.im));

describe("closed forms", () => {
  test.each([
    [3.2, "stable"],
    [3.7, "unstable"],
  ] as const)("2-cycle of the logistic map at r = %d: multiplier 4 + 2r − r², %s", (r, stability) => {
    const s = Math.sqrt((r - 3) * (r + 1));
    const points = [(r + 1 - s) / (2 * r), (r + 1 + s) / (2 * r)];
    const found = proved(searchOrbitProof([logistic(r)], 2, points.map((x) => of(x + 1e-9)))); // biome-ignore format: short
    expect(found.stability).toBe(stability);
    found.points.forEach((box, j) => {
      expect(hold(box, [points[j]!], 1e-15)).toBe(true);
      expect(box.hi[0]! - box.lo[0]!).toBeLessThan(1e-14);
    });
    const [multiplier] = multipliersOf(found);
    expect(Math.abs(multiplier!.re - (4 + 2 * r - r * r))).toBeLessThan(multiplier!.radius + 1e-14);
    expect(multiplier!.radius).toBeLessThan(1e-13);
    expect(found.radius).toBeGreaterThan(1e-3);
  });

  // THEORY §6: r + 1/r = 1 + h, a = 1/√(hr), b = √(r/h), h = 3.53η; multipliers 9 − 2(1 + h)² and 3 − 2h.
  test.each([
    [0.325, "stable"],
    [0.36, "unstable"],
  ] as const)("the paper's network at step size %d: the 2-cycle to 1e-12, its multipliers, %s", (eta, stability) => {
    const h = 3.53 * eta;
    const { a, b, multipliers } = twoCycle(h);
    const map = descent(twoWeightNetwork().problem, { type: "gd" }, eta);
    const found = proved(searchOrbitProof([map], 2, [of(a, a), of(b, b)]));
    expect(found.stability).toBe(stability);
    expect(hold(found.points[0]!, [a, a], 1e-14)).toBe(true);
    expect(hold(found.points[1]!, [b, b], 1e-14)).toBe(true);
    for (const { lo, hi } of found.points) expect(hi[0]! - lo[0]!).toBeLessThan(1e-12);
    const truth = [...multipliers].sort((x, y) => Math.abs(y) - Math.abs(x));
    multipliersOf(found).forEach(({ re, radius }, i) => {
      expect(Math.abs(re - truth[i]!)).toBeLessThanOrEqual(radius + 1e-13);
      expect(radius).toBeLessThan(1e-11);
    });
    if (eta === 0.325) {
      expect(found.points[0]!.lo[0]).toBeCloseTo(0.771520811155029, 13);
      expect(found.points[1]!.lo[0]).toBeCloseTo(1.12978105614174, 12);
    }
  });

  test("both fixed points of the Hénon map, saddles; the product of their multipliers is −0.3", () => {
    for (const sign of [1, -1]) {
      const x = (-0.7 + sign * Math.sqrt(0.49 + 5.6)) / 2.8;
      const found = proved(searchOrbitProof([henon], 1, [of(x, 0.3 * x)]));
      expect(found.stability).toBe("unstable");
      const [large, small] = multipliersOf(found);
      expect(large!.re * small!.re).toBeCloseTo(-0.3, 13);
    }
  });

  // Heavy ball on L = x⁴/4 − x²/2 at its minimum 1, curvature 2: μ² − (1 + β − 2η)μ + β = 0, complex of modulus √β.
  test("momentum: the pair of complex multipliers at a minimum, modulus √β", () => {
    const well = formulaProblem({ parameters: ["x"], samples: ["x^4/4 - x^2/2"] });
    const map = descent(well, { type: "momentum", momentum: 0.9 }, 0.1);
    const found = proved(searchOrbitProof([map], 1, [of(1, 0)]));
    expect(found.stability).toBe("stable");
    for (const disc of multipliersOf(found)) {
      expect(Math.hypot(disc.re, disc.im)).toBeCloseTo(Math.sqrt(0.9), 13);
      expect(disc.re).toBeCloseTo((1 + 0.9 - 0.2) / 2, 13);
    }
  });

  // SGD that takes ½(x − 1)² and ½(x + 1)² in turn: x ↦ (1 − η)x + η, then (1 − η)x − η; x* = η/(2 − η) before the second.
  test("an epoch of two batches is one step of the map, with two points of its orbit", () => {
    const problem = formulaProblem({ parameters: ["x"], samples: ["(x - 1)^2/2", "(x + 1)^2/2"] });
    const eta = 0.5;
    const maps = [of(1, 0), of(0, 1)].map((weights) => descent(problem, { type: "sgd" }, eta, weights));
    const x = eta / (2 - eta);
    const found = proved(searchOrbitProof(maps, 1, [of(-x), of(x)]));
    expect(hold(found.points[0]!, [-x], 1e-15)).toBe(true);
    expect(hold(found.points[1]!, [x], 1e-15)).toBe(true);
    expect(multipliersOf(found)[0]!.re).toBeCloseTo((1 - eta) ** 2, 14);
  });
});

describe("not proved", () => {
  const reason = (search: OrbitProofSearch) => (search.status === "undecided" ? search.reason : "proved");

  test("a fixed point as a 2-cycle, a 2-cycle as a 4-cycle: the period may be shorter", () => {
    const r = 3.3;
    expect(reason(searchOrbitProof([logistic(r)], 2, [of(1 - 1 / r), of(1 - 1 / r)]))).toBe(
      "its period may be 1: points 1 turns apart were not told apart",
    );
    const s = Math.sqrt((r - 3) * (r + 1));
    const cycle = [of((r + 1 - s) / (2 * r)), of((r + 1 + s) / (2 * r))];
    expect(reason(searchOrbitProof([logistic(r)], 4, [...cycle, ...cycle]))).toMatch(/^its period may be 2/);
  });

  test("a minimum on a curve of minima, and a point that is no orbit", () => {
    const map = descent(twoWeightNetwork().problem, { type: "gd" }, 0.2);
    expect(reason(searchOrbitProof([map], 1, [of(1.25, 0.8)]))).toMatch(/family/);
    expect(reason(searchOrbitProof([logistic(3.3)], 1, [of(0.5)]))).not.toBe("proved");
  });

  test("a marginal fixed point is proved to exist at most, never stable: logistic at r = 3, multiplier −1", () => {
    const found = proved(searchOrbitProof([logistic(3)], 1, [of(2 / 3)]));
    expect(found.stability).toBe("undecided");
    expect(found.reason).toBe("a multiplier may lie on the unit circle");
  });

  test("a fixed point on a kink: x ↦ |x|·½ at 0", () => {
    const map = encloseMap(formulaMap({ variables: ["x"], next: ["abs(x)/2"] }), {});
    expect(reason(searchOrbitProof([map], 1, [of(0)]))).toBe("a kink of the map may cross the box");
  });

  test("boxes that hold no orbit, or two, are refused by the checker", () => {
    const claim = (lo: number, hi: number) => ({ period: 1, boxes: [{ lo: of(lo), hi: of(hi) }] });
    const wrong = proveOrbit([logistic(3.3)], claim(0.2, 0.3));
    expect(wrong).toEqual({ status: "undecided", reason: "there is no orbit in the box" });
    expect(proveOrbit([logistic(3.3)], claim(-0.1, 0.8)).status).toBe("undecided");
    expect(() => proveOrbit([logistic(3.3)], { ...claim(0, 1), period: 2 })).toThrow("needs 2 boxes, got 1");
    expect(() => proveOrbit([logistic(3.3)], claim(1, 0))).toThrow("a box is empty or unbounded");
  });

  test("more than an hour of intervals is not begun", () => {
    const many = { ...logistic(3.3), cost: 1e9 };
    expect(reason(searchOrbitProof([many], 1, [of(0.5)]))).toMatch(/^the proof would take about 1e\+9 operations/);
  });
});
