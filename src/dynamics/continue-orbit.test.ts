// Branches of periodic orbits whose special points are known in closed form, published, or found by an independent scalar
// computation: the logistic and cubic maps, the Hénon map in two forms (AUTO's demonstrations; Kuznetsov, Elements of
// Applied Bifurcation Theory, §9), and gradient descent on the paper's two-weight network (THEORY §6).
import { describe, expect, test } from "vitest";
import { norm } from "../numeric/index.ts";
import { cascade, cubic, delayedHenon, henon, logistic, twoCycle, twoWeightMap } from "../problems/index.ts";
import {
  type Branch,
  type ContinuationOptions,
  continueOrbit,
  type MapFamily,
  orbitMultipliers,
  trace,
  trajectory,
} from "./index.ts";
import { doubleWellLattice } from "./test-support/double-well-lattice.ts";
import { flipOf, foldOf, type ScalarFamily } from "./test-support/scalar-bifurcations.ts";

const of = (...x: number[]) => Float64Array.from(x);

function follow(
  family: MapFamily,
  points: readonly Float64Array[],
  value: number,
  options: ContinuationOptions,
): readonly Branch[] {
  const followed = continueOrbit(family, { points, value }, options);
  if (followed.status !== "followed") throw new Error(followed.reason);
  for (const branch of followed.branches) expectSound(family, branch);
  return followed.branches;
}

/** What every branch must be: orbits of its period to rounding, none stable or unstable where it bifurcates. */
function expectSound(family: MapFamily, { points, period, specialPoints }: Branch): void {
  for (const point of points) {
    expect(point.points.length).toBe(period);
    const map = family.at(point.value);
    const image = new Float64Array(family.dimension);
    point.points.forEach((x, k) => {
      map.step(x, image);
      const next = point.points[(k + 1) % period]!;
      expect(norm(image.map((t, i) => t - next[i]!))).toBeLessThan(1e-11 * (1 + norm(x)));
    });
  }
  for (const { type, stability } of specialPoints) {
    if (type !== "border-collision" && type !== "neimark-sacker") expect(stability).not.toBe("stable");
  }
}

const specials = (branches: readonly Branch[]) => branches.flatMap(({ specialPoints }) => specialPoints);
const placesOf = (branches: readonly Branch[], type: string) =>
  specials(branches)
    .filter((special) => special.type === type)
    .map(({ value }) => value);

describe("the logistic map", () => {
  // May 1976; the accumulation values of OEIS A086180, A086181 and of Strogatz, §10.
  test("flips at 3, 1 + √6, 3.5440903596, 3.5644072661, …; each doubled orbit is followed", () => {
    const branches = follow(logistic, [of(0.6)], 2.5, { range: [1.5, 3.569] });
    expect(branches.map(({ period }) => period)).toEqual([1, 2, 4, 8, 16, 32]);
    const known = [3, 1 + Math.sqrt(6), 3.544090359551923, 3.564407266095432, 3.568759419543826];
    expect(placesOf(branches, "flip")).toEqual(known.map((r) => expect.closeTo(r, 11)));
    expect(specials(branches).map(({ stability }) => stability)).toEqual(known.map(() => "marginal"));
    for (const [i, branch] of branches.entries()) {
      expect(branch.origin).toEqual(i === 0 ? null : { branch: i - 1, specialPoint: 0 });
      expect(branch.ends.map(({ kind }) => kind)).toEqual([i === 0 ? "range-end" : "origin", "range-end"]);
      expect(branch.ends[1].value).toBe(3.569);
    }
  });

  // ξ ↦ −ξ + a₂ξ² + a₃ξ³ has c = a₂² + a₃; at r = 3 the map is −ξ − 3ξ² around ⅔.
  test("the flip at 3 is supercritical with coefficient 9", () => {
    const [first] = specials(follow(logistic, [of(0.6)], 2.5, { range: [2, 3.1], switchBranches: false }));
    expect(first!.normalForm).toMatchObject({
      status: "computed",
      coefficient: expect.closeTo(9, 8),
      criticality: "supercritical",
    });
  });

  // Saha and Strogatz, Math. Mag. 68, 1995: period 3 is born at 1 + √8.
  test("the 3-cycle folds at 1 + √8 and comes back unstable; both sides are one branch", () => {
    const seed = [0.1561493, 0.5046664, 0.9574166].map((x) => of(x)); // stable at 3.83
    const branches = follow(logistic, seed, 3.83, { range: [3.8, 3.84], switchBranches: false });
    expect(placesOf(branches, "fold")).toEqual([expect.closeTo(1 + Math.sqrt(8), 12)]);
    const kinds = branches[0]!.points.map(({ stability }) => stability);
    expect(new Set(kinds)).toEqual(new Set(["stable", "unstable"]));
    expect(branches[0]!.ends.map(({ kind, value }) => [kind, value])).toEqual([
      ["range-end", 3.84],
      ["range-end", 3.84],
    ]);
  });

  test("its fixed point crosses x = 0 at r = 1, where both are marginal and exchange stability", () => {
    const branches = follow(logistic, [of(0.6)], 2.5, { range: [0.5, 2.9] });
    const [crossing] = specials(branches);
    expect(crossing).toMatchObject({ type: "transcritical", stability: "marginal", value: expect.closeTo(1, 10) });
    const arms = branches.slice(1).flatMap(({ points }) => points.slice(1));
    expect(arms.length).toBeGreaterThan(10);
    for (const { points, value, stability } of arms) {
      expect(points[0]![0]).toBeCloseTo(0, 11);
      expect(stability).toBe(value < 1 ? "stable" : "unstable");
    }
  });
});

// Rogers and Whitley 1983: x = 0 splits at r = 1 into ±√(r − 1), which flip at r = 2; ξ ↦ ξ − ξ³ at r = 1.
test("the cubic map: a supercritical pitchfork at 1, both arms flip at 2 and √5", () => {
  const branches = follow(cubic, [of(0)], 0.5, { range: [-0.5, 2.25], maxPeriod: 2 });
  const [pitchfork] = specials(branches);
  expect(pitchfork).toMatchObject({
    type: "pitchfork",
    stability: "marginal",
    normalForm: { status: "computed", coefficient: expect.closeTo(-1, 9), criticality: "supercritical" },
  });
  expect(pitchfork!.value).toBeCloseTo(1, 12);
  const arms = branches.filter(({ period, origin }) => period === 1 && origin !== null);
  expect(arms.map(({ points }) => Math.sign(points.at(-1)!.points[0]![0]!)).sort()).toEqual([-1, 1]);
  for (const { points, value } of arms.flatMap(({ points }) => points)) {
    expect(points[0]![0]! ** 2).toBeCloseTo(value - 1, 11);
  }
  expect(placesOf(branches, "flip")).toEqual([2, 2, Math.sqrt(5), Math.sqrt(5)].map((r) => expect.closeTo(r, 11)));
});

describe("the Hénon map", () => {
  // x = −(1 − b) ± √((1 − b)² + 4a) over 2a; multiplier −1 at a = ¾(1 − b)², +1 at a = −¼(1 − b)², b = 0.3.
  // The 2-cycle flips at a = (1 − b)² + ¼(1 + b)² (its trace and determinant: Hénon 1976).
  test("fold −¼·0.49, flip ¾·0.49, and the flip of its 2-cycle", () => {
    const branches = follow(henon(), [of(0.8, 0.24)], 0.3, { range: [-0.2, 1], maxPeriod: 2 });
    expect(placesOf(branches, "fold")).toEqual([expect.closeTo(-0.1225, 12)]);
    expect(placesOf(branches, "flip")).toEqual([expect.closeTo(0.3675, 12), expect.closeTo(0.9125, 11)]);
  });

  test("past the fold its other fixed point runs off to infinity at a = 0: that end is named", () => {
    const [branch] = follow(henon(), [of(0.8, 0.24)], 0.3, { range: [-0.2, 1], switchBranches: false });
    const [end] = branch!.ends;
    expect(end.kind).toBe("diverged");
    expect(Math.abs(end.value)).toBeLessThan(1e-5);
    expect(end.reason).toContain("norm");
  });

  // AUTO's demonstration. Fixed points solve y² + (1 + β)y = α, multipliers μ² + 2yμ + β = 0.
  test("as x′ = y, y′ = 2 − βx − y² in β: flip at √(8/3) − 1, rotation at 1 by arccos(1 − √3)", () => {
    const y = Math.sqrt(3) - 1; // β = 0: y² + y = 2 has y = 1
    const start = [of(1, 1)];
    const branches = follow(delayedHenon(2), start, 0, { range: [-0.5, 1.5], switchBranches: false });
    expect(y).toBeCloseTo(0.7320508, 7);
    const [flip, rotation] = specials(branches);
    expect(flip).toMatchObject({ type: "flip", value: expect.closeTo(0.63299316186, 11) });
    expect(flip!.value).toBeCloseTo(Math.sqrt(8 / 3) - 1, 13);
    expect(rotation).toMatchObject({ type: "neimark-sacker", stability: "marginal", value: expect.closeTo(1, 12) });
    expect(rotation!.angle).toBeCloseTo(2.392123788, 9);
    expect(rotation!.angle).toBeCloseTo(Math.acos(1 - Math.sqrt(3)), 12);
    // At β = 1 the map preserves area: neither super- nor subcritical.
    expect(rotation!.normalForm).toMatchObject({ status: "computed", criticality: "undetermined" });
  });
});

describe("gradient descent on the two-weight network (THEORY §6), h = 3.53 η", () => {
  // On the diagonal it is x ↦ (1 + h)x − hx³, one number: the truth is found there by scalar Newton on the iterates.
  const diagonal: ScalarFamily = {
    value: (x, h) => (1 + h) * x - h * x ** 3,
    inX: (x, h) => 1 + h - 3 * h * x * x,
    inParameter: (x) => x - x ** 3,
    inXX: (x, h) => -6 * h * x,
    inXParameter: (x) => 1 - 3 * x * x,
  };

  test("the cascade, η to 1e-9 up to period 32", () => {
    const branches = follow(twoWeightMap, [of(1, 1)], 0.8, { range: [0.5, 1.3022], maxPeriod: 32 });
    expect(branches.map(({ period }) => period)).toEqual([1, 2, 4, 8, 16, 32]);
    const found = branches.map((branch) => branch.specialPoints.find(({ type }) => type === "flip")!);
    for (const [i, flip] of found.entries()) {
      const truth = flipOf(diagonal, { x: flip.points[0]![0]!, value: flip.value, period: 2 ** i });
      expect(flip.value / 3.53).toBeCloseTo(truth.value / 3.53, 11);
      expect(flip.points.every(([u, v]) => Math.abs(u! - v!) < 1e-9)).toBe(true);
      expect(flip.stability).toBe("marginal");
      expect(flip.normalForm).toMatchObject({ criticality: "supercritical" });
    }
    cascade.flips.forEach((eta, i) => {
      expect(Math.abs(found[i]!.value / 3.53 - eta)).toBeLessThan(1e-11);
    });
    expect(found[5]!.value / 3.53).toBeCloseTo(0.36887911376, 9); // the 32-cycle
  });

  test("on the 2-cycle, points and multipliers are the closed form at every point of the branch", () => {
    const { a, b } = twoCycle(1.1);
    const [branch] = follow(twoWeightMap, [of(a, a), of(b, b)], 1.1, { range: [1.01, 1.5], switchBranches: false });
    expect(branch!.points.length).toBeGreaterThan(10);
    for (const { value, points, multipliers } of branch!.points) {
      const truth = twoCycle(value);
      expect(points.map(([u]) => u).sort()).toEqual([truth.a, truth.b].sort().map((x) => expect.closeTo(x, 11)));
      const expected = [...truth.multipliers].sort((x, y) => Math.abs(y) - Math.abs(x));
      expect(multipliers.map(([re]) => re)).toEqual(expected.map((x) => expect.closeTo(x, 10)));
      const fromOther = orbitMultipliers(twoWeightMap.at(value), points.toReversed()).multipliers;
      const byKrylov = orbitMultipliers(twoWeightMap.at(value), points, { method: "krylov", count: 2 }).multipliers;
      for (const other of [fromOther, byKrylov]) {
        expect(other.map(([re]) => re)).toEqual(multipliers.map(([re]) => expect.closeTo(re, 9)));
      }
    }
  });

  test("period 3 is born at a fold, η = .41088979164 to 1e-10", () => {
    const truth = foldOf(diagonal, { x: 0.34, value: 1.45, period: 3 });
    expect(truth.value / 3.53).toBeCloseTo(cascade.period3Fold, 10);
    const { end } = trajectory(twoWeightMap.at(1.4515), of(truth.x, truth.x), { steps: 3000 });
    const cycle = trace(twoWeightMap.at(1.4515), end, 3);
    const branches = follow(twoWeightMap, cycle, 1.4515, { range: [1.44, 1.452], switchBranches: false });
    expect(placesOf(branches, "fold").map((h) => h / 3.53)).toEqual([expect.closeTo(cascade.period3Fold, 11)]);
    expect(branches[0]!.points.map(({ stability }) => stability)).toEqual(
      expect.arrayContaining(["stable", "unstable"]),
    );
  });
});

describe("many dimensions, by Krylov spaces", () => {
  // Double wells with stiff collective modes: at x = 1 the multipliers are 1 − 2η (bulk) and 1 − η(2 + c_j).
  const stiffness = [6, 3];

  test("the mode j of the uniform state flips at η = 2/(2 + c_j)", () => {
    const { family } = doubleWellLattice(160, { stepSize: 1.2, stiffness });
    const ones = new Float64Array(160).fill(1);
    const branches = follow(family, [ones], 0.1, { range: [0.05, 0.45], switchBranches: false });
    expect(placesOf(branches, "flip")).toEqual(stiffness.map((c) => expect.closeTo(2 / (2 + c), 10)));
  });

  test("the cycle born there is found and followed too, and agrees with the dense method", () => {
    const { family } = doubleWellLattice(24, { stepSize: 1.2, stiffness });
    const ones = new Float64Array(24).fill(1);
    const options = { range: [0.2, 0.27], maxPeriod: 2, maxPoints: 30 } as const;
    const runs = (["krylov", "dense"] as const).map((method) => follow(family, [ones], 0.22, { ...options, method }));
    for (const branches of runs) expect(branches.map(({ period }) => period)).toEqual([1, 2]);
    const [a, b] = runs.map((branches) => specials(branches)[0]!.normalForm);
    expect(a!.status).toBe("computed");
    if (a!.status === "computed" && b!.status === "computed") expect(a!.coefficient / b!.coefficient).toBeCloseTo(1, 6);
    const [krylov, dense] = runs.map((branches) => branches[1]!.points.at(-1)!);
    expect(krylov!.value).toBe(dense!.value);
    expect(krylov!.norm).toBeCloseTo(dense!.norm, 9);
    expect(krylov!.multipliers[0]![0]).toBeCloseTo(dense!.multipliers[0]![0], 7);
  });
});

test("a cycle followed back to where it was born leads to the orbit of half its period and its flip", () => {
  const r = 3.3;
  const s = Math.sqrt((r - 3) * (r + 1));
  const cycle = [of((r + 1 + s) / (2 * r)), of((r + 1 - s) / (2 * r))];
  const branches = follow(logistic, cycle, r, { range: [2.5, 3.4] });
  expect(branches.map(({ period, origin }) => [period, origin])).toEqual([
    [2, null],
    [1, null],
  ]);
  expect(branches[0]!.ends[0]).toMatchObject({ kind: "period-halved", value: expect.closeTo(3, 11) });
  expect(placesOf(branches, "flip")).toEqual([expect.closeTo(3, 12)]);
});

describe("ends", () => {
  test("a dead orbit ends the branch at the last double where it lives", () => {
    const [branch] = follow(logistic, [of(0.5)], 2, {
      ...{ range: [1.5, 2.9], switchBranches: false },
      isDead: ([x]) => x![0]! > 0.6, // 1 − 1/r = 0.6 at r = 2.5
    });
    expect(branch!.ends[1]).toMatchObject({ kind: "dead", value: expect.closeTo(2.5, 12) });
  });

  test("an isola comes back to where it began: closed", () => {
    // r² = (x − 1)² + λ² … the fixed points of x ↦ x + ((x − 1)² + λ² − ¼) form a circle.
    const ring: MapFamily = {
      dimension: 1,
      at: (l) => ({
        dimension: 1,
        step: ([x], out) => out.set([x! + ((x! - 1) ** 2 + l * l - 0.25) / 4]),
        tangent: ([x], [v], out) => out.set([v! * (1 + (x! - 1) / 2)]),
      }),
      parameterDerivative: (_, l, out) => out.set([l / 2]),
    };
    const [branch] = follow(ring, [of(1.5)], 0, { range: [-1, 1], switchBranches: false });
    expect(branch!.ends.map(({ kind }) => kind)).toContain("closed");
    expect(placesOf([branch!], "fold").map(Math.abs)).toEqual(expect.arrayContaining([expect.closeTo(0.5, 12)]));
  });

  test("points run out: said, not hidden", () => {
    const [branch] = follow(logistic, [of(0.6)], 2.5, { range: [1.5, 3.5], maxPoints: 3, switchBranches: false });
    expect(branch!.ends.map(({ kind }) => kind)).toEqual(["max-points", "max-points"]);
  });

  test("where there is no orbit none is followed; a range must hold its start", () => {
    const none = continueOrbit(henon(), { points: [of(0, 0)], value: -0.15 }, { range: [-0.2, -0.14] });
    expect(none).toMatchObject({ status: "not-found" });
    expect(() => continueOrbit(logistic, { points: [of(0.6)], value: 2.5 }, { range: [2.6, 3] })).toThrow(
      "range [2.6, 3] must be an interval that holds 2.5",
    );
  });
});
