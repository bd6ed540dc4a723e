import { type Krylov, krylov, type LinearOperator, quadrature, type Rng, ritzValues } from "../numeric/index.ts";
import type { DiscreteMap } from "./discrete-map.ts";

/** Singular values σ_1 … σ_n of one step, and what bounds the smallest from above. */
export interface StepSpectra {
  /** From everything that was measured, then without each of the probes in turn. */
  readonly spectra: readonly Float64Array[];
  readonly bound: number;
}

/**
 * The singular values of DF(x) by stochastic Lanczos quadrature: every probe gives a density of n values, and σ_k is the
 * quantile k − ½ of their mean. Cost: probes × Lanczos steps × a tangent, and an adjoint where DF is not symmetric.
 * @throws RangeError when the map is neither symmetric nor has an adjoint.
 */
export function probedSpectra(
  map: DiscreteMap,
  x: Float64Array,
  options: { readonly probes: number; readonly lanczosSteps?: number; readonly rng: Rng },
): StepSpectra {
  const { probes, lanczosSteps = 80, rng } = options;
  const n = map.dimension;
  const isSymmetric = map.symmetric === true;
  const op = isSymmetric ? tangentOperator(map, x) : gramOperator(map, x);
  let bound = Number.POSITIVE_INFINITY;
  const parts = Array.from({ length: probes }, (_, probe) => {
    const space = krylov(op, { maxSteps: Math.min(lanczosSteps, n), rng: rng.fork(`probe ${probe}`) });
    bound = Math.min(bound, isSymmetric ? leastImage(space) : Math.sqrt(leastValue(space)));
    const { nodes, weights } = quadrature(space);
    return Array.from(nodes, (node, j) => ({
      probe,
      value: isSymmetric ? Math.abs(node) : Math.sqrt(Math.max(0, node)),
      count: n * weights[j],
    }));
  })
    .flat()
    .sort((a, b) => b.value - a.value);
  const each = probes > 1 ? Array.from({ length: probes }, (_, i) => quantiles(parts, n, probes - 1, i)) : [];
  return { spectra: [quantiles(parts, n, probes, null), ...each], bound };
}

interface Part {
  readonly probe: number;
  readonly value: number;
  readonly count: number;
}

/** The values k − ½ of n, from `probes` probes whose parts, largest value first, count n each. */
function quantiles(all: readonly Part[], n: number, probes: number, leftOut: number | null): Float64Array {
  const parts = leftOut === null ? all : all.filter(({ probe }) => probe !== leftOut);
  let [at, reached] = [0, parts[0].count];
  return Float64Array.from({ length: n }, (_, k) => {
    while (reached < (k + 0.5) * probes && at < parts.length - 1) reached += parts[++at].count;
    return parts[at].value;
  });
}

/**
 * min ‖Ay‖ = √(θ² + ‖Ay − θy‖²) over the Ritz vectors: no smaller than the smallest singular value, which |θ| alone may be
 * where A has eigenvalues of both signs.
 */
function leastImage(space: Krylov): number {
  const { values, residuals } = ritzValues(space);
  return values.reduce((least, theta, i) => Math.min(least, Math.hypot(theta, residuals[i])), Number.POSITIVE_INFINITY);
}

function leastValue(space: Krylov): number {
  const { values } = ritzValues(space);
  return Math.max(0, values[values.length - 1]);
}

function tangentOperator(map: DiscreteMap, x: Float64Array): LinearOperator {
  return { dimension: map.dimension, apply: (v, out) => map.tangent(x, v, out) };
}

function gramOperator(map: DiscreteMap, x: Float64Array): LinearOperator {
  if (!map.adjoint) throw new RangeError("rdsSharpness: quadrature needs a symmetric map or one with an adjoint");
  const image = new Float64Array(map.dimension);
  return {
    dimension: map.dimension,
    apply(v, out) {
      map.tangent(x, v, image);
      map.adjoint!(x, image, out);
    },
  };
}
