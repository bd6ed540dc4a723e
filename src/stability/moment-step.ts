import { type Matrix, matrix } from "../numeric/index.ts";
import type { SecondMoment } from "../sampling/index.ts";
import { denseMoments, denseNoise } from "./dense-moments.ts";
import { applyNoise, momentGroups } from "./moment-groups.ts";
import { noiseDirection } from "./moment-weights.ts";
import type { SampleFactors } from "./sample-factors.ts";
import { stepMatrix, type UpdateRule } from "./update-rule.ts";

/** The second moment of H_B in the eigenbasis of H: E[H_B S H_B] = (1 − alpha) H S H + V(S), V = `noise`. */
export interface NoisyHessian {
  readonly eigenvalues: Float64Array;
  readonly alpha: number;
  /** V(S), r × r. */
  noise(s: Matrix): Matrix;
  /** Operations of one V. */
  readonly cost: number;
}

/** From the factor of a block, in coordinates that diagonalise H. */
export function factorNoise(samples: SampleFactors, eigenvalues: Float64Array, moment: SecondMoment): NoisyHessian {
  const groups = momentGroups(samples, moment);
  const cost = 4 * groups.rows.rows * eigenvalues.length ** 2;
  return { eigenvalues, alpha: moment.alpha, noise: (s) => applyNoise(groups, s), cost };
}

/** From the samples' Hessians, of any sign, in the eigenbasis of H. */
export function hessianNoise(
  hessians: readonly Matrix[],
  eigenvalues: Float64Array,
  moment: SecondMoment,
): NoisyHessian {
  const moments = denseMoments(eigenvalues, hessians, moment);
  const cost = 4 * moments.groups.length * eigenvalues.length ** 3;
  return { eigenvalues, alpha: moment.alpha, noise: (s) => denseNoise(moments, s), cost };
}

/**
 * Q(S) = E[A S Aᵀ] of one step of a rule, on the second moments of (δ, v), 2r × 2r (gd: of δ, r × r).
 *
 * With M the mean step, 2 × 2 on each eigenvector of H, and w = ∂(δ′, v′)/∂g the direction in which noise enters,
 * Q(S) = M S Mᵀ + (w wᵀ) ⊗ (V(S_δδ) − α H S_δδ H).
 */
export function momentStep(hessian: NoisyHessian, rule: UpdateRule, stepSize: number): (s: Matrix) => Matrix {
  const { eigenvalues, alpha, noise } = hessian;
  const r = eigenvalues.length;
  const parts = momentParts(rule);
  const steps = Array.from(eigenvalues, (eigenvalue) => stepMatrix(rule, stepSize, eigenvalue));
  const w = noiseDirection(rule, stepSize);
  return (s) => {
    const d = s.rows;
    const own = positions(s, r);
    const spread = noise(own).data;
    const image = matrix(d, d);
    for (let a = 0; a < r; a++) {
      for (let b = 0; b < r; b++) {
        const fresh = spread[a * r + b] - alpha * eigenvalues[a] * eigenvalues[b] * own.data[a * r + b];
        for (let i = 0; i < parts; i++) {
          for (let j = 0; j < parts; j++) {
            let sum = w[i] * w[j] * fresh;
            for (let k = 0; k < parts; k++)
              for (let l = 0; l < parts; l++)
                sum += steps[a][2 * i + k] * steps[b][2 * j + l] * s.data[(k * r + a) * d + l * r + b];
            image.data[(i * r + a) * d + j * r + b] = sum;
          }
        }
      }
    }
    return image;
  };
}

/** 1 for δ alone, 2 for (δ, v). */
export function momentParts({ type }: UpdateRule): 1 | 2 {
  return type === "gd" ? 1 : 2;
}

/** S_δδ */
function positions(s: Matrix, r: number): Matrix {
  if (s.rows === r) return s;
  const own = matrix(r, r);
  for (let a = 0; a < r; a++) own.data.set(s.data.subarray(a * s.cols, a * s.cols + r), a * r);
  return own;
}
