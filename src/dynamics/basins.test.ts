// Basins with known boundaries. z ↦ z²: the unit circle, dimension 1 (the quadratic null model of THEORY §4). Newton's
// method on z³ = 1: three basins with one common boundary (Wada), dimension ≈ 1.42 by box counting, boundary entropy
// above ln 2 (Daza et al. 2016 and 2018).
import { describe, expect, test } from "vitest";
import { logistic } from "../problems/index.ts";
import {
  type BasinOptions,
  basinEntropy,
  basins,
  type DiscreteMap,
  orbitDiagram,
  twinDisagreement,
  uncertaintyExponent,
  wadaRadius,
} from "./index.ts";

const planar = (step: DiscreteMap["step"]): DiscreteMap => ({ dimension: 2, step, tangent: () => {} });
const square = planar((z, out) => {
  const [x, y] = [z[0]!, z[1]!];
  out[0] = x * x - y * y;
  out[1] = 2 * x * y;
});
const newton = planar((z, out) => {
  const [x, y] = [z[0]!, z[1]!];
  const [a, b] = [x * x - y * y, 2 * x * y];
  const size = 3 * (a * a + b * b); // (2z³ + 1)/(3z²) = ⅔z + conj(z²)/(3|z²|²)
  out[0] = (2 / 3) * x + a / size;
  out[1] = (2 / 3) * y - b / size;
});
const grid = (count: number, reach: number, steps: number): BasinOptions => ({
  ...{ columns: count, rows: count, steps },
  start(i, j, out) {
    out[0] = reach * ((2 * i) / (count - 1) - 1) + 1e-3;
    out[1] = reach * ((2 * j) / (count - 1) - 1) + 7e-4;
  },
});

describe("the quadratic null model z ↦ z²", () => {
  const options = grid(160, 1.5, 300);
  const found = basins(square, options);

  test("starts inside the unit circle converge to 0, the others diverge", () => {
    expect([...found.classes].sort()).toEqual(["converged", "diverged"]);
    const z = new Float64Array(2);
    found.classOf.forEach((own, at) => {
      options.start(at % 160, Math.floor(at / 160), z);
      expect(found.classes[own]).toBe(Math.hypot(z[0]!, z[1]!) < 1 ? "converged" : "diverged");
    });
  });

  test("its boundary has dimension 1, little entropy, and no start changes with its last bit", () => {
    const { dimension, confidence95 } = uncertaintyExponent(found)!;
    expect(dimension).toBeCloseTo(1, 1);
    expect(confidence95[0]).toBeLessThan(1);
    expect(confidence95[1]).toBeGreaterThan(1);
    expect(basinEntropy(found).boundaryEntropy).toBeLessThan(Math.LN2);
    expect(twinDisagreement(square, options, found)).toBe(0);
    expect(wadaRadius(found)).toBeNull();
  });
});

describe("Newton's method on z³ = 1", () => {
  const found = basins(newton, grid(160, 1.5, 250));

  test("three roots, three basins of equal size, by symmetry up to the corners of the square", () => {
    expect([...found.classes].sort()).toEqual(["converged 1", "converged 2", "converged 3"]);
  });

  test("a fractal boundary that all three share", () => {
    const { dimension } = uncertaintyExponent(found)!;
    expect(dimension).toBeGreaterThan(1.3);
    expect(dimension).toBeLessThan(1.6);
    expect(wadaRadius(found)!).toBeLessThanOrEqual(8);
    // Beside it: three sectors meet in one point only, so their boundaries are far from one another.
    const sectors = Int32Array.from(found.classOf, (_, at) => {
      const angle = Math.atan2(Math.floor(at / 160) - 79.5, (at % 160) - 79.5);
      return Math.floor((3 * (angle + Math.PI)) / (2 * Math.PI + 1e-9));
    });
    expect(wadaRadius({ columns: 160, rows: 160, classOf: sectors })!).toBeGreaterThan(40);
    expect(uncertaintyExponent({ columns: 160, rows: 160, classOf: sectors })!.dimension).toBeCloseTo(1, 1);
  });
});

// Daza et al.: boxes split evenly between two classes have entropy ln 2, boxes of one class 0.
test("basin entropy of stripes, by hand", () => {
  const classOf = Int32Array.from({ length: 16 }, (_, at) => (at % 4 < 1 || at % 4 === 3 ? 0 : 1)); // 0 1 1 0
  const { entropy, boundaryEntropy, boxes, boundaryBoxes } = basinEntropy({ columns: 4, rows: 4, classOf }, 2);
  expect([entropy, boundaryEntropy]).toEqual([Math.LN2, Math.LN2].map((x) => expect.closeTo(x, 14)));
  expect([boxes, boundaryBoxes]).toEqual([4, 4]);
  expect(uncertaintyExponent({ columns: 4, rows: 4, classOf })).toBeNull();
});

test("cycles are told apart by their points, whatever phase an orbit ends in; a crowd of fixed points is one class", () => {
  const half: DiscreteMap = planar((z, out) => {
    // x ↦ −x flips between ±x; y is kept: cycles of period 2 at every |x|, told apart by −|x|.
    out[0] = -z[0]!;
    out[1] = 0;
  });
  const starts = [-2, -1, 1, 2];
  const found = basins(half, { columns: 4, rows: 1, steps: 301, start: (i, _, out) => out.set([starts[i]!, 0]) });
  expect(Array.from(found.classOf, (c) => found.classes[c])).toEqual([
    "period 2 1",
    "period 2 2",
    "period 2 2",
    "period 2 1",
  ]);
  const rest = planar((z, out) => out.set(z));
  const crowd = basins(rest, { columns: 40, rows: 1, steps: 120, start: (i, _, out) => out.set([i, 0]) });
  expect(crowd.classes).toEqual(["converged"]);
  const dead = basins(rest, {
    columns: 2,
    rows: 1,
    steps: 120,
    start: (i, _, out) => out.set([i, 0]),
    isDead: ([x]) => x === 0,
  });
  expect(Array.from(dead.classOf, (c) => dead.classes[c])).toEqual(["dead", "converged"]);
});

// The logistic map's diagram (May 1976): one branch below 3, two between 3 and 1 + √6, three in the window at 3.83.
test("orbit diagram of the logistic map", () => {
  const found = orbitDiagram(logistic, {
    ...{ values: [2.8, 3.3, 3.5, 3.835, 4.5], starts: [Float64Array.of(0.3)], transient: 3000, keep: 12 },
    observe: ([x]) => x!,
  });
  const branches = (r: number) =>
    new Set(found.value.filter((_, i) => found.parameter[i] === r).map((x) => x.toFixed(9))).size;
  expect([2.8, 3.3, 3.5, 3.835].map(branches)).toEqual([1, 2, 4, 3]);
  expect(found.value.filter((_, i) => found.parameter[i] === 4.5)).toEqual([Number.NaN]);
  expect(found.step[0]).toBe(3001);
  expect(found.value[0]).toBeCloseTo(1 - 1 / 2.8, 12);
});
