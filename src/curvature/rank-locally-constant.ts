import type { Objective } from "../compile/index.ts";
import { minimize } from "../minimize/index.ts";
import {
  cholesky,
  choleskySolve,
  type Matrix,
  matrix,
  norm,
  type Rng,
  scale,
  symmetricEigen,
  symmetricEigenvalues,
} from "../numeric/index.ts";
import { curvatureKernel, rankOf } from "./sample-curvature.ts";

export interface RankCheck {
  /** Whether the rank of the kernel is the same here and at every neighbour, and at least one was reached. */
  readonly constant: boolean;
  /** The rank at θ, then at the neighbours that were reached. */
  readonly ranks: readonly number[];
  /** Neighbours that the way back to the minima did not reach. */
  readonly lost: number;
}

const neighbours = 3;

/**
 * Is the rank of J constant along the minima? Moves θ by ε = 1e-2·max(‖θ‖, 1e-3) along three random directions of ker J,
 * goes back to loss ≤ `tolerance` by Levenberg–Marquardt, and compares the ranks (THEORY §3). A random perturbation
 * would be the wrong test: at a global minimum the rank may be smaller than everywhere around it, on a manifold of
 * minima all the same. An isolated minimum (ker J = 0) has no neighbours and counts as
 * constant.
 *
 * Cost: at each neighbour a few steps of minimisation, a kernel and its eigenvalues.
 */
export function rankLocallyConstant(
  objective: Objective,
  theta: Float64Array,
  options: { readonly rtol: number; readonly rank: number; readonly rng: Rng; readonly tolerance?: number },
): RankCheck {
  const { rtol, rank, rng, tolerance = 1e-22 } = options;
  if (rank === objective.dimension) return { constant: true, ranks: [rank], lost: 0 };
  const project = kernelProjection(objective, theta, rtol);
  const radius = 1e-2 * Math.max(norm(theta), 1e-3);
  const ranks = [rank];
  let lost = 0;
  for (let trial = 0; trial < neighbours; trial++) {
    const direction = Float64Array.from(theta, () => rng.normal());
    project(direction);
    const size = norm(direction);
    if (!(size > 0)) continue;
    scale(radius / size, direction);
    const back = minimize(
      objective,
      theta.map((x, i) => x + direction[i]),
      { tolerance, maxSteps: 50 },
    );
    if (back.loss > tolerance) lost++;
    else ranks.push(rankOf(symmetricEigenvalues(curvatureKernel(objective, back.theta).kernel), rtol));
  }
  return { constant: ranks.length > 1 && ranks.every((r) => r === rank), ranks, lost };
}

/** v ← its part in ker J (up to directions that J shrinks by less than the rank tolerance). */
function kernelProjection(objective: Objective, theta: Float64Array, rtol: number): (v: Float64Array) => void {
  const { dimension: n, sampleCount, outputCount } = objective;
  if (outputCount === 0) return formulaProjection(objective, theta, rtol);
  const size = sampleCount * outputCount;
  const kernel = matrix(size, size, objective.ntk(theta));
  let top = 0;
  for (let i = 0; i < size; i++) top = Math.max(top, kernel.data[i * (size + 1)]);
  for (let i = 0; i < size; i++) kernel.data[i * (size + 1)] += 1e-12 * top * size;
  const solve = choleskySolver(kernel);
  const image = new Float64Array(size);
  const back = new Float64Array(n);
  return (v) => {
    for (let round = 0; round < 3; round++) {
      objective.jvp(theta, v, image);
      objective.vjp(theta, solve(image), back);
      for (let i = 0; i < n; i++) v[i] -= back[i];
    }
  };
}

function choleskySolver(kernel: Matrix): (b: Float64Array) => Float64Array {
  const factor = cholesky(kernel);
  if (!factor) throw new RangeError("rankLocallyConstant: the tangent kernel is not positive semidefinite");
  return (b) => choleskySolve(factor, b);
}

function formulaProjection(objective: Objective, theta: Float64Array, rtol: number): (v: Float64Array) => void {
  const n = objective.dimension;
  const hessian = matrix(n, n);
  const unit = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    unit.fill(0)[j] = 1;
    objective.hvp(theta, unit, hessian.data.subarray(j * n, (j + 1) * n));
  }
  const { values, vectors } = symmetricEigen(hessian);
  const rank = rankOf(values, rtol);
  return (v) => {
    for (let a = 0; a < rank; a++) {
      const row = vectors.data.subarray(a * n, (a + 1) * n);
      const part = row.reduce((sum, x, i) => sum + x * v[i], 0);
      for (let i = 0; i < n; i++) v[i] -= part * row[i];
    }
  };
}
