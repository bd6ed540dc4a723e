// Growth over finite times, sharpness of random maps and common noise, against closed forms: symmetric linear maps
// (every singular value is known), the logistic map (products of derivatives), contracting and expanding random maps.
import { describe, expect, test } from "vitest";
import { createRng, multiply, singularValues } from "../numeric/index.ts";
import { catMap, henon, logistic } from "../problems/index.ts";
import {
  type DiscreteMap,
  denseTangent,
  finiteTimeExponent,
  kaplanYorkeDimension,
  lyapunovSpectrum,
  type RandomMap,
  rdsSharpness,
  sharpnessDimension,
  spreadUnderCommonNoise,
  trace,
} from "./index.ts";

const of = (...x: number[]) => Float64Array.from(x);
const rng = () => createRng(3, "chaos");

describe("finite-time exponent", () => {
  test("of the cat map: ln((3 + √5)/2) over every time", () => {
    for (const steps of [1, 7, 200]) {
      const { value, direction } = finiteTimeExponent(catMap, of(0.1, 0.2), { steps, rng: rng() });
      expect(value).toBeCloseTo(Math.log((3 + Math.sqrt(5)) / 2), 12);
      expect(Math.abs(direction[0]! / direction[1]!)).toBeCloseTo((1 + Math.sqrt(5)) / 2, 6);
    }
  });

  test("of the logistic map: the mean logarithm of |f′|", () => {
    const map = logistic.at(3.9);
    const points = trace(map, of(0.3), 50);
    const truth = points.reduce((sum, [x]) => sum + Math.log(Math.abs(3.9 * (1 - 2 * x!))), 0) / 50;
    expect(finiteTimeExponent(map, of(0.3), { steps: 50, rng: rng() }).value).toBeCloseTo(truth, 12);
  });

  test("of the Hénon map: ln of the largest singular value of the product, over the time", () => {
    const map = henon().at(1.4);
    const points = trace(map, of(0.1, 0.1), 12);
    const product = points.map((x) => denseTangent(map, x)).reduce((acc, a) => multiply(a, acc));
    const truth = Math.log(singularValues(product)[0]!) / 12;
    expect(finiteTimeExponent(map, of(0.1, 0.1), { steps: 12, rng: rng() }).value).toBeCloseTo(truth, 11);
  });
});

/** x ↦ diag(d) x in coordinates turned by reflections, so symmetric with eigenvalues d. */
function symmetricMap(eigenvalues: readonly number[]): DiscreteMap {
  const n = eigenvalues.length;
  const v = Float64Array.from({ length: n }, (_, i) => Math.sin(1 + i));
  const square = v.reduce((sum, x) => sum + x * x, 0);
  const reflect = (x: Float64Array) => {
    const along = (2 * x.reduce((sum, t, i) => sum + t * v[i]!, 0)) / square;
    return x.map((t, i) => t - along * v[i]!);
  };
  const apply = (x: Float64Array, out: Float64Array) => {
    out.set(reflect(reflect(x).map((t, i) => eigenvalues[i]! * t)));
  };
  return { dimension: n, symmetric: true, step: apply, tangent: (_, w, out) => apply(w, out) };
}

describe("RDS sharpness", () => {
  // s_k = E_B ln σ_k for linear maps, whatever the iterates.
  const first = [-2, 1.5, 0.5, -0.1];
  const second = [1.2, -1.1, 0.9, 0.3];
  const maps = [
    { map: symmetricMap(first), probability: 0.25 },
    { map: symmetricMap(second), probability: 0.75 },
  ];
  const sorted = (list: readonly number[]) => list.map(Math.abs).sort((a, b) => b - a);
  const truth = [0, 1, 2, 3].map((k) => 0.25 * Math.log(sorted(first)[k]!) + 0.75 * Math.log(sorted(second)[k]!));

  test("of two linear maps: the mean of ln σ_k, in every order; the smallest singular value", () => {
    const found = rdsSharpness(maps, [of(0, 0, 0, 0), of(1, 2, 3, 4)], { rng: rng() });
    expect([...found.orders]).toEqual(truth.map((s) => expect.closeTo(s, 12)));
    expect(found.smallestSingularValue).toBeCloseTo(0.1, 12);
    const sums = truth.map((_, j) => truth.slice(0, j + 1).reduce((a, b) => a + b, 0));
    const j = sums.filter((s) => s >= 0).length;
    expect(sharpnessDimension(found.orders)).toBeCloseTo(j + sums[j - 1]! / Math.abs(truth[j]!), 12);
  });

  test("quadrature with as many steps as dimensions gives the same order of magnitude, and exactly so for one value", () => {
    const flat = [{ map: symmetricMap(new Array<number>(300).fill(0.7)), probability: 1 }];
    const { orders, method } = rdsSharpness(flat, [new Float64Array(300)], { rng: rng() });
    expect(method).toBe("quadrature");
    for (const s of orders) expect(s).toBeCloseTo(Math.log(0.7), 10);
    const halves = Array.from({ length: 300 }, (_, i) => (i < 90 ? 3 : 0.5));
    const options = { rng: rng(), spectrum: { method: "quadrature", probes: 30 } } as const;
    const found = rdsSharpness(
      [{ map: symmetricMap(halves), probability: 1 }],
      [new Float64Array(300)],
      options,
    ).orders;
    // 90 of 300 values are 3; the count has a standard deviation of √(2·300·0.3·0.7/30)… ≈ 2.
    const threes = found.filter((s) => Math.abs(s - Math.log(3)) < 1e-9).length;
    expect(Math.abs(threes - 90)).toBeLessThan(8);
    expect(found.filter((s) => Math.abs(s - Math.log(0.5)) < 1e-9).length).toBe(300 - threes);
  });

  test("the maximum over iterates: the logistic map at two places", () => {
    const { orders } = rdsSharpness([{ map: logistic.at(4), probability: 1 }], [of(0.4), of(0.1)], { rng: rng() });
    expect(orders[0]).toBeCloseTo(Math.log(3.2), 12);
  });

  // THEORY §5: partial sums of exponents are at most those of s_k, so the Kaplan–Yorke dimension is never larger.
  test("is not below the Kaplan–Yorke dimension of the same run, on the Hénon attractor", () => {
    const map = henon().at(1.4);
    const visited: Float64Array[] = [];
    const { exponents } = lyapunovSpectrum(map, of(0.1, 0.1), {
      ...{ steps: 2000, transient: 100, rng: rng() },
      observe: (step, x) => void (step >= 100 && visited.push(x.slice())),
    });
    const { orders } = rdsSharpness([{ map, probability: 1 }], visited, { rng: rng() });
    const kaplanYorke = kaplanYorkeDimension(
      exponents.map(({ value }) => value),
      2,
    )!;
    expect(kaplanYorke).toBeCloseTo(1.26, 1);
    expect(sharpnessDimension(orders)).toBeGreaterThan(kaplanYorke);
    exponents.reduce((sum, { value }, k) => {
      expect(sum + value).toBeLessThanOrEqual(orders.slice(0, k + 1).reduce((a, b) => a + b) + 1e-9);
      return sum + value;
    }, 0);
  });

  test("a cut takes logarithms of rounding for 0", () => {
    const orders = of(1e-13, -3e-13, -1e-13, -2);
    expect(sharpnessDimension(orders)).toBeCloseTo(1 + 1 / 3, 10);
    expect(sharpnessDimension(orders, 1e-12)).toBe(3);
  });

  test("without an adjoint quadrature is refused", () => {
    const bare: DiscreteMap = { dimension: 200, step: (x, out) => out.set(x), tangent: (_, v, out) => out.set(v) };
    const ask = () => rdsSharpness([{ map: bare, probability: 1 }], [new Float64Array(200)], { rng: rng() });
    expect(ask).toThrow("quadrature needs a symmetric map or one with an adjoint");
  });
});

describe("common noise", () => {
  const affine = (factors: readonly number[]): RandomMap<number> => ({
    dimension: 1,
    step: ([x], draw, out) => out.set([factors[draw % factors.length]! * x! + draw]),
    tangent: (_, draw, [v], out) => out.set([factors[draw % factors.length]! * v!]),
    draws: (own) => ({ next: () => own.integer(5) }),
  });
  const starts = [of(0), of(1), of(-3)];

  test("a contracting random map brings all starts together; an expanding one tears them apart", () => {
    const contracting = affine([0.5, -0.4]);
    expect(spreadUnderCommonNoise(contracting, starts, contracting.draws(rng()), 100)).toBeLessThan(1e-13);
    const expanding = affine([1.5]);
    expect(spreadUnderCommonNoise(expanding, starts, expanding.draws(rng()), 40)).toBeCloseTo(4 * 1.5 ** 40, -2);
  });

  test("divergence is no meeting", () => {
    const wild = affine([1e300]);
    expect(spreadUnderCommonNoise(wild, starts, wild.draws(rng()), 5)).toBeNaN();
  });
});
