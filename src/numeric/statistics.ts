import { betaComplementQuantile, betaQuantile } from "./incomplete-beta.ts";
import { studentQuantile } from "./quantiles.ts";

/** The arithmetic mean; NaN of nothing. */
export function mean(values: ArrayLike<number>): number {
  const n = values.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i];
  const first = sum / n;
  let rest = 0;
  for (let i = 0; i < n; i++) rest += values[i] - first;
  return Number.isFinite(rest) ? first + rest / n : first;
}

/** The unbiased sample variance (divisor n − 1), two passes; NaN for fewer than two values. */
export function variance(values: ArrayLike<number>): number {
  const n = values.length;
  if (n < 2) return Number.NaN;
  const centre = mean(values);
  let sum = 0;
  for (let i = 0; i < n; i++) sum += (values[i] - centre) ** 2;
  return sum / (n - 1);
}

/** Mean of a stationary series with an error estimate from means of consecutive batches. */
export interface BatchMeans {
  readonly mean: number;
  /** Of `mean`: the standard deviation of the batch means over √batches. */
  readonly standardError: number;
  readonly degreesOfFreedom: number;
  readonly batches: number;
  readonly batchLength: number;
  /** Of the batch means; beyond ±2/√batches they are not independent and the error is underestimated. */
  readonly lag1Autocorrelation: number;
  /** Whether `lag1Autocorrelation` ≤ 2/√batches: the batches are long enough to trust the error. */
  readonly independent: boolean;
}

/**
 * Batch means of a stationary series (Law, Carson 1979): cut it into `batches` equal consecutive pieces (default 32; a
 * rest shorter than a batch is dropped from the front), average each, treat the averages as independent.
 * @throws RangeError when there are fewer than two batches or fewer values than batches.
 */
export function batchMeans(values: ArrayLike<number>, options: { readonly batches?: number } = {}): BatchMeans {
  const { batches = 32 } = options;
  if (!Number.isInteger(batches) || batches < 2 || values.length < batches) {
    throw new RangeError(`batchMeans: need 2 ≤ batches ≤ ${values.length} values, got ${batches} batches`);
  }
  const batchLength = Math.floor(values.length / batches);
  const skip = values.length - batches * batchLength;
  const means = new Float64Array(batches);
  for (let j = 0; j < batches; j++) {
    let sum = 0;
    for (let i = 0; i < batchLength; i++) sum += values[skip + j * batchLength + i];
    means[j] = sum / batchLength;
  }
  const lag1 = lag1Autocorrelation(means);
  return {
    mean: mean(means),
    standardError: Math.sqrt(variance(means) / batches),
    degreesOfFreedom: batches - 1,
    batches,
    batchLength,
    lag1Autocorrelation: lag1,
    independent: lag1 <= 2 / Math.sqrt(batches),
  };
}

/** Σ(x_i − x̄)(x_{i+1} − x̄) / Σ(x_i − x̄)²; 0 for a constant series. */
export function lag1Autocorrelation(values: ArrayLike<number>): number {
  const centre = mean(values);
  let square = 0;
  let product = 0;
  for (let i = 0; i < values.length; i++) {
    const t = values[i] - centre;
    square += t * t;
    if (i > 0) product += t * (values[i - 1] - centre);
  }
  return square > 0 ? product / square : 0;
}

/** Half the width of Student's two-sided interval: t_{(1+confidence)/2, dof} × standard error. */
export function studentHalfWidth(standardError: number, degreesOfFreedom: number, confidence: number): number {
  return studentQuantile((1 + confidence) / 2, degreesOfFreedom) * standardError;
}

/**
 * The jackknife's standard error √((P−1)/P · Σ(v_i − v̄)²) of a statistic of P independent parts, from its P values v_i with one
 * part left out (Efron, Tibshirani, An Introduction to the Bootstrap, ch. 11). NaN for fewer than two.
 */
export function jackknifeError(leftOut: ArrayLike<number>): number {
  const n = leftOut.length;
  return n < 2 ? Number.NaN : ((n - 1) / Math.sqrt(n)) * Math.sqrt(variance(leftOut));
}

/**
 * The exact (Clopper–Pearson) interval for a probability after `successes` in `trials` independent trials: it covers
 * with probability ≥ `confidence` whatever the truth is.
 * @throws RangeError for counts that are not integers with 0 ≤ successes ≤ trials ≥ 1, or confidence outside (0, 1).
 */
export function clopperPearson(successes: number, trials: number, confidence: number): [low: number, high: number] {
  const counts = Number.isInteger(successes) && Number.isInteger(trials) && successes >= 0 && successes <= trials;
  if (!counts || trials < 1 || !(confidence > 0 && confidence < 1)) {
    throw new RangeError(`clopperPearson: got ${successes} of ${trials} at confidence ${confidence}`);
  }
  const tail = (1 - confidence) / 2;
  const failures = trials - successes;
  const low = successes === 0 ? 0 : betaQuantile(tail, successes, failures + 1);
  const high = failures === 0 ? 1 : betaComplementQuantile(tail, failures, successes + 1);
  return [low, high];
}

/** Mean, variance and the half-width of a one-sided bound on the expectation. */
export interface EmpiricalBernstein {
  readonly mean: number;
  readonly variance: number;
  readonly halfWidth: number;
}

/**
 * The empirical Bernstein bound (Maurer, Pontil, COLT 2009, Theorem 4) for independent values in [low, high]:
 * E X ≤ mean + halfWidth with probability ≥ confidence, and likewise E X ≥ mean − halfWidth (each side by itself), where
 * halfWidth = √(2V ln(2/δ)/n) + 7(high − low) ln(2/δ)/(3(n − 1)), δ = 1 − confidence, V the sample variance.
 * @throws RangeError for fewer than two values, a value outside the range, or confidence outside (0, 1).
 */
export function empiricalBernstein(
  values: ArrayLike<number>,
  options: { readonly low: number; readonly high: number; readonly confidence: number },
): EmpiricalBernstein {
  const { low, high, confidence } = options;
  const n = values.length;
  if (n < 2 || !(confidence > 0 && confidence < 1)) {
    throw new RangeError(`empiricalBernstein: need ≥ 2 values and confidence in (0, 1), got ${n} and ${confidence}`);
  }
  for (let i = 0; i < n; i++) {
    if (!(values[i] >= low && values[i] <= high)) {
      throw new RangeError(`empiricalBernstein: value ${values[i]} at ${i} is outside [${low}, ${high}]`);
    }
  }
  const spread = variance(values);
  const log = Math.log(2 / (1 - confidence));
  const halfWidth = Math.sqrt((2 * spread * log) / n) + (7 * (high - low) * log) / (3 * (n - 1));
  return { mean: mean(values), variance: spread, halfWidth };
}
