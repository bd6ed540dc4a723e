// Branches of orbits proved over whole intervals of a number, against branches in closed form: the 2-cycle of the logistic map
// x = (r + 1 ± √((r − 3)(r + 1)))/2r, born at r = 3, multiplier 4 + 2r − r², flip at 1 + √6 (Strogatz, §10.3); the fold
// x ↦ r + x − x² with fixed points ±√r and multipliers 1 ∓ 2√r; the paper's 2-cycle (THEORY §6); and claims that are false.
import { describe, expect, test } from "vitest";
import { formulaMap, updateMap } from "../descent/index.ts";
import * as iv from "../interval/index.ts";
import { twoCycle, twoWeightNetwork } from "../problems/index.ts";
import {
  type BranchClaim,
  branchCertificate,
  checkBranch,
  encloseFamily,
  type MapsOver,
  proveBranch,
  stabilityRuns,
} from "../verify/index.ts";
import { type BranchProofSearch, searchBranchProof } from "./index.ts";

const of = (...x: number[]) => Float64Array.from(x);
const formulas = (next: string, variable = "x"): MapsOver => {
  const family = encloseFamily(formulaMap({ variables: [variable], parameters: ["r"], next: [next] }), {});
  return (r) => [family({ r })];
};
const logistic = formulas("r*x*(1 - x)");
const fold = formulas("r + x - x^2");
const cycle = (r: number) => {
  const s = Math.sqrt((r - 3) * (r + 1));
  return [of((r + 1 - s) / (2 * r)), of((r + 1 + s) / (2 * r))];
};
const along = (from: number, to: number, count: number, points: (value: number) => readonly Float64Array[]) =>
  Array.from({ length: count }, (_, i) => {
    const value = i === count - 1 ? to : from + ((to - from) * i) / (count - 1);
    return { value, points: points(value) };
  });
/** Whether the points of an orbit lie in the boxes of the segment that holds the value. */
function holds({ segments }: BranchClaim, value: number, points: readonly Float64Array[]): boolean {
  const found = segments.filter(({ values }) => values.lo <= value && value <= values.hi);
  return (
    found.length > 0 &&
    found.every(({ boxes }) => boxes.every(({ lo, hi }, j) => points[j]!.every((x, i) => lo[i]! <= x && x <= hi[i]!)))
  );
}
function runsOf({ stretches }: BranchProofSearch) {
  return stretches.flatMap(({ claim, stabilities }) =>
    stabilityRuns(
      claim.segments.map(({ values: { lo, hi } }, i) => ({ values: [lo, hi] as const, stability: stabilities[i]! })),
    ),
  );
}

describe("the 2-cycle of the logistic map", () => {
  const search = searchBranchProof(logistic, 2, along(3.05, 3.6, 9, cycle));

  test("is proved as one stretch from 3.05 to 3.6, through its flip, and lies in the boxes everywhere", () => {
    expect(search.open).toEqual([]);
    expect(search.stretches).toHaveLength(1);
    const { claim } = search.stretches[0]!;
    expect(proveBranch(logistic, claim).status).toBe("proved");
    for (let k = 0; k <= 1000; k++) {
      const r = 3.05 + (0.55 * k) / 1000;
      expect(holds(claim, Math.min(r, 3.6), cycle(Math.min(r, 3.6)))).toBe(true);
    }
    expect(claim.segments.length).toBeLessThan(400);
  });

  test("is proved stable before 1 + √6 and unstable after, both to a thousandth of the range", () => {
    const [stable, open, unstable, ...more] = runsOf(search);
    expect([stable!.stability, open!.stability, unstable!.stability, more.length]).toEqual([
      "stable",
      "undecided",
      "unstable",
      0,
    ]);
    const flip = 1 + Math.sqrt(6);
    expect(stable!.values[1]).toBeLessThan(flip);
    expect(unstable!.values[0]).toBeGreaterThan(flip);
    expect(unstable!.values[0] - stable!.values[1]).toBeLessThan(4e-3 * 0.55);
  });

  test("its birth stays open: there the two points are one, and segments must shrink with the square of the distance", () => {
    const birth = searchBranchProof(logistic, 2, along(3 + 1e-9, 3.2, 40, cycle), { finest: 1e-3 });
    expect(birth.open).toHaveLength(1);
    expect(birth.open[0]!.values.lo).toBe(3 + 1e-9);
    expect(birth.open[0]!.values.hi).toBeLessThan(3.02);
    expect(birth.stretches.at(-1)!.claim.segments.at(-1)!.values.hi).toBe(3.2);
  });
});

test("a fold is approached from its side only; both branches are proved, one stable, one unstable", () => {
  for (const [side, stability] of [
    [1, "stable"],
    [-1, "unstable"],
  ] as const) {
    const orbits = along(0, 0.5, 60, (r) => [of(side * Math.sqrt(r))]);
    const { open, stretches } = searchBranchProof(fold, 1, orbits, { finest: 1e-4 });
    expect(open).toHaveLength(1);
    expect(open[0]!.values.lo).toBe(0);
    expect(open[0]!.values.hi).toBeLessThan(5e-3);
    expect(stretches).toHaveLength(1);
    expect(
      runsOf({ stretches, open })
        .filter((run) => run.stability !== "undecided")
        .map((run) => run.stability),
    ).toEqual([stability]);
  }
});

test("the paper's 2-cycle in the step size: from 0.34 to 0.36, stable up to the flip at (√5 − 1)/3.53", () => {
  const { problem } = twoWeightNetwork();
  const { data, frozen, weights, sampleCount } = problem;
  const family = encloseFamily(updateMap(problem.lossProgram(sampleCount), { type: "gd" }), {
    ...data,
    frozen,
    weights,
  });
  const maps: MapsOver = (stepSize) => [family({ stepSize })];
  const orbits = along(0.34, 0.36, 12, (eta) => {
    const { a, b } = twoCycle(3.53 * eta);
    return [of(a, a), of(b, b)];
  });
  const search = searchBranchProof(maps, 2, orbits, { finestStability: 1e-2 });
  expect(search.open).toEqual([]);
  const flip = (Math.sqrt(5) - 1) / 3.53;
  const runs = runsOf(search);
  expect(runs.map(({ stability }) => stability)).toEqual(["stable", "undecided", "unstable"]);
  expect(runs[0]!.values[1]).toBeLessThan(flip);
  expect(flip - runs[0]!.values[1]).toBeLessThan(3 * 1e-2 * 0.02);
  expect(runs[2]!.values[0] - flip).toBeLessThan(3 * 1e-2 * 0.02);

  const subject = { maps, rule: "gd", parameter: "optimizer.stepSize" };
  const { claim, stabilities } = search.stretches[0]!;
  const certificate = JSON.parse(JSON.stringify(branchCertificate(subject, claim, stabilities)));
  expect(checkBranch(certificate, subject)).toMatchObject({ status: "accepted" });
  // Every change that says more, or is about other orbits, is rejected.
  const tampered = (change: (c: typeof certificate) => void) => {
    const copy = structuredClone(certificate);
    change(copy);
    return checkBranch(copy, subject).status;
  };
  const middle = stabilities.indexOf("undecided");
  expect(tampered((c) => void (c.segments[middle].stability = "stable"))).toBe("rejected");
  expect(tampered((c) => void (c.range = [0.33, 0.36]))).toBe("rejected");
  expect(tampered((c) => void (c.segments[0].values[0] = 0.2))).toBe("rejected");
  expect(tampered((c) => void c.segments.splice(middle, 1))).toBe("rejected");
  expect(tampered((c) => void (c.segments[middle].boxes[0][0][0] += 0.4))).toBe("rejected");
  expect(tampered((c) => void (c.period = 1))).toBe("rejected");
  expect(tampered((c) => void (c.parameter = "optimizer.momentum"))).toBe("rejected");
  expect(tampered((c) => void (c.claim = c.claim.replace("0.34", "0.2")))).toBe("rejected");
  expect(tampered((c) => void c.segments.reverse())).toBe("rejected");
}, 60_000);

describe("false claims", () => {
  const box = (x: number, radius: number): iv.IntervalArray => {
    const made = iv.intervalArray(1);
    iv.setInterval(made, 0, iv.ball(x, radius));
    return made;
  };
  const segment = (lo: number, hi: number, x: number, radius: number) => ({
    values: { lo, hi },
    boxes: [box(x, radius)],
  });

  test("two halves of different branches, each proved, are no branch", () => {
    const both = [segment(0.25, 0.26, 0.505, 0.1), segment(0.26, 0.27, -0.515, 0.1)];
    for (const one of both) expect(proveBranch(fold, { period: 1, segments: [one] }).status).toBe("proved");
    const joined = proveBranch(fold, { period: 1, segments: both });
    expect(joined).toEqual({ status: "undecided", reason: "segments 1 and 2 were not joined" });
  });

  test("a gap, however small, is not bridged", () => {
    const segments = [segment(0.25, 0.26, 0.505, 0.1), segment(0.26 + 1e-12, 0.27, 0.515, 0.1)];
    expect(proveBranch(fold, { period: 1, segments }).status).toBe("undecided");
  });

  test("an orbit that leaves its box within the segment, a fixed point as a 2-cycle, an orbit on a kink", () => {
    expect(proveBranch(fold, { period: 1, segments: [segment(0.25, 0.49, 0.6, 0.09)] }).status).toBe("undecided");
    const twice = { values: { lo: 2.5, hi: 2.51 }, boxes: [box(0.6, 0.01), box(0.6, 0.01)] };
    expect(proveBranch(logistic, { period: 2, segments: [twice] }).status).toBe("undecided");
    const kinked = formulas("0.5*abs(x) + r");
    expect(proveBranch(kinked, { period: 1, segments: [segment(0.5, 0.6, 1.1, 0.3)] }).status).toBe("proved");
    expect(proveBranch(kinked, { period: 1, segments: [segment(-0.01, 0.01, 0, 0.1)] }).status).toBe("undecided");
  });
});
