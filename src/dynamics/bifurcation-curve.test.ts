// Curves of bifurcations in two parameters against their closed forms. The Hénon map x′ = y, y′ = α − βx − y² (AUTO's and
// MatContM's demonstration; Kuznetsov, Elements of Applied Bifurcation Theory, §9): fixed points fold on α = −¼(1 + β)²,
// flip on α = ¾(1 + β)² and rotate on β = 1; its 2-cycle flips on α = (1 + β)² + ¼(1 − β)².
import { describe, expect, test } from "vitest";
import { type CurveType, type DiscreteMap, followBifurcation, type PlaneFamily } from "./index.ts";

const of = (...x: number[]) => Float64Array.from(x);

const henonPlane: PlaneFamily = {
  dimension: 2,
  at: ([alpha, beta]) => ({
    dimension: 2,
    step: ([x, y], out) => out.set([y!, alpha - beta * x! - y! * y!]),
    tangent: ([, y], [v, w], out) => out.set([w!, -beta * v! - 2 * y! * w!]),
    adjoint: ([, y], [v, w], out) => out.set([-beta * w!, v! - 2 * y! * w!]),
  }),
  parameterDerivative: ([x], _, j, out) => out.set([0, j === 0 ? 1 : -x!]),
};
const ranges = [
  [-2, 4],
  [-0.9, 1.4],
] as const;

/** The fixed point with y² + (1 + β)y = α, on the branch ±. */
function fixed(alpha: number, beta: number, sign: number): Float64Array {
  const y = (-(1 + beta) + sign * Math.sqrt((1 + beta) ** 2 + 4 * alpha)) / 2;
  return of(y, y);
}

describe("fixed points of the Hénon map", () => {
  test.each<[CurveType, number, (beta: number) => number]>([
    ["fold", 0, (beta) => -((1 + beta) ** 2) / 4],
    ["flip", 1, (beta) => (3 * (1 + beta) ** 2) / 4],
  ])("%s", (type, sign, truth) => {
    const beta = 0.2;
    const alpha = truth(beta);
    const y = sign === 0 ? -(1 + beta) / 2 : fixed(alpha, beta, 1)[0]!;
    const curve = followBifurcation(henonPlane, { type, points: [of(y, y)], values: [alpha, beta] }, { ranges });
    expect(curve.points.length).toBeGreaterThan(20);
    for (const { values, residual } of curve.points) {
      expect(values[0]).toBeCloseTo(truth(values[1]), 10);
      expect(residual).toBeLessThan(1e-11);
    }
    expect(curve.ends.map(({ kind }) => kind)).toEqual(["range-end", "range-end"]);
    const betas = [curve.points[0]!, curve.points.at(-1)!].map(({ values }) => values[1]).sort((a, b) => a - b);
    expect(betas[0]).toBeCloseTo(-0.9, 11);
    // −¼(1 + β)² stays in range up to β = 1.4; ¾(1 + β)² = 4 at β = √(16/3) − 1.
    expect(betas[1]).toBeCloseTo(type === "fold" ? 1.4 : Math.sqrt(16 / 3) - 1, 11);
  });

  test("Neimark–Sacker: β = 1, cos φ = −y, up to the resonances at ±1", () => {
    const points = [fixed(0.5, 1, 1)];
    const start = { type: "neimark-sacker", points, values: [0.5, 1] } as const;
    const curve = followBifurcation(henonPlane, start, { ranges });
    expect(curve.points.length).toBeGreaterThan(20);
    for (const { values, points: orbit, angle } of curve.points) {
      expect(values[1]).toBeCloseTo(1, 9);
      expect(Math.cos(angle!)).toBeCloseTo(-orbit[0]![0]!, 9);
    }
    const alphas = curve.points.map(({ values }) => values[0]);
    expect(Math.min(...alphas)).toBeCloseTo(-1, 2); // φ = 0: the fold at β = 1
    expect(Math.max(...alphas)).toBeCloseTo(3, 2); // φ = π: the flip at β = 1
    for (const { kind } of curve.ends) expect(["resonance", "stalled"]).toContain(kind);
  });
});

test("flips of its 2-cycle: α = (1 + β)² + ¼(1 − β)²", () => {
  const beta = 0.3;
  const alpha = (1 + beta) ** 2 + (1 - beta) ** 2 / 4;
  // x + y = 1 + β and xy = (1 + β)² − α on the 2-cycle x ↔ y.
  const root = Math.sqrt((1 + beta) ** 2 - 4 * ((1 + beta) ** 2 - alpha));
  const [x, y] = [(1 + beta + root) / 2, (1 + beta - root) / 2];
  const start = { type: "flip", points: [of(x, y), of(y, x)], values: [alpha, beta] } as const;
  const curve = followBifurcation(henonPlane, start, { ranges });
  expect(curve.period).toBe(2);
  expect(curve.points.length).toBeGreaterThan(10);
  for (const { values } of curve.points) {
    expect(values[0]).toBeCloseTo((1 + values[1]) ** 2 + (1 - values[1]) ** 2 / 4, 9);
  }
});

// x ↦ x + λ₁ + λ₂x − x³: folds on λ₁ = ∓2(λ₂/3)^{3/2}, two curves that meet in a cusp at 0 (Kuznetsov, §8.2).
test("a cusp is passed: both fold curves are one", () => {
  const cusp: PlaneFamily = {
    dimension: 1,
    at: ([a, b]): DiscreteMap => ({
      dimension: 1,
      step: ([x], out) => out.set([x! + a + b * x! - x! ** 3]),
      tangent: ([x], [v], out) => out.set([(1 + b - 3 * x! * x!) * v!]),
    }),
    parameterDerivative: ([x], _, j, out) => out.set([j === 0 ? 1 : x!]),
  };
  const x = Math.sqrt(0.2);
  const start = { type: "fold", points: [of(x)], values: [-2 * x ** 3, 0.6] } as const;
  const curve = followBifurcation(cusp, start, {
    ranges: [
      [-1, 1],
      [-1, 1],
    ],
  });
  for (const { values, points } of curve.points) {
    expect(values[1]).toBeCloseTo(3 * points[0]![0]! ** 2, 10);
    expect(values[0]).toBeCloseTo(-2 * points[0]![0]! ** 3, 10);
  }
  const first = curve.points.map(({ values }) => values[0]);
  expect(Math.min(...first)).toBeCloseTo(-2 * (1 / 3) ** 1.5, 9);
  expect(Math.max(...first)).toBeCloseTo(2 * (1 / 3) ** 1.5, 9);
  const sides = curve.points.map(({ coefficient }) => Math.sign(coefficient!));
  expect(curve.ends.map(({ kind }) => kind)).toEqual(["range-end", "range-end"]);
  expect(sides.length).toBeGreaterThan(20);
});

// ξ ↦ −(1 + λ₁)ξ + λ₂ξ³ + ξ⁵ flips on λ₁ = 0, super- or subcritical by the sign of λ₂.
test("the normal form along a curve of flips changes its sign at the generalised flip", () => {
  const plane: PlaneFamily = {
    dimension: 1,
    at: ([a, b]): DiscreteMap => ({
      dimension: 1,
      step: ([x], out) => out.set([-(1 + a) * x! + b * x! ** 3 + x! ** 5]),
      tangent: ([x], [v], out) => out.set([(-(1 + a) + 3 * b * x! ** 2 + 5 * x! ** 4) * v!]),
    }),
    parameterDerivative: ([x], _, j, out) => out.set([j === 0 ? -x! : x! ** 3]),
  };
  const start = { type: "flip", points: [of(0)], values: [0, 0.4] } as const;
  const curve = followBifurcation(plane, start, {
    ranges: [
      [-1, 1],
      [-1, 1],
    ],
  });
  for (const { values, coefficient } of curve.points) {
    expect(values[0]).toBeCloseTo(0, 10);
    expect(coefficient).toBeCloseTo(values[1], 8);
  }
  expect(Math.min(...curve.points.map(({ values }) => values[1]))).toBeCloseTo(-1, 10);
});

test("a start outside the ranges is refused", () => {
  const start = { type: "fold", points: [of(0, 0)], values: [9, 0] } as const;
  expect(() => followBifurcation(henonPlane, start, { ranges })).toThrow("ranges must be intervals that hold 9, 0");
});
