// Border collisions: a point of the orbit meets a kink. The normal form in one dimension (Nusse and Yorke, Physica D 57,
// 1992; di Bernardo et al., Piecewise-smooth Dynamical Systems, §3) is x ↦ μ + lx for x ≤ 0, μ + rx for x > 0, with fixed
// points μ/(1 − l) and μ/(1 − r): for l, r < 1 one goes over into the other at μ = 0, for l < 1 < r both end there.
import { describe, expect, test } from "vitest";
import { twoCycle, twoWeightMap } from "../problems/index.ts";
import { type Branch, continueOrbit, type MapFamily } from "./index.ts";

const of = (...x: number[]) => Float64Array.from(x);

function skew(l: number, r: number): MapFamily {
  return {
    dimension: 1,
    at: (mu) => ({
      dimension: 1,
      step: ([x], out) => out.set([mu + (x! <= 0 ? l : r) * x!]),
      tangent: ([x], [v], out) => out.set([(x! <= 0 ? l : r) * v!]),
      switchCount: 1,
      switching: ([x], out) => out.set([x!]),
    }),
    parameterDerivative: (_, __, out) => out.set([1]),
  };
}

function follow(family: MapFamily, points: Float64Array[], value: number, range: readonly [number, number]): Branch {
  const followed = continueOrbit(family, { points, value }, { range, switchBranches: false });
  if (followed.status !== "followed") throw new Error(followed.reason);
  return followed.branches[0]!;
}

const collisions = ({ specialPoints }: Branch) => specialPoints.filter(({ type }) => type === "border-collision");

describe("one dimension", () => {
  test.each([
    [0.5, -0.4],
    [-0.7, 0.8],
    [0.3, -1.6],
  ])("l = %d, r = %d: the fixed point passes the border at μ = 0", (l, r) => {
    const branch = follow(skew(l, r), [of(-1 / (1 - l))], -1, [-1, 1]);
    expect(collisions(branch)).toEqual([
      expect.objectContaining({
        value: expect.closeTo(0, 12),
        collision: { point: 0, kink: 0 },
        normalForm: null,
        multiplicity: 1,
      }),
    ]);
    expect(branch.ends.map(({ kind, value }) => [kind, value])).toEqual([
      ["range-end", -1],
      ["range-end", 1],
    ]);
    for (const { value, points, multipliers } of branch.points) {
      const slope = value < 0 ? l : r;
      expect(points[0]![0]).toBeCloseTo(value / (1 - slope), 11);
      if (Math.abs(value) > 1e-6) expect(multipliers[0]![0]).toBeCloseTo(slope, 12);
    }
  });

  test.each([
    [0.5, 1.6],
    [-0.8, 2.5],
  ])("l = %d, r = %d: both fixed points end at μ = 0; the branch turns round there", (l, r) => {
    const branch = follow(skew(l, r), [of(-1 / (1 - l))], -1, [-1, 1]);
    expect(collisions(branch)[0]).toMatchObject({ value: expect.closeTo(0, 9), collision: { point: 0, kink: 0 } });
    expect(branch.ends.map(({ kind, value }) => [kind, value])).toEqual([
      ["range-end", -1],
      ["range-end", -1],
    ]);
    const [left, right] = [branch.points[0]!, branch.points.at(-1)!]
      .map(({ points }) => points[0]![0]!)
      .sort((a, b) => a - b);
    expect(left).toBeCloseTo(-1 / (1 - l), 11);
    expect(right).toBeCloseTo(-1 / (1 - r), 11);
  });
});

// Where the map jumps, x ↦ μ + lx + d for x > 0, the fixed point μ/(1 − l) of x ≤ 0 has none to go over into: for μ > 0 it
// would lie where the map is another, and the fixed point there, (μ + d)/(1 − l), stays away from the border.
describe("a map that jumps by d at the border", () => {
  const l = 0.5;
  const jumping = (d: number): MapFamily => ({
    ...skew(l, l),
    at: (mu) => ({
      ...skew(l, l).at(mu),
      step: ([x], out) => out.set([mu + l * x! + (x! <= 0 ? 0 : d)]),
    }),
  });

  test.each([0.4, -0.7])("d = %d: the branch ends at μ = 0, with no orbit beyond", (d) => {
    const branch = follow(jumping(d), [of(-1 / (1 - l))], -1, [-1, 1]);
    expect(branch.ends[1]).toMatchObject({ kind: "border-collision", value: expect.closeTo(0, 6) });
    expect(branch.ends[1].reason).not.toBe("");
    for (const { value, points } of branch.points) {
      expect(value).toBeLessThanOrEqual(1e-9);
      expect(points[0]![0]).toBeCloseTo(value / (1 - l), 9);
    }
    expect(collisions(branch)).toEqual([expect.objectContaining({ collision: { point: 0, kink: 0 } })]);
  });

  test("d = 0: it persists to the end of the range, with the same multiplier on both sides", () => {
    const branch = follow(jumping(0), [of(-1 / (1 - l))], -1, [-1, 1]);
    expect(branch.ends.map(({ kind, value }) => [kind, value])).toEqual([
      ["range-end", -1],
      ["range-end", 1],
    ]);
    for (const { value, points } of branch.points) expect(points[0]![0]).toBeCloseTo(value / (1 - l), 11);
  });
});

// The two-weight map with a further term c·relu(u − k)² in the loss and a bent second weight: nothing changes until the
// larger point of the 2-cycle, b(h), meets u = k; h²B(B − 1) − hB + 1 = 0 for B = k².
test("the 2-cycle of the two-weight map meets a planted kink where its closed form says", () => {
  const k = 1.13;
  const square = k * k;
  const truth = (square - Math.sqrt(square ** 2 - 4 * square * (square - 1))) / (2 * square * (square - 1));
  expect(twoCycle(truth).b).toBeCloseTo(k, 12);
  const strength = 0.4;
  const kinked: MapFamily = {
    dimension: 2,
    at(h) {
      const map = twoWeightMap.at(h);
      return {
        ...map,
        step(x, out) {
          map.step(x, out);
          out[0]! -= h * strength * Math.max(0, x[0]! - k);
        },
        tangent(x, v, out) {
          map.tangent(x, v, out);
          if (x[0]! > k) out[0]! -= h * strength * v[0]!;
        },
        switchCount: 2,
        switching: ([u, v], out) => out.set([u! - k, v! + 10]),
      };
    },
    parameterDerivative(x, h, out) {
      twoWeightMap.parameterDerivative(x, h, out);
      out[0]! -= strength * Math.max(0, x[0]! - k);
    },
  };
  const { a, b } = twoCycle(1.1);
  const branch = follow(kinked, [of(a, a), of(b, b)], 1.1, [1.05, 1.2]);
  const [collision, ...others] = collisions(branch);
  expect(others).toEqual([]);
  expect(collision!.value).toBeCloseTo(truth, 11);
  expect(collision!.collision).toEqual({ point: 1, kink: 0 });
  const before = branch.points.filter(({ value }) => value < truth - 1e-6);
  expect(before.length).toBeGreaterThan(3);
  for (const { value, points } of before) expect(points[1]![0]).toBeCloseTo(twoCycle(value).b, 10);
  const after = branch.points.filter(({ value }) => value > truth + 1e-6);
  expect(after.length).toBeGreaterThan(3);
  for (const { points } of after) expect(Math.abs(points[1]![0]! - points[1]![1]!)).toBeGreaterThan(1e-9);
});
