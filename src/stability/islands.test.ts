import fc from "fast-check";
import { expect, test } from "vitest";
import { type PoleSum, poleSumExponent } from "./commuting.ts";
import { commonIslands, intersection, islands } from "./islands.ts";

const sum = (values: readonly number[], probabilities: readonly number[]): PoleSum => ({
  values: Float64Array.from(values),
  probabilities: Float64Array.from(probabilities),
});

// THEORY §6: the two-weight network at its balanced minimum (s = 2), p = ½: samples 0.81·2 and 6.25·2.
test("both stable windows of the two-weight network", () => {
  const { intervals, lost } = islands(sum([1.62, 12.5], [0.5, 0.5]));
  const expected = [
    [0, 0.19769233188957],
    [0.49959161872772, 0.69728395061728],
  ];
  expect(intervals).toHaveLength(2);
  intervals.forEach((interval, i) => {
    expect(interval[0]).toBeCloseTo(expected[i][0], 13);
    expect(interval[1]).toBeCloseTo(expected[i][1], 13);
  });
  expect(lost).toEqual([]);
});

// THEORY §6, Fig. 4: SGD-stable s at fixed η; λ depends on ηs only, so the sets in s are the sets in η for unit s.
test.each([
  [0.15, 0.5, [2, 2.63589775852754], [6.66122158303624, 9.29711934156379]],
  [0.3, 0.58, null, [2.5372487053462, 4.9985636193533]],
])("SGD-stable minima of Fig. 4, η = %d, p = %d", (stepSize, p, first, second) => {
  const { intervals } = islands(sum([0.81, 6.25], [p, 1 - p]));
  const inS = intersection(
    intervals.map(([lo, hi]) => [lo / stepSize, hi / stepSize] as const),
    [[2, Number.POSITIVE_INFINITY]],
  );
  const expected = [first, second].filter((interval) => interval !== null);
  expect(inS).toHaveLength(expected.length);
  expected.forEach(([lo, hi], i) => {
    expect(inS[i][0]).toBeCloseTo(lo, 12);
    expect(inS[i][1]).toBeCloseTo(hi, 12);
  });
});

// Every end is a zero, the inside is negative, the outside positive: signs on a fine grid, for random sums.
test("ends separate negative from positive", () => {
  const term = fc.record({
    x: fc.double({ min: 0.05, max: 20, noNaN: true }),
    weight: fc.double({ min: 0.05, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(
      fc.uniqueArray(term, { minLength: 1, maxLength: 6, selector: ({ x }) => Math.round(x * 100) }),
      (terms) => {
        const total = terms.reduce((acc, { weight }) => acc + weight, 0);
        const sorted = terms.toSorted((a, b) => a.x - b.x);
        const random = sum(
          sorted.map(({ x }) => x),
          sorted.map(({ weight }) => weight / total),
        );
        const { intervals } = islands(random);
        const inside = (stepSize: number) => intervals.some(([lo, hi]) => lo < stepSize && stepSize < hi);
        for (let t = 1; t < 400; t++) {
          const stepSize = (t / 400) * (2.5 / sorted[0].x);
          const { value, error } = poleSumExponent(random, stepSize);
          if (Number.isFinite(value) && Math.abs(value) > 1e-12 + 10 * error) expect(value < 0).toBe(inside(stepSize));
        }
        for (const [lo, hi] of intervals) {
          for (const end of [lo, hi]) {
            if (end > 0) {
              const { value, error } = poleSumExponent(random, end);
              // Steep beside a pole: the value there is only as good as the rounding of the end allows.
              if (Number.isFinite(value)) expect(Math.abs(value)).toBeLessThan(1e-11 + 100 * error);
            }
          }
        }
      },
    ),
    { seed: 1, numRuns: 100 },
  );
});

// π log|δ| + g = 0 beside the pole 1/x: a sample of probability 1 % among large ones has an island of relative half-width
// e^{−g/π}; found when doubles can tell its ends apart, named when not.
test("islands of width 1e-12 are found, narrower than doubles they are named", () => {
  // Samples x = 1 (probability π) and x = 30: at the pole 1 of the first, g = (1 − π) log 29.
  const halfWidth = (pi: number) => Math.exp((-(1 - pi) * Math.log(29)) / pi);
  const narrow = islands(sum([1, 30], [0.11, 0.89]));
  expect(narrow.lost).toEqual([]);
  const [lo, hi] = narrow.intervals[1];
  expect((hi - lo) / (2 * halfWidth(0.11))).toBeCloseTo(1, 3);
  const lost = islands(sum([1, 30], [0.05, 0.95]));
  expect(lost.intervals).toHaveLength(1);
  expect(lost.lost).toEqual([1]);
});

test("several directions: the common part", () => {
  const [a, b] = [sum([1.62, 12.5], [0.5, 0.5]), sum([2.5], [1])];
  const { intervals } = commonIslands([a, b]);
  expect(intervals).toEqual([
    [0, islands(a).intervals[0][1]],
    [islands(a).intervals[1][0], islands(a).intervals[1][1]],
  ]);
  expect(commonIslands([b]).intervals[0][1]).toBeCloseTo(0.8, 15);
});

test("a thousand poles", () => {
  const n = 1000;
  const values = Array.from({ length: n }, (_, i) => 0.01 + (i / n) ** 2);
  const { intervals, lost } = islands(
    sum(
      values,
      values.map(() => 1 / n),
    ),
  );
  expect(intervals[0][0]).toBe(0);
  expect(intervals.length + lost.length).toBeGreaterThan(1);
  for (const [lo, hi] of intervals)
    expect(
      poleSumExponent(
        sum(
          values,
          values.map(() => 1 / n),
        ),
        (lo + hi) / 2,
      ).value,
    ).toBeLessThan(0);
});
