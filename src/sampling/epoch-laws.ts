import type { Rng } from "../numeric/index.ts";
import { type Batch, type BatchLaw, distinctBatchLimit, type LawName, type WeightedBatch } from "./batch-law.ts";
import { binomial, subsets } from "./combinations.ts";
import { collect, shuffleFront } from "./independent-laws.ts";

/** A new random order every epoch, cut into batches of b. */
export function reshuffle(size: number, p: Float64Array): BatchLaw {
  const m = p.length;
  const epochLength = Math.ceil(m / size);
  const identity = Int32Array.from({ length: m }, (_, i) => i);
  return {
    ...epochShape("reshuffle", size, p),
    fixedEpoch: epochLength === 1 ? cut(identity, size) : null,
    stream(rng) {
      const order = identity.slice();
      const batches = cut(order, size); // views of `order`: reshuffling it refills them
      let t = 0;
      return {
        next() {
          if (t === 0) shuffleFront(order, m, rng);
          const batch = batches[t];
          t = (t + 1) % epochLength;
          return batch;
        },
      };
    },
    distinctBatches(limit = distinctBatchLimit) {
      const short = m % size;
      const lengths = short === 0 ? [size] : epochLength === 1 ? [short] : [size, short];
      if (lengths.reduce((count, length) => count + binomial(m, length), 0) > limit) return null;
      return lengths.flatMap((length): WeightedBatch[] => {
        const frequency = short === 0 || epochLength === 1 ? 1 : (length === short ? 1 : epochLength - 1) / epochLength;
        const probability = frequency / binomial(m, length);
        return Array.from(subsets(m, length), (subset) => collect(subset, () => 1 / length, probability));
      });
    },
  };
}

/** The same batches every epoch: the samples in the given order, cut into batches of b. */
export function fixedOrder(
  name: "cyclic" | "shuffle-once",
  size: number,
  p: Float64Array,
  order: Int32Array,
): BatchLaw {
  const batches = cut(order, size);
  return {
    ...epochShape(name, size, p),
    fixedEpoch: batches,
    stream() {
      let t = 0;
      return { next: () => batches[t++ % batches.length] };
    },
    distinctBatches: (limit = distinctBatchLimit) =>
      batches.length > limit ? null : batches.map((batch) => ({ ...batch, probability: 1 / batches.length })),
  };
}

/** A uniformly random order of m samples. */
export function randomOrder(m: number, rng: Rng): Int32Array {
  const order = Int32Array.from({ length: m }, (_, i) => i);
  shuffleFront(order, m, rng);
  return order;
}

function epochShape(name: LawName, size: number, p: Float64Array) {
  const epochLength = Math.ceil(p.length / size);
  const stepWeights = new Float64Array(p.length).fill(1);
  return { name, size, sampleCount: p.length, probabilities: p, stepWeights, epochLength, secondMoment: null } as const;
}

function cut(order: Int32Array, size: number): Batch[] {
  return Array.from({ length: Math.ceil(order.length / size) }, (_, t) => {
    const indices = order.subarray(t * size, (t + 1) * size);
    return { indices, weights: new Float64Array(indices.length).fill(1 / indices.length) };
  });
}
