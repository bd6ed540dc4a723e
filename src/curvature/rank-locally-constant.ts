import type { Objective } from "../compile/index.ts";
import { minimize } from "../minimize/index.ts";
import {
  axpy,
  multiplyTransposedVector,
  multiplyVector,
  norm,
  type Rng,
  scale,
  symmetricEigenvalues,
} from "../numeric/index.ts";
import { type CurvatureKernel, curvatureKernel } from "./curvature-kernel.ts";
import { largestResidual } from "./largest-residual.ts";
import { type NtkFactor, ntkFactor, rankOf } from "./ntk-factor.ts";

export interface RankCheck {
  /**
   * Whether at least one neighbour was reached and one rank fits all points: each allows the ranks of all cuts from a
   * tenth of `rtol` to ten times it, so that an eigenvalue beside the cut does not look like a crossing.
   */
  readonly constant: boolean;
  /** The rank at θ, then at the neighbours that were reached. */
  readonly ranks: readonly number[];
  /** For each neighbour reached, the way back over the way out: a few hundredths at good minima, about one half where
   * sheets of minima cross. */
  readonly corrections: readonly number[];
  /** Neighbours that the way back to the minima did not reach. */
  readonly lost: number;
}

export interface RankCheckOptions {
  /** Eigenvalues above `rtol` times the largest count towards the rank. Default 1e-9. */
  readonly rtol?: number;
  /** Neighbours to visit. Default 3. */
  readonly neighbours?: number;
  /** Largest ‖∇_fℓ_i‖ (‖∇ℓ_i‖ of a formula) at which a neighbour counts as reached. Default 1e-12. */
  readonly residual?: number;
  readonly rng: Rng;
  /** The factor at θ, when it is known already. */
  readonly factor?: NtkFactor;
  /** Called at every point of every way back; what it throws ends the check. */
  readonly onProgress?: () => void;
}

/** The rank may be read at cuts up to this factor beside `rtol`. */
const CUT = 10;
/** How far to go, relative to ‖θ‖; smaller steps miss crossings (THEORY §3). */
const RADIUS = 1e-2;
const SMALLEST_NORM = 1e-3;
const STEPS = 60;

/**
 * Is the rank of the samples' curvature constant along the minima? Moves ε = 1e-2·max(‖θ‖, 1e-3) along random directions
 * of its kernel, goes back to residuals ≤ 1e-12 by Levenberg–Marquardt, compares the ranks (THEORY §3). A random
 * perturbation would be the wrong test: at a global minimum the rank may be smaller than everywhere around it, on a
 * manifold of minima all the same. An isolated minimum (no kernel) has no neighbours and counts as constant.
 *
 * Cost: at each neighbour a few Gauss–Newton steps and the eigenvalues of a kernel; at θ the factor, unless given.
 */
export function rankLocallyConstant(objective: Objective, theta: Float64Array, options: RankCheckOptions): RankCheck {
  const { rtol = 1e-9, neighbours = 3, residual = 1e-12, rng, onProgress = () => {} } = options;
  const here = curvatureKernel(objective, theta);
  const factor = options.factor ?? ntkFactor(here.kernel, { rtol });
  const spectra = [factor.eigenvalues];
  const corrections: number[] = [];
  if (factor.rank === objective.dimension) return { constant: true, ranks: [factor.rank], corrections, lost: 0 };
  const radius = RADIUS * Math.max(norm(theta), SMALLEST_NORM);
  let lost = 0;
  for (let i = 0; i < neighbours; i++) {
    const start = kernelDirection(here, factor, objective.dimension, rng);
    scale(radius, start);
    axpy(1, theta, start);
    const end = backToMinima(objective, start, residual, onProgress);
    if (!end) {
      lost += 1;
      continue;
    }
    spectra.push(symmetricEigenvalues(curvatureKernel(objective, end).kernel));
    axpy(-1, end, start);
    corrections.push(norm(start) / radius);
  }
  const fewest = Math.max(...spectra.map((values) => rankOf(values, rtol * CUT)));
  const most = Math.min(...spectra.map((values) => rankOf(values, rtol / CUT)));
  const ranks = spectra.map((values) => rankOf(values, rtol));
  return { constant: corrections.length > 0 && fewest <= most, ranks, corrections, lost };
}

/**
 * A random unit vector of ker A: v − Aᵀ(AAᵀ)⁺Av with (AAᵀ)⁺ = ΦΛ⁻²Φᵀ, uniformly distributed on its sphere. Repeated
 * until what is left of Av is rounding.
 */
function kernelDirection(kernel: CurvatureKernel, factor: NtkFactor, n: number, rng: Rng): Float64Array {
  const v = Float64Array.from({ length: n }, () => rng.normal());
  const image = new Float64Array(factor.size);
  const back = new Float64Array(n);
  for (let round = 0; round < 3; round++) {
    kernel.apply(v, image);
    const coordinates = multiplyTransposedVector(factor.factor, image);
    for (let a = 0; a < factor.rank; a++) coordinates[a] /= factor.eigenvalues[a] ** 2;
    kernel.applyTransposed(multiplyVector(factor.factor, coordinates), back);
    axpy(-1, back, v);
  }
  scale(1 / norm(v), v);
  return v;
}

/** The interpolating point reached from `start`, or null. */
function backToMinima(
  objective: Objective,
  start: Float64Array,
  residual: number,
  onProgress: () => void,
): Float64Array | null {
  const smallestWeight = objective.weights.reduce((a, b) => Math.min(a, b), 1);
  const tolerance = 1e-2 * smallestWeight * residual ** 2; // about ½p‖∇ℓ‖²/B, for B up to 50
  const { theta } = minimize(objective, start, {
    ...{ tolerance, gradientTolerance: 0.1 * residual, maxSteps: STEPS, initialDamping: 1e-12 },
    onProgress,
  });
  return largestResidual(objective, theta) <= residual ? theta : null;
}
