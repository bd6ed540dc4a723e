import { krylov, type LinearOperator, mean, quadrature, type Rng, variance } from "../numeric/index.ts";

/** Gauss quadrature of the spectral measure of each probe: positive weights of sum 1 at the nodes. */
export interface SpectralQuadrature {
  readonly dimension: number;
  readonly probes: readonly { readonly nodes: Float64Array; readonly weights: Float64Array }[];
}

/**
 * Stochastic Lanczos quadrature: from each of `probes` random directions v, `steps` of Lanczos give the Gauss rule of
 * the measure Σ ⟨v, u_i⟩² δ(λ − λ_i), whose mean over v is the spectral density (1/n) Σ δ(λ − λ_i) (Ghorbani, Krishnan,
 * Xiao, ICML 2019; Ubaru, Chen, Saad 2017). Averages of polynomials up to degree 2·steps − 1 are exact for each probe.
 *
 * Cost: probes·steps applications. Error: that of the probes, O(1/√(n·probes)) for smooth functions; see the standard
 * errors of `eigenvalueCount` and `smoothedDensity`.
 */
export function spectralQuadrature(
  op: LinearOperator,
  options: { readonly probes?: number; readonly steps?: number; readonly rng: Rng },
): SpectralQuadrature {
  const { probes = 10, steps = 80, rng } = options;
  const rules = Array.from({ length: probes }, (_, i) => {
    return quadrature(krylov(op, { maxSteps: Math.min(steps, op.dimension), rng: rng.fork(`probe ${i}`) }));
  });
  return { dimension: op.dimension, probes: rules };
}

/** An average over probes with its standard error (NaN for one probe). */
export interface Estimate {
  readonly value: number;
  readonly standardError: number;
}

/** Σ_i f(λ_i), for example the trace for f(λ) = λ. */
export function spectralSum(quadrature: SpectralQuadrature, f: (eigenvalue: number) => number): Estimate {
  const sums = quadrature.probes.map(({ nodes, weights }) => {
    return quadrature.dimension * nodes.reduce((sum, node, j) => sum + weights[j] * f(node), 0);
  });
  return { value: mean(sums), standardError: Math.sqrt(variance(sums) / sums.length) };
}

/** How many eigenvalues lie in [low, high]. */
export function eigenvalueCount(quadrature: SpectralQuadrature, low: number, high: number): Estimate {
  return spectralSum(quadrature, (x) => (x >= low && x <= high ? 1 : 0));
}

/**
 * The density (of total mass 1) at the given points, convolved with a Gaussian of standard deviation `width`, in the
 * units of the eigenvalues.
 */
export function smoothedDensity(
  quadrature: SpectralQuadrature,
  points: Float64Array,
  width: number,
): { readonly density: Float64Array; readonly standardError: Float64Array } {
  if (!(width > 0)) throw new RangeError(`smoothedDensity: width must be > 0, got ${width}`);
  const factor = 1 / (quadrature.dimension * width * Math.sqrt(2 * Math.PI));
  const at = Array.from(points, (x) => {
    return spectralSum(quadrature, (node) => factor * Math.exp(-0.5 * ((x - node) / width) ** 2));
  });
  return {
    density: Float64Array.from(at, ({ value }) => value),
    standardError: Float64Array.from(at, ({ standardError }) => standardError),
  };
}
