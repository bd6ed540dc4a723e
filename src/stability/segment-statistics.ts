import { lag1Autocorrelation, mean, variance } from "../numeric/index.ts";

/** Segments a chain into which a measurement is merged. */
export const SEGMENTS = 16;

export interface SegmentStatistics {
  readonly value: number;
  readonly standardError: number;
  readonly degreesOfFreedom: number;
  readonly lag1Autocorrelation: number;
  /** Whether the merged segments pass as independent; if not, the standard error was enlarged for it. */
  readonly independent: boolean;
}

/**
 * Mean and standard error of a stationary variable from the means of equal segments of several chains.
 *
 * Segments are merged to 16 a chain, then 8, then 4, while the lag-1 autocorrelation of all exceeds 2/√count; what is
 * left of it at 4 enlarges the error by √((1 + ρ)/(1 − ρ)). The controls (same shape) have mean exactly 0: the part of
 * the values that goes with them, by least squares, is taken out.
 */
export function segmentStatistics(
  chains: readonly (readonly number[])[],
  controls: readonly (readonly number[])[],
): SegmentStatistics {
  for (let perChain = SEGMENTS; ; perChain /= 2) {
    const { values, dof } = regressOut(
      chains.flatMap((segments) => merge(segments, perChain)),
      controls.flatMap((segments) => merge(segments, perChain)),
    );
    const lag1 = lag1Autocorrelation(values);
    const independent = lag1 <= 2 / Math.sqrt(values.length);
    if (!independent && perChain > 4) continue;
    const left = Math.min(lag1, 0.9);
    const inflation = independent ? 1 : Math.sqrt((1 + left) / (1 - left));
    return {
      value: mean(values),
      standardError: inflation * Math.sqrt(((values.length - 1) * variance(values)) / (dof * values.length)),
      degreesOfFreedom: dof,
      lag1Autocorrelation: lag1,
      independent,
    };
  }
}

/** Means of `count` equal runs of consecutive segments. */
function merge(values: readonly number[], count: number): number[] {
  const run = values.length / count;
  return Array.from({ length: count }, (_, j) => mean(values.slice(j * run, (j + 1) * run)));
}

/** y − βx with the β of least squares: x has mean 0, so the mean of y is kept while what goes with x is removed. */
function regressOut(y: readonly number[], x: readonly number[]): { readonly values: number[]; readonly dof: number } {
  const centre = { x: mean(x), y: mean(y) };
  let square = 0;
  let product = 0;
  for (let j = 0; j < x.length; j++) {
    square += (x[j] - centre.x) ** 2;
    product += (x[j] - centre.x) * (y[j] - centre.y);
  }
  if (!(square > 1e-20)) return { values: [...y], dof: y.length - 1 };
  const beta = product / square;
  return { values: y.map((value, j) => value - beta * x[j]), dof: y.length - 2 };
}
