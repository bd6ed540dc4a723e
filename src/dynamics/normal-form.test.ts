// Planted normal forms: maps whose coefficients on the centre manifold are known, turned into oblique coordinates, must
// give them back to 1e-6 (in fact to 1e-9), whatever the point of the cycle. Formulas: Kuznetsov, Elements of Applied
// Bifurcation Theory, §4 and §5.4. A coupling dξy with y′ = λy + eξ² adds de/(1 − λ) to a cubic coefficient, since the
// centre manifold is y = eξ²/(1 − λ) to second order.
import { describe, expect, test } from "vitest";
import { createRng, type Matrix, matrix } from "../numeric/index.ts";
import { cubic, delayedHenon, logistic } from "../problems/index.ts";
import { type BifurcationType, continueOrbit, type DiscreteMap, type MapFamily, normalForm } from "./index.ts";

const of = (...x: number[]) => Float64Array.from(x);
type Type = Exclude<BifurcationType, "border-collision">;

/** A polynomial map with its derivative, in its own coordinates, and what the parameter adds to it. */
interface Planted {
  readonly dimension: number;
  step(u: Float64Array, parameter: number): number[];
  jacobian(u: Float64Array, parameter: number): number[][];
  derivative(u: Float64Array, parameter: number): number[];
}

/** The same in coordinates x = Qu, Q orthogonal: lengths, and so the coefficients of a unit vector, stay. */
function turned(planted: Planted, seed: number): MapFamily {
  const n = planted.dimension;
  const q = orthogonal(n, seed);
  const into = (x: Float64Array) =>
    Float64Array.from({ length: n }, (_, i) => sum(n, (j) => q.data[j * n + i]! * x[j]!));
  const back = (u: ArrayLike<number>, out: Float64Array) => {
    for (let i = 0; i < n; i++) out[i] = sum(n, (j) => q.data[i * n + j]! * u[j]!);
  };
  return {
    dimension: n,
    at: (parameter) => ({
      dimension: n,
      step: (x, out) => back(planted.step(into(x), parameter), out),
      tangent(x, v, out) {
        const [a, w] = [planted.jacobian(into(x), parameter), into(v)];
        back(
          a.map((row) => sum(n, (j) => row[j]! * w[j]!)),
          out,
        );
      },
      adjoint(x, v, out) {
        const [a, w] = [planted.jacobian(into(x), parameter), into(v)];
        back(
          a.map((_, j) => sum(n, (i) => a[i]![j]! * w[i]!)),
          out,
        );
      },
    }),
    parameterDerivative: (x, parameter, out) => back(planted.derivative(into(x), parameter), out),
  };
}

function sum(n: number, term: (j: number) => number): number {
  let total = 0;
  for (let j = 0; j < n; j++) total += term(j);
  return total;
}

/** The product of n random reflections. */
function orthogonal(n: number, seed: number): Matrix {
  const rng = createRng(seed, "rotation");
  const q = matrix(n, n);
  for (let i = 0; i < n; i++) q.data[i * n + i] = 1;
  for (let k = 0; k < n; k++) {
    const v = Float64Array.from({ length: n }, () => rng.normal());
    const square = sum(n, (i) => v[i]! * v[i]!);
    for (let j = 0; j < n; j++) {
      const along = (2 * sum(n, (i) => v[i]! * q.data[i * n + j]!)) / square;
      for (let i = 0; i < n; i++) q.data[i * n + j]! -= along * v[i]!;
    }
  }
  return q;
}

/** ξ′ = α·s + (σ + α·r)ξ + aξ² + bξ³ + dξy, y′ = λy + eξ² + fy², z′ = −0.6z + 0.3ξy. */
function line(options: { sigma: number; shift: number; rate: number; a: number; b: number }): Planted {
  const { sigma, shift, rate, a, b } = options;
  const [d, lambda, e, f] = [0.7, 0.35, -1.1, 0.4];
  return {
    dimension: 3,
    step: ([x, y, z], alpha) => [
      alpha * shift + (sigma + alpha * rate) * x! + a * x! ** 2 + b * x! ** 3 + d * x! * y!,
      lambda * y! + e * x! ** 2 + f * y! ** 2,
      -0.6 * z! + 0.3 * x! * y!,
    ],
    jacobian: ([x, y], alpha) => [
      [sigma + alpha * rate + 2 * a * x! + 3 * b * x! ** 2 + d * y!, d * x!, 0],
      [2 * e * x!, lambda + 2 * f * y!, 0],
      [0.3 * y!, 0.3 * x!, -0.6],
    ],
    derivative: ([x]) => [shift + rate * x!, 0, 0],
  };
}
const coupling = (0.7 * -1.1) / (1 - 0.35);

/**
 * z′ = (1 + α)e^{iφ}z + ½g₂₀z² + g₁₁zz̄ + ½g₀₂z̄² + ½g₂₁z²z̄ + kzy, y′ = λy + e|z|². In units where the critical vector
 * has length 1, z = √2 ζ.
 */
function rotation(angle: number, g: Record<"g20" | "g11" | "g02" | "g21" | "k", readonly [number, number]>): Planted {
  const [lambda, e] = [-0.4, 0.8];
  const step = ([p, q, y]: Float64Array, alpha: number): number[] => {
    const z: readonly [number, number] = [p!, q!];
    const conjugate: readonly [number, number] = [p!, -q!];
    const square = p! * p! + q! * q!;
    const terms = [
      times([(1 + alpha) * Math.cos(angle), (1 + alpha) * Math.sin(angle)], z),
      times(half(g.g20), times(z, z)),
      times(g.g11, [square, 0]),
      times(half(g.g02), times(conjugate, conjugate)),
      times(half(g.g21), [square * p!, square * q!]),
      times(g.k, [p! * y!, q! * y!]),
    ];
    return [...[0, 1].map((i) => terms.reduce((total, term) => total + term[i]!, 0)), lambda * y! + e * square];
  };
  return {
    dimension: 3,
    step,
    // Polynomials of degree 3: the complex step is not at hand, but central differences with h = ½ and 1, once extrapolated, are exact.
    jacobian(u, alpha) {
      const columns = [0, 1, 2].map((j) => {
        const quotient = (h: number) => {
          const [plus, minus] = [u.slice(), u.slice()];
          plus[j]! += h;
          minus[j]! -= h;
          const [a, b] = [step(plus, alpha), step(minus, alpha)];
          return a.map((t, i) => (t - b[i]!) / (2 * h));
        };
        const [fine, coarse] = [quotient(0.5), quotient(1)];
        return fine.map((t, i) => t + (t - coarse[i]!) / 3);
      });
      return [0, 1, 2].map((i) => columns.map((column) => column[i]!));
    },
    derivative: (u) => [...times([Math.cos(angle), Math.sin(angle)], [u[0]!, u[1]!]), 0],
  };
}

function times([a, b]: readonly [number, number], [c, d]: readonly [number, number]): [number, number] {
  return [a * c - b * d, a * d + b * c];
}
function half([a, b]: readonly [number, number]): [number, number] {
  return [a / 2, b / 2];
}

function coefficientOf(map: DiscreteMap, points: readonly Float64Array[], type: Type, options = {}) {
  const form = normalForm(map, points, type, options);
  if (form.status !== "computed") throw new Error(form.reason);
  return form;
}

describe.each(["dense", "krylov"] as const)("planted at a fixed point, %s", (method) => {
  const zero = of(0, 0, 0);
  test.each<[string, Type, { sigma: number; a: number; b: number }, number]>([
    ["fold: a", "fold", { sigma: 1, a: -1.7, b: 0.9 }, 1.7],
    ["transcritical: a", "transcritical", { sigma: 1, a: 0.31, b: -2 }, 0.31],
    ["flip: c = a² + b + de/(1 − λ)", "flip", { sigma: -1, a: 1.3, b: -0.8 }, 1.69 - 0.8 + coupling],
    ["subcritical flip", "flip", { sigma: -1, a: 0.2, b: -2.5 }, 0.04 - 2.5 + coupling],
    ["pitchfork: b + de/(1 − λ)", "pitchfork", { sigma: 1, a: 0, b: 0.4 }, 0.4 + coupling],
  ])("%s", (_, type, form, truth) => {
    const map = turned(line({ ...form, shift: 1, rate: 0 }), 5).at(0);
    const found = coefficientOf(map, [zero], type, { method });
    // The sign of a quadratic coefficient is that of the critical vector, which is free.
    const isQuadratic = type === "fold" || type === "transcritical";
    const value = isQuadratic ? Math.abs(found.coefficient) : found.coefficient;
    expect(value).toBeCloseTo(truth, 9);
    expect(found.error).toBeLessThan(1e-7);
    const isStable = type === "flip" ? truth > 0 : truth < 0;
    expect(found.criticality).toBe(isQuadratic ? null : isStable ? "supercritical" : "subcritical");
  });

  test.each([0.7, 1.9, 2.6])("Neimark–Sacker at φ = %d: the first Lyapunov coefficient", (angle) => {
    const g = { g20: [0.4, -0.3], g11: [0.2, 0.5], g02: [-0.6, 0.1], g21: [-1.2, 0.8], k: [0.5, -0.9] } as const;
    const map = turned(rotation(angle, g), 9).at(0);
    const found = coefficientOf(map, [zero], "neimark-sacker", { angle, method });
    // Kuznetsov (4.20) with g₂₁ + 2kw for the coupling, w = e/(1 − λ); √2 for each further power of ζ.
    const w = 0.8 / 1.4;
    const back = [Math.cos(angle), -Math.sin(angle)] as const;
    const cubicTerm = times(back, [g.g21[0] / 2 + g.k[0] * w, g.g21[1] / 2 + g.k[1] * w])[0];
    const e1 = [Math.cos(angle), Math.sin(angle)] as const;
    const numerator = times([1 - 2 * e1[0], -2 * e1[1]], times(back, back));
    const denominator = [2 * (1 - e1[0]), -2 * e1[1]] as const;
    const squareSize = denominator[0] ** 2 + denominator[1] ** 2;
    const factor = times(numerator, [denominator[0] / squareSize, -denominator[1] / squareSize]);
    const mixed = times(factor, times(g.g20, g.g11))[0];
    const squares = (g.g11[0] ** 2 + g.g11[1] ** 2) / 2 + (g.g02[0] ** 2 + g.g02[1] ** 2) / 4;
    const truth = 2 * (cubicTerm - mixed - squares);
    expect(found.coefficient).toBeCloseTo(truth, 8);
    expect(found.criticality).toBe(truth < 0 ? "supercritical" : "subcritical");
  });
});

describe("found along a branch", () => {
  test("a planted flip is met at α = 0 with its coefficient, and what it gives birth to is followed", () => {
    const family = turned(line({ sigma: -1, shift: 0, rate: -1, a: 1.3, b: -0.8 }), 3);
    const followed = continueOrbit(
      family,
      { points: [of(0, 0, 0)], value: -0.1 },
      { range: [-0.1, 0.05], maxPeriod: 2 },
    );
    if (followed.status !== "followed") throw new Error(followed.reason);
    const [flip] = followed.branches[0]!.specialPoints;
    expect(flip).toMatchObject({ type: "flip", value: expect.closeTo(0, 12), stability: "marginal" });
    expect(flip!.normalForm).toMatchObject({ coefficient: expect.closeTo(0.89 + coupling, 8) });
    expect(followed.branches[1]!.period).toBe(2);
  });

  test("a planted Neimark–Sacker point", () => {
    const angle = 1.9;
    const g = { g20: [0, 0], g11: [0, 0], g02: [0, 0], g21: [-1.2, 0.8], k: [0, 0] } as const;
    const family = turned(rotation(angle, g), 4);
    const followed = continueOrbit(family, { points: [of(0, 0, 0)], value: -0.1 }, { range: [-0.1, 0.05] });
    if (followed.status !== "followed") throw new Error(followed.reason);
    const [point] = followed.branches[0]!.specialPoints;
    expect(point).toMatchObject({ type: "neimark-sacker", value: expect.closeTo(0, 12), stability: "marginal" });
    expect(point!.angle).toBeCloseTo(angle, 12);
    const truth = times([Math.cos(angle), -Math.sin(angle)], [-1.2, 0.8])[0];
    expect(point!.normalForm).toMatchObject({ coefficient: expect.closeTo(truth, 8), criticality: "subcritical" });
  });
});

describe("along cycles", () => {
  /** f^p(x + ξ) − x as a power series in ξ to third order. */
  const series = (f: (c: number[]) => number[], x: number, period: number) => {
    let c = [x, 1, 0, 0];
    for (let k = 0; k < period; k++) c = f(c);
    return c;
  };
  const product = (a: number[], b: number[]) => [0, 1, 2, 3].map((k) => sum(k + 1, (i) => a[i]! * b[k - i]!));

  // ξ ↦ −ξ + a₂ξ² + a₃ξ³ has c = a₂² + a₃.
  test.each([
    [3, 1],
    [1 + Math.sqrt(6), 2],
    [3.544090359551923, 4],
  ])(
    "flip of the logistic map at r = %d: a₂² + a₃ of the power series of the iterate, from every point",
    (r, period) => {
      let x = 0.5;
      for (let k = 0; k < 4; k++) x = r * x * (1 - x);
      const start = continueOrbit(
        logistic,
        { points: cycleOf(r, period), value: r - 1e-3 },
        { range: [r - 1e-2, r + 1e-5], switchBranches: false },
      );
      if (start.status !== "followed") throw new Error(start.reason);
      const flip = start.branches[0]!.specialPoints.find(({ type }) => type === "flip")!;
      for (let shift = 0; shift < period; shift++) {
        const points = [...flip.points.slice(shift), ...flip.points.slice(0, shift)];
        const c = series(
          (u) =>
            product(
              u.map((t) => flip.value * t),
              u.map((t, i) => (i === 0 ? 1 - t : -t)),
            ),
          points[0]![0]!,
          period,
        );
        const lengths = points.map((_, k) => points.slice(0, k).reduce((q, [x]) => q * flip.value * (1 - 2 * x!), 1));
        const square = lengths.reduce((total, q) => total + q * q, 0) / period;
        const found = coefficientOf(logistic.at(flip.value), points, "flip");
        expect((found.coefficient * square) / (c[2]! ** 2 + c[3]!)).toBeCloseTo(1, 8);
        const { normalForm: own } = flip;
        if (own?.status === "computed") expect(found.coefficient / own.coefficient).toBeCloseTo(1, 8);
      }
    },
  );

  test("a strong resonance and a family are said to be undetermined", () => {
    // At (α, β) with y = 0 the delayed Hénon map has multipliers ±i: a 1:4 resonance; β = 1, α = 0.
    const form = normalForm(delayedHenon(0).at(1), [of(0, 0)], "neimark-sacker", { angle: Math.PI / 2 });
    expect(form).toEqual({ status: "undetermined", reason: "strong resonance 1:4" });
  });

  test("the cubic map's pitchfork: −1 exactly", () => {
    expect(coefficientOf(cubic.at(1), [of(0)], "pitchfork").coefficient).toBeCloseTo(-1, 10);
  });
});

/** The attracting cycle of the logistic map just below r. */
function cycleOf(r: number, period: number): Float64Array[] {
  let x = 0.4;
  const points: Float64Array[] = [];
  for (let k = 0; k < 200_000; k++) x = (r - 1e-3) * x * (1 - x);
  for (let k = 0; k < period; k++) {
    points.push(of(x));
    x = (r - 1e-3) * x * (1 - x);
  }
  return points;
}
