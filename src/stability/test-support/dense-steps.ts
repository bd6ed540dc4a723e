import {
  type Matrix,
  matrix,
  multiply,
  multiplyTransposed,
  type Rng,
  symmetricEigen,
  transpose,
} from "../../numeric/index.ts";
import type { BatchLaw } from "../../sampling/index.ts";
import { weightedSum } from "../commuting.ts";
import type { UpdateRule } from "../update-rule.ts";

/** Rows of independent normal numbers. */
export function randomFactor(rows: number, rank: number, rng: Rng): Matrix {
  return matrix(
    rows,
    rank,
    Float64Array.from({ length: rows * rank }, () => rng.normal()),
  );
}

/** H_i = Σ φφᵀ over the rows of each sample. */
export function samplesOf(factor: Matrix, outputs: number): Matrix[] {
  const r = factor.cols;
  return Array.from({ length: factor.rows / outputs }, (_, i) => {
    const rows = transpose(matrix(outputs, r, factor.data.slice(i * outputs * r, (i + 1) * outputs * r)));
    return multiplyTransposed(rows, rows);
  });
}

/** Random symmetric H_i around a positive definite mean, as they are (`all`) and in the eigenbasis of their mean. */
export function symmetricFrame(m: number, n: number, law: BatchLaw, rng: Rng) {
  const all = Array.from({ length: m }, () => {
    const h = matrix(n, n);
    for (let a = 0; a < n; a++) {
      for (let b = 0; b <= a; b++) {
        const entry = (a === b ? 1 + a / n : 0) + 0.6 * rng.normal();
        h.data[a * n + b] = entry;
        h.data[b * n + a] = entry;
      }
    }
    return h;
  });
  const { values, vectors } = symmetricEigen(weightedSum(all, law.probabilities));
  const hessians = all.map((h) => multiplyTransposed(multiply(vectors, h), vectors));
  return { all, hessians, eigenvalues: values };
}

/** The step of a batch on (δ, v) (gd: δ), entry by entry as the rule is written. */
export function denseStep(h: Matrix, rule: UpdateRule, stepSize: number): Matrix {
  const n = h.rows;
  const { momentum: beta = 0, dampening = 0, weightDecay: w = 0 } = rule;
  const d = rule.type === "gd" ? n : 2 * n;
  const a = matrix(d, d);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const same = i === j ? 1 : 0;
      const g = h.data[i * n + j] + w * same;
      if (rule.type === "gd") a.data[i * d + j] = same - stepSize * g;
      else {
        const damp = rule.type === "momentum" ? 1 - dampening : 1;
        const [move, carry] = rule.type === "momentum" ? [damp, beta] : [1 + beta, beta * beta];
        a.data[i * d + j] = same - stepSize * move * g;
        a.data[i * d + n + j] = -same * stepSize * carry;
        a.data[(n + i) * d + j] = damp * g;
        a.data[(n + i) * d + n + j] = same * beta;
      }
    }
  }
  return a;
}

/** E[A ⊗ A] over all batches. */
export function kroneckerStep(hessians: readonly Matrix[], law: BatchLaw, rule: UpdateRule, stepSize: number): Matrix {
  let mean: Matrix | null = null;
  for (const { indices, weights, probability } of law.distinctBatches()!) {
    const batch = weightedSum(
      Array.from(indices, (i) => hessians[i]!),
      weights,
    );
    const a = denseStep(batch, rule, stepSize);
    const d = a.rows;
    mean ??= matrix(d * d, d * d);
    for (let i = 0; i < d; i++)
      for (let j = 0; j < d; j++)
        for (let k = 0; k < d; k++)
          for (let l = 0; l < d; l++)
            mean.data[(i * d + k) * d * d + j * d + l] += probability * a.data[i * d + j]! * a.data[k * d + l]!;
  }
  return mean!;
}
