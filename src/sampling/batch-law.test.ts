import { describe, expect, test } from "vitest";
import { createRng } from "../numeric/index.ts";
import type { BatchLaw } from "./batch-law.ts";
import { type BatchLawOptions, batchLaw } from "./create-batch-law.ts";

const labels = [0, 1, 0, 1, 1, 0];
const weights = [0.3, 0.1, 0.05, 0.05, 0.2, 0.3];
const independent: readonly (readonly [string, BatchLawOptions])[] = [
  ["with-replacement, b = 1", { size: 1, sampleCount: 6 }],
  ["with-replacement, b = 3", { size: 3, sampleCount: 6 }],
  ["weights", { size: 2, sampleCount: 6, weights }],
  ["importance", { size: 2, sampleCount: 6, weights, importance: [0.1, 0.1, 0.1, 0.3, 0.2, 0.2] }],
  ["without-replacement", { law: "without-replacement", size: 4, sampleCount: 6 }],
  ["without-replacement, b = m", { law: "without-replacement", size: 6, sampleCount: 6 }],
  ["label-balanced", { law: "label-balanced", size: 4, sampleCount: 6, labels }],
  ["label-balanced, unequal classes", { law: "label-balanced", size: 2, sampleCount: 6, labels: [0, 1, 0, 0, 0, 1] }],
  ["antithetic, even m", { law: "antithetic", size: 2, sampleCount: 6 }],
  ["antithetic, odd m, two pairs", { law: "antithetic", size: 4, sampleCount: 5, scores: [3, 1, 2, 5, 4] }],
];
const epochs: readonly (readonly [string, BatchLawOptions])[] = [
  ["reshuffle", { law: "reshuffle", size: 2, sampleCount: 6 }],
  ["reshuffle, short last batch", { law: "reshuffle", size: 4, sampleCount: 6 }],
  ["cyclic", { law: "cyclic", size: 2, sampleCount: 6 }],
  ["shuffle-once", { law: "shuffle-once", size: 3, sampleCount: 6, rng: createRng(7) }],
];

// The enumeration is the law: probabilities add up to 1, the mean weight of sample i is p_i, and long streams see every
// batch as often as it says (Pearson's χ² against its mean + 5 standard deviations).
describe.each([...independent, ...epochs])("%s", (_, options) => {
  const law = batchLaw(options);
  const batches = law.distinctBatches()!;

  test("distinct batches form a distribution with mean weights p", () => {
    expect(batches.reduce((sum, batch) => sum + batch.probability, 0)).toBeCloseTo(1, 13);
    expect(new Set(batches.map((batch) => key(batch))).size).toBe(batches.length);
    const mean = new Float64Array(law.sampleCount);
    for (const { indices, weights, probability } of batches) {
      for (const [j, i] of indices.entries()) mean[i] = mean[i] + probability * weights[j];
    }
    for (const [i, p] of law.probabilities.entries()) expect(mean[i]).toBeCloseTo(p, 13);
  });

  test("the stream draws them with these probabilities", () => {
    const steps = 30_000;
    const counts = new Map<string, number>();
    const stream = law.stream(createRng(1, "frequencies"));
    for (let t = 0; t < steps; t++) {
      const name = key(stream.next());
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    let chiSquare = 0;
    let seen = 0;
    for (const batch of batches) {
      const count = counts.get(key(batch)) ?? 0;
      seen += count;
      chiSquare += (count - steps * batch.probability) ** 2 / (steps * batch.probability);
    }
    expect(seen).toBe(steps);
    expect(chiSquare).toBeLessThan(batches.length + 5 * Math.sqrt(2 * batches.length));
  });
});

// E[H_B⊗H_B] = (1−α)H⊗H + Σ_g c_g h_g⊗h_g (THEORY §3), entry by entry against the enumeration, for vectors in place of H_i.
test.each(independent)("second moment of %s equals the enumerated one", (_, options) => {
  const law = batchLaw(options);
  const moment = law.secondMoment!;
  const rng = createRng(3, "second moment");
  const x = Float64Array.from({ length: law.sampleCount }, () => rng.normal());
  const y = Float64Array.from({ length: law.sampleCount }, () => rng.normal());
  const combine = (indices: Int32Array, weights: Float64Array, z: Float64Array) =>
    indices.reduce((sum, i, j) => sum + weights[j] * z[i], 0);
  const everyone = Int32Array.from({ length: law.sampleCount }, (_, i) => i);
  let formula = (1 - moment.alpha) * combine(everyone, law.probabilities, x) * combine(everyone, law.probabilities, y);
  moment.coefficients.forEach((c, g) => {
    const from = moment.starts[g];
    const to = moment.starts[g + 1];
    const indices = moment.indices.subarray(from, to);
    const weights = moment.weights.subarray(from, to);
    formula += c * combine(indices, weights, x) * combine(indices, weights, y);
  });
  const truth = law
    .distinctBatches()!
    .reduce((sum, b) => sum + b.probability * combine(b.indices, b.weights, x) * combine(b.indices, b.weights, y), 0);
  expect(formula).toBeCloseTo(truth, 13);
});

// α = (m−b)/(b(m−1)) without replacement, 1/b with (THEORY §3).
test("α of the two textbook laws", () => {
  expect(batchLaw({ size: 4, sampleCount: 10 }).secondMoment!.alpha).toBe(1 / 4);
  expect(batchLaw({ law: "without-replacement", size: 4, sampleCount: 10 }).secondMoment!.alpha).toBeCloseTo(
    6 / 36,
    15,
  );
  expect(batchLaw({ law: "without-replacement", size: 1, sampleCount: 1 }).secondMoment!.alpha).toBe(0);
});

// A pass over the data meets every sample once, in batches averaged over their own size.
test.each(epochs)("every epoch of %s holds each sample once", (_, options) => {
  const law = batchLaw(options);
  const stream = law.stream(createRng(2));
  const orders = Array.from({ length: 3 }, () => {
    const order: number[] = [];
    for (let t = 0; t < law.epochLength; t++) {
      const { indices, weights } = stream.next();
      order.push(...indices);
      expect(weights.every((w) => w === 1 / indices.length)).toBe(true);
    }
    expect(order.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
    return order.join();
  });
  expect(new Set(orders).size).toBe(law.name === "reshuffle" ? 3 : 1);
});

test("cyclic takes the order of the file, shuffle-once an order of its generator", () => {
  const cyclic = batchLaw({ law: "cyclic", size: 4, sampleCount: 6 });
  expect(cyclic.fixedEpoch!.map((batch) => [...batch.indices])).toEqual([
    [0, 1, 2, 3],
    [4, 5],
  ]);
  const orders = [1, 1, 2].map((seed) =>
    batchLaw({ law: "shuffle-once", size: 10, sampleCount: 10, rng: createRng(seed) }).fixedEpoch![0].indices.join(),
  );
  expect(orders[0]).toBe(orders[1]);
  expect(orders[0]).not.toBe(orders[2]);
});

test("a stream is a function of its generator's seed", () => {
  const law = batchLaw({ size: 3, sampleCount: 50 });
  const first = (seed: number) => {
    const stream = law.stream(createRng(seed, "batches"));
    return Array.from({ length: 20 }, () => [...stream.next().indices]).join();
  };
  expect(first(1)).toBe(first(1));
  expect(first(1)).not.toBe(first(2));
});

test("more batches than the limit are not listed", () => {
  expect(batchLaw({ size: 16, sampleCount: 256 }).distinctBatches()).toBeNull();
  expect(batchLaw({ law: "reshuffle", size: 100, sampleCount: 256 }).distinctBatches()).toBeNull();
  expect(
    batchLaw({
      law: "label-balanced",
      size: 10,
      sampleCount: 40,
      labels: Array.from({ length: 40 }, (_, i) => i % 2),
    }).distinctBatches(),
  ).toBeNull();
  expect(batchLaw({ size: 2, sampleCount: 6 }).distinctBatches(20)).toBeNull();
  expect(batchLaw({ size: 2, sampleCount: 6 }).distinctBatches(21)).toHaveLength(21);
});

// Bad laws are refused in one sentence that says what was expected and what was found.
test.each<[BatchLawOptions, string]>([
  [{ size: 9, sampleCount: 8, law: "without-replacement" }, "a batch of 9 does not fit into 8 samples"],
  [{ size: 9, sampleCount: 8, law: "reshuffle" }, "a batch of 9 does not fit into 8 samples"],
  [{ size: 0, sampleCount: 8 }, "batch size must be an integer ≥ 1, got 0"],
  [{ size: 1.5, sampleCount: 8 }, "batch size must be an integer ≥ 1, got 1.5"],
  [{ size: 1, sampleCount: 0 }, "samples must be an integer ≥ 1, got 0"],
  [{ size: 1, sampleCount: 2, weights: [0.5, 0.4] }, "weights must add up to 1, got 0.9"],
  [{ size: 1, sampleCount: 2, weights: [0.5, 0.5 + 2e-9] }, "weights must add up to 1"],
  [{ size: 1, sampleCount: 2, weights: [1.5, -0.5] }, "weights[1] must be a number ≥ 0, got -0.5"],
  [{ size: 1, sampleCount: 2, weights: [Number.NaN, 1] }, "weights[0] must be a number ≥ 0, got NaN"],
  [{ size: 1, sampleCount: 3, weights: [0.5, 0.5] }, "weights must hold 3 numbers, got 2"],
  [{ size: 1, sampleCount: 2, weights: [0.9, 0.1], law: "cyclic" }, 'need the law "with-replacement", got "cyclic"'],
  [
    { size: 1, sampleCount: 2, importance: [0.9, 0.1], law: "reshuffle" },
    'importance needs the law "with-replacement"',
  ],
  [{ size: 1, sampleCount: 2, importance: [1, 0] }, "it would never be drawn"],
  [{ size: 2, sampleCount: 4, law: "label-balanced" }, "needs 4 class labels, got 0"],
  [{ size: 3, sampleCount: 4, law: "label-balanced", labels: [0, 1, 0, 1] }, "cannot hold 2 classes equally"],
  [{ size: 4, sampleCount: 4, law: "label-balanced", labels: [0, 1, 0, 0] }, "the smallest has 1"],
  [{ size: 3, sampleCount: 4, law: "antithetic" }, "needs an even batch size, got 3"],
  [{ size: 2, sampleCount: 4, law: "shuffle-once" }, "needs a generator"],
])("%j is refused", (options, message) => {
  expect(() => batchLaw(options)).toThrow(RangeError);
  expect(() => batchLaw(options)).toThrow(message);
});

test("weights within 1e-9 of a distribution are divided by their sum", () => {
  const law: BatchLaw = batchLaw({ size: 1, sampleCount: 2, weights: [0.5, 0.5 + 5e-10] });
  expect(law.probabilities[0] + law.probabilities[1]).toBeCloseTo(1, 15);
});

function key(batch: { readonly indices: Int32Array; readonly weights: Float64Array }): string {
  const total = new Map<number, number>();
  for (const [j, i] of batch.indices.entries()) total.set(i, (total.get(i) ?? 0) + batch.weights[j]);
  return [...total]
    .sort((a, b) => a[0] - b[0])
    .map(([i, w]) => `${i}:${w.toFixed(12)}`)
    .join();
}
