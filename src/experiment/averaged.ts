import type { Results } from "../record/index.ts";
import type { RunSpec } from "../spec/index.ts";
import { type Averaging, averagedExponent } from "../stability/index.ts";

/** The average that stability is asked about; when it starts does not matter in the long run. */
export function averagingOf({ optimizer }: RunSpec): Averaging | null {
  const { averaging } = optimizer;
  if (averaging === undefined) return null;
  return averaging.type === "polyak" ? { type: "polyak" } : { type: "exponential", decay: averaging.decay };
}

/** The exponents of the pair (θ, θ̄) from those of the iterate (see `averagedExponent`). */
export function averagingResult(
  spec: RunSpec,
  { mu, lambda, meanSquare }: Partial<Results>,
  varianceRatio: number | null,
): Results["averaging"] {
  const averaging = averagingOf(spec);
  if (averaging === null) return null;
  const of = (value: number | null | undefined, superstable: boolean | undefined) => {
    if (superstable) return averagedExponent(Number.NEGATIVE_INFINITY, averaging);
    return value === null || value === undefined ? null : averagedExponent(value, averaging);
  };
  return {
    type: averaging.type,
    decay: averaging.type === "exponential" ? averaging.decay : null,
    mu: of(mu?.value, mu?.superstable),
    lambda: of(lambda?.value, lambda?.superstable),
    meanSquare: of(meanSquare?.exponent, meanSquare?.superstable),
    varianceRatio,
  };
}
