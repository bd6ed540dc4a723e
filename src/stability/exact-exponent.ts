import type { BatchLaw } from "../sampling/index.ts";
import { poleSumExponent } from "./commuting.ts";
import type { SmallFactor } from "./controlled-cocycle.ts";
import { periodicExponent } from "./periodic-product.ts";
import type { PreparedBlock } from "./prepared-problem.ts";
import { projectiveExponent } from "./projective-line.ts";
import { logContraction } from "./update-rule.ts";

export type ExactMethod = "full-batch" | "periodic-product" | "rank-one" | "commuting" | "value-iteration";

export interface ExactExponent {
  readonly method: ExactMethod;
  /** −∞ when superstable. */
  readonly value: number;
  /** What rounding or discretisation may do to the value; 0 when that is below 1e-9. */
  readonly error: number;
}

/** Distinct 2 × 2 factors up to which the projective line is cheaper than a simulation. */
const MAX_PLANE_FACTORS = 2000;

/**
 * λ of one block without simulation, where there is a way: batches that never change (the whole data: λ = μ; cyclic,
 * shuffle-once: product over an epoch), commuting batches that can be listed, or rank 2 with independent batches.
 * `planeTolerance`: error up to which the projective line may answer.
 */
export function exactExponent(
  block: PreparedBlock,
  law: BatchLaw,
  stepSize: number,
  planeTolerance = 1e-9,
): ExactExponent | null {
  if (law.fixedEpoch?.length === 1) return exact("full-batch", fullBatch(block.eigenvalues, stepSize));
  if (block.poleSums !== null) {
    const method = block.eigenvalues.length === 1 ? "rank-one" : "commuting";
    const each = block.poleSums.map((sum) => poleSumExponent(sum, stepSize));
    return exact(
      method,
      each.reduce((a, b) => (b.value > a.value ? b : a)),
    );
  }
  if (law.fixedEpoch !== null) {
    const value = periodicExponent(block.kernel, law.fixedEpoch, stepSize);
    return value === null ? null : exact("periodic-product", { value, error: 0 });
  }
  if (block.eigenvalues.length !== 2 || law.epochLength > 1) return null;
  if (block.distinct === null || block.distinct.length > MAX_PLANE_FACTORS) return null;
  const found = projectiveExponent(distinctFactors(block, stepSize), planeTolerance, planeTolerance > 1e-6 ? 128 : 512);
  return found && exact("value-iteration", found);
}

function exact(
  method: ExactMethod,
  { value, error }: { readonly value: number; readonly error: number },
): ExactExponent {
  return { method, value, error: error > 1e-9 ? error : 0 };
}

function fullBatch(eigenvalues: Float64Array, stepSize: number): { readonly value: number; readonly error: number } {
  const value = eigenvalues.reduce(
    (largest, eigenvalue) => Math.max(largest, logContraction(stepSize * eigenvalue)),
    Number.NEGATIVE_INFINITY,
  );
  return { value, error: 0 };
}

/** I − ηH_B of every distinct batch. */
export function distinctFactors({ samples, distinct }: PreparedBlock, stepSize: number): SmallFactor[] {
  const { factor, outputs } = samples;
  const r = factor.cols;
  return (distinct ?? []).map(({ indices, weights, probability }) => {
    const entries = Float64Array.from({ length: r * r }, (_, e) => (e % (r + 1) === 0 ? 1 : 0));
    indices.forEach((i, j) => {
      for (let row = i * outputs; row < (i + 1) * outputs; row++) {
        const phi = factor.data.subarray(row * r, (row + 1) * r);
        for (let a = 0; a < r; a++)
          for (let b = 0; b < r; b++) entries[a * r + b] -= stepSize * weights[j] * phi[a] * phi[b];
      }
    });
    return { entries, probability };
  });
}
