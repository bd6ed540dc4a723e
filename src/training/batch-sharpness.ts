import type { Objective } from "../compile/index.ts";
import { dot, mean, type Rng, variance } from "../numeric/index.ts";
import type { BatchLaw, WeightedBatch } from "../sampling/index.ts";

export interface BatchSharpness {
  readonly value: number;
  /** 0 when every batch was seen. */
  readonly standardError: number;
}

/** Batches drawn where there are more. */
const drawn = 64;

/**
 * E_B[g_BᵀH_B g_B]/E_B‖g_B‖², which hovers at 2/η under SGD while λ_max(H) stays below (arXiv 2412.20553; THEORY §5).
 * Exact over all batches when there are at most 64, else from 64 draws, with the standard error of a ratio of means,
 * √(Var(a − rb)/64)/E b.
 */
export function batchSharpness(objective: Objective, theta: Float64Array, law: BatchLaw, rng: Rng): BatchSharpness {
  const all = law.distinctBatches(drawn);
  const gradient = new Float64Array(theta.length);
  const product = new Float64Array(theta.length);
  const at = ({ indices, weights }: Pick<WeightedBatch, "indices" | "weights">) => {
    objective.batchGradient(theta, indices, weights, gradient);
    objective.batchHvp(theta, indices, weights, gradient, product);
    return [dot(gradient, product), dot(gradient, gradient)] as const;
  };
  if (all) {
    const [a, b] = all.reduce(
      ([sum, square], batch) => {
        const [u, v] = at(batch);
        return [sum + batch.probability * u, square + batch.probability * v];
      },
      [0, 0],
    );
    return { value: a / b, standardError: 0 };
  }
  const stream = law.stream(rng);
  const pairs = Array.from({ length: drawn }, () => at(stream.next()));
  const bottom = mean(pairs.map(([, b]) => b));
  const value = mean(pairs.map(([a]) => a)) / bottom;
  const rest = pairs.map(([a, b]) => a - value * b);
  return { value, standardError: Math.sqrt(variance(rest) / drawn) / bottom };
}
