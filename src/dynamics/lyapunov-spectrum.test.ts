// Exponents known in closed form (cat map ±ln((3+√5)/2), tent ln μ, logistic at 4: ln 2, cycles by their multipliers) and
// the published spectra of the Hénon map (0.41922, ln 0.3 − 0.41922; Grassberger 1983 and after) and of the folded towel
// map (0.4307, 0.3778, −3.3018); their sum is the mean of log|det| on the same steps.
import { describe, expect, test } from "vitest";
import { createRng } from "../numeric/index.ts";
import { catMap, henon, ikeda, logistic, logisticValues, standardMap, tent, towel } from "../problems/index.ts";
import {
  kaplanYorkeDimension,
  lyapunovSpectrum,
  type RandomMap,
  randomLyapunovSpectrum,
  zeroOneTest,
} from "./index.ts";

const of = (...x: number[]) => Float64Array.from(x);
const rng = () => createRng(1, "lyapunov");

test("cat map: ±ln((3 + √5)/2), to rounding", () => {
  const { exponents } = lyapunovSpectrum(catMap, of(0.1, 0.7), { steps: 2000, transient: 60, rng: rng() });
  expect(exponents[0]!.value).toBeCloseTo(Math.log((3 + Math.sqrt(5)) / 2), 12);
  expect(exponents[1]!.value).toBeCloseTo(-Math.log((3 + Math.sqrt(5)) / 2), 12);
});

test("tent map: ln μ wherever the orbit goes", () => {
  const { exponents } = lyapunovSpectrum(tent.at(1.7), of(0.3), { steps: 5000, rng: rng() });
  expect(exponents[0]!.value).toBeCloseTo(Math.log(1.7), 12);
});

test("logistic map at 4: ln 2 within the interval", () => {
  const { exponents } = lyapunovSpectrum(logistic.at(4), of(0.3), { steps: 200_000, transient: 100, rng: rng() });
  const [lo, hi] = exponents[0]!.confidence95;
  expect(lo).toBeLessThan(Math.LN2);
  expect(hi).toBeGreaterThan(Math.LN2);
  expect(hi - lo).toBeLessThan(0.01);
});

test("on a cycle: the log of its multiplier over its period; superstable at r = 1 + √5", () => {
  const { exponents } = lyapunovSpectrum(logistic.at(3.3), of(0.4), { steps: 2000, transient: 2000, rng: rng() });
  const { multiplier } = logisticValues.twoCycle(3.3);
  expect(exponents[0]!.value).toBeCloseTo(Math.log(Math.abs(multiplier)) / 2, 10);
  const found = lyapunovSpectrum(logistic.at(1 + Math.sqrt(5)), of(0.5), { steps: 100, transient: 10, rng: rng() });
  expect(found.exponents[0]).toMatchObject({ value: Number.NEGATIVE_INFINITY, superstable: true });
});

describe.each([
  ["Hénon", henon().at(1.4), [0.41922, Math.log(0.3) - 0.41922], [0.1, 0.1], 1.2583],
  ["towel", towel, [0.4307, 0.3778, -3.3018], [0.085, -0.121, 0.075], 2.2449],
] as const)("%s", (_, map, truth, start, dimension) => {
  const found = lyapunovSpectrum(map, Float64Array.from(start), { steps: 100_000, transient: 1000, rng: rng() });

  test("the published exponents lie within 3 intervals, and these are narrow", () => {
    truth.forEach((value, i) => {
      const {
        value: own,
        confidence95: [lo, hi],
      } = found.exponents[i]!;
      expect(Math.abs(own - value)).toBeLessThan(Math.min(1.5 * (hi - lo), 2e-3));
      expect(hi - lo).toBeLessThan(0.012);
    });
  });

  test("their sum is the mean of log|det|, and they give the Kaplan–Yorke dimension", () => {
    const values = found.exponents.map(({ value }) => value);
    expect(values.reduce((a, b) => a + b)).toBeCloseTo(found.meanLogAbsDet!, 10);
    expect(kaplanYorkeDimension(values, map.dimension)).toBeCloseTo(dimension, 2);
    expect(found.history.steps.at(-1)).toBe(100_000);
    expect(found.history.values.at(-1)![0]).toBeCloseTo(values[0]!, 12);
  });
});

test("the Ikeda map contracts areas by u² a step", () => {
  const { exponents, meanLogAbsDet } = lyapunovSpectrum(ikeda.at(0.9), of(0.1, 0.1), {
    steps: 20_000,
    transient: 500,
    rng: rng(),
  });
  expect(exponents[0]!.confidence95[0]).toBeGreaterThan(0.4);
  expect(exponents[0]!.value + exponents[1]!.value).toBeCloseTo(2 * Math.log(0.9), 10);
  expect(meanLogAbsDet).toBeCloseTo(2 * Math.log(0.9), 12);
});

// A shear grows by its steps: log‖·‖/T = ln(T)/T > 0 at every finite T although the exponent is 0. Regular motion of the
// standard map does the same.
test.each([
  ["a shear", standardMap.at(0), of(0.3, 0.1)],
  ["a regular orbit of the standard map", standardMap.at(0.5), of(3, 0.05)],
])("%s is not told from exponent 0", (_, map, start) => {
  const { exponents } = lyapunovSpectrum(map, start, { steps: 20_000, transient: 100, rng: rng() });
  expect(exponents[0]!.confidence95[0]).toBeLessThan(0);
});

test("a diverging orbit gives the exponents until it left, a wrong start is refused", () => {
  const found = lyapunovSpectrum(logistic.at(4), of(1.5), { steps: 100, rng: rng() });
  expect(found.status).toBe("diverged");
  expect(found.steps).toBeLessThan(12);
  expect(() => lyapunovSpectrum(catMap, of(1), { steps: 1, rng: rng() })).toThrow("dimension 2, the start 1");
  expect(() => lyapunovSpectrum(catMap, of(1, 1), { steps: 1, count: 3, rng: rng() })).toThrow(
    "count must be an integer in 1..2",
  );
});

test("a random map: x ↦ a_t x has exponent E ln a", () => {
  const map: RandomMap<number> = {
    dimension: 1,
    step: (x, a, out) => out.set([a * x[0]! * 1e-3]),
    tangent: (_, a, v, out) => out.set([a * v[0]!]),
    draws: (source) => ({ next: () => (source.uniform() < 0.25 ? 3 : 0.5) }),
  };
  const draws = map.draws(createRng(5, "draws"));
  const { exponents } = randomLyapunovSpectrum(map, of(1), draws, { steps: 50_000, rng: rng() });
  const truth = 0.25 * Math.log(3) + 0.75 * Math.log(0.5);
  const [lo, hi] = exponents[0]!.confidence95;
  expect(lo).toBeLessThan(truth);
  expect(hi).toBeGreaterThan(truth);
});

describe("Kaplan–Yorke dimension", () => {
  test.each([
    [[-1, -2], 2, 0],
    [[0.5, -1], 2, 1.5],
    [[0.4, 0.1, -1], 3, 2.5],
    [[0.4, 0.1], 2, 2],
    [[0.4, 0.1], 3, null],
    [[0.4, Number.NEGATIVE_INFINITY], 2, 1],
    [[], 0, 0],
  ])("of %j in dimension %i is %s", (exponents, n, dimension) => {
    expect(kaplanYorkeDimension(exponents, n)).toBe(dimension);
  });
});

// Gottwald and Melbourne (2009), Fig. 3: the logistic map is regular at 3.55, chaotic at 3.97.
test("0–1 test: near 0 for a cycle and for rotation, near 1 for chaos", () => {
  const series = (r: number) => {
    let x = 0.3;
    for (let t = 0; t < 1000; t++) x = r * x * (1 - x);
    return Array.from({ length: 2000 }, () => (x = r * x * (1 - x)));
  };
  const options = { rng: createRng(2, "frequencies"), frequencies: 41 };
  expect(Math.abs(zeroOneTest(series(3.55), options).k)).toBeLessThan(0.1);
  expect(zeroOneTest(series(3.97), options).k).toBeGreaterThan(0.95);
  const rotation = Array.from({ length: 2000 }, (_, t) => Math.cos(2 * Math.PI * t * (Math.sqrt(5) - 2)));
  expect(Math.abs(zeroOneTest(rotation, options).k)).toBeLessThan(0.2);
});
