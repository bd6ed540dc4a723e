/** Which average of the iterates is kept: θ̄ = θ up to step `start`, then the mean of what follows, or θ̄ ← γθ̄ + (1 − γ)θ. */
export type AverageOptions =
  | { readonly type: "polyak"; readonly start: number }
  | { readonly type: "exponential"; readonly decay: number; readonly start: number };

/** The average of the iterates seen so far. */
export interface RunningAverage {
  readonly theta: Float64Array;
  /** To be called with θ_t for t = 0, 1, 2, … in turn. */
  see(t: number, theta: Float64Array): void;
}

/**
 * Keeps an average beside the iterates. The mean is updated as θ̄ ← θ̄ + (θ − θ̄)/k, so nothing grows with the number of
 * steps. Cost 3n a step, memory n.
 */
export function runningAverage(n: number, options: AverageOptions): RunningAverage {
  const average = new Float64Array(n);
  const { start } = options;
  return {
    theta: average,
    see(t, theta) {
      if (t <= start) {
        average.set(theta);
        return;
      }
      const share = options.type === "polyak" ? 1 / (t - start) : 1 - options.decay;
      for (let i = 0; i < n; i++) average[i] += share * (theta[i] - average[i]);
    },
  };
}
