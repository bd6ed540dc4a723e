import type { Rng } from "../numeric/index.ts";
import { aliasTable } from "./alias-table.ts";
import {
  type BatchLaw,
  type BatchStream,
  distinctBatchLimit,
  type SecondMoment,
  type WeightedBatch,
} from "./batch-law.ts";
import { arrangements, binomial, multisets, subsets } from "./combinations.ts";

/** b samples drawn one by one with probabilities q_i, each step weight p_i / (q_i b). */
export function withReplacement(size: number, p: Float64Array, q: Float64Array): BatchLaw {
  const stepWeights = p.map((value, i) => (q[i] > 0 ? value / q[i] : 0));
  const support = Int32Array.from(q.keys()).filter((i) => q[i] > 0);
  const draw = aliasTable(q);
  return {
    name: "with-replacement",
    size,
    sampleCount: p.length,
    probabilities: p,
    stepWeights,
    epochLength: 1,
    fixedEpoch: p.length === 1 ? [singleSample()] : null,
    secondMoment: singletons(
      1 / size,
      stepWeights.map((w, i) => (q[i] * w * w) / size),
    ),
    stream: (rng) => drawing(size, rng, draw, (i) => stepWeights[i] / size),
    distinctBatches(limit = distinctBatchLimit) {
      if (binomial(support.length + size - 1, size) > limit) return null;
      return Array.from(multisets(support.length, size), (multiset) => {
        const drawn = multiset.map((s) => support[s]);
        const probability = drawn.reduce((product, i) => product * q[i], arrangements(multiset));
        return collect(drawn, (i) => stepWeights[i] / size, probability);
      });
    },
  };
}

/** b different samples, every set equally likely. */
export function withoutReplacement(size: number, p: Float64Array): BatchLaw {
  const m = p.length;
  const alpha = m === 1 ? 0 : (m - size) / (size * (m - 1));
  return {
    name: "without-replacement",
    size,
    sampleCount: m,
    probabilities: p,
    stepWeights: new Float64Array(m).fill(1),
    epochLength: 1,
    fixedEpoch: size === m ? [collect([...p.keys()], () => 1 / m, 1)] : null,
    secondMoment: singletons(
      alpha,
      p.map(() => alpha / m),
    ),
    stream: (rng) => subsetStream(m, size, rng),
    distinctBatches(limit = distinctBatchLimit) {
      const count = binomial(m, size);
      if (count > limit) return null;
      return Array.from(subsets(m, size), (subset) => collect(subset, () => 1 / size, 1 / count));
    },
  };
}

/**
 * b/2 pairs, drawn with replacement: a rank ρ uniform in 0..m−1 and its mirror m−1−ρ in the order of `scores`
 * (ties and default: file order), so that extremes of opposite kind meet in one batch.
 */
export function antithetic(size: number, p: Float64Array, order: Int32Array): BatchLaw {
  const m = p.length;
  const pairs = size / 2;
  const pairCount = Math.ceil(m / 2);
  const mirror = (rank: number) => [order[rank], order[m - 1 - rank]] as const;
  const probability = (pair: number) => (2 * pair === m - 1 ? 1 : 2) / m;
  const groups = Array.from({ length: pairCount }, (_, pair) => mirror(pair));
  return {
    name: "antithetic",
    size,
    sampleCount: m,
    probabilities: p,
    stepWeights: new Float64Array(m).fill(1),
    epochLength: 1,
    fixedEpoch: pairCount === 1 ? [collect(repeat(mirror(0), pairs), () => 1 / size, 1)] : null,
    secondMoment: {
      alpha: 1 / pairs,
      coefficients: Float64Array.from(groups, (_, pair) => probability(pair) / pairs),
      starts: Int32Array.from({ length: pairCount + 1 }, (_, g) => 2 * g),
      indices: Int32Array.from(groups.flat()),
      weights: new Float64Array(2 * pairCount).fill(1 / 2),
    },
    stream(rng) {
      const indices = new Int32Array(size);
      const weights = new Float64Array(size).fill(1 / size);
      const batch = { indices, weights };
      return {
        next() {
          for (let j = 0; j < size; j += 2) [indices[j], indices[j + 1]] = mirror(rng.integer(m));
          return batch;
        },
      };
    },
    distinctBatches(limit = distinctBatchLimit) {
      if (binomial(pairCount + pairs - 1, pairs) > limit) return null;
      return Array.from(multisets(pairCount, pairs), (multiset) => {
        const chance = multiset.reduce((product, pair) => product * probability(pair), arrangements(multiset));
        return collect(
          multiset.flatMap((pair) => mirror(pair)),
          () => 1 / size,
          chance,
        );
      });
    },
  };
}

/** The batch in which every sample stands once, with its weights added up. */
export function collect(
  drawn: readonly number[],
  weight: (sample: number) => number,
  probability: number,
): WeightedBatch {
  const total = new Map<number, number>();
  for (const i of drawn) total.set(i, (total.get(i) ?? 0) + weight(i));
  return { indices: Int32Array.from(total.keys()), weights: Float64Array.from(total.values()), probability };
}

/** b of m without replacement, by b swaps of a permutation that is kept: any arrangement is as good as any other. */
export function subsetStream(m: number, size: number, rng: Rng): BatchStream {
  const permutation = Int32Array.from({ length: m }, (_, i) => i);
  const batch = { indices: permutation.subarray(0, size), weights: new Float64Array(size).fill(1 / size) };
  return {
    next() {
      shuffleFront(permutation, size, rng);
      return batch;
    },
  };
}

/** Fisher–Yates on the first `count` places: afterwards they hold a uniformly random ordered subset. */
export function shuffleFront(permutation: Int32Array, count: number, rng: Rng): void {
  for (let j = 0; j < count; j++) {
    const other = j + rng.integer(permutation.length - j);
    const held = permutation[j];
    permutation[j] = permutation[other];
    permutation[other] = held;
  }
}

function drawing(size: number, rng: Rng, draw: (rng: Rng) => number, weight: (sample: number) => number): BatchStream {
  const indices = new Int32Array(size);
  const weights = new Float64Array(size);
  const batch = { indices, weights };
  return {
    next() {
      for (let j = 0; j < size; j++) {
        indices[j] = draw(rng);
        weights[j] = weight(indices[j]);
      }
      return batch;
    },
  };
}

/** Second moment whose groups are the single samples. */
function singletons(alpha: number, coefficients: Float64Array): SecondMoment {
  const m = coefficients.length;
  return {
    alpha,
    coefficients,
    starts: Int32Array.from({ length: m + 1 }, (_, i) => i),
    indices: Int32Array.from({ length: m }, (_, i) => i),
    weights: new Float64Array(m).fill(1),
  };
}

function singleSample(): WeightedBatch {
  return { indices: Int32Array.of(0), weights: Float64Array.of(1), probability: 1 };
}

function repeat<T>(values: readonly T[], times: number): T[] {
  return Array.from({ length: times }, () => values).flat();
}
