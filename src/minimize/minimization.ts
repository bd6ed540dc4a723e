/** Where a minimisation stands, at one point θ. */
export interface Progress {
  readonly step: number;
  /** L(θ), without weight decay. */
  readonly loss: number;
  /** ‖∇F(θ)‖ of F = L + w/2‖θ‖². */
  readonly gradientNorm: number;
}

/** What `minimize` found. */
export interface Minimization {
  readonly status: "converged" | "stalled" | "diverged";
  /** The last point (the last finite one when diverged). */
  readonly theta: Float64Array;
  /** L(θ), without weight decay. */
  readonly loss: number;
  /** F(θ) = L(θ) + w/2‖θ‖², what was minimised. */
  readonly value: number;
  /** ‖∇F(θ)‖. */
  readonly gradientNorm: number;
  /** Points accepted after the start. */
  readonly steps: number;
  /** One sentence with the numbers that ended the search. */
  readonly reason: string;
}

/** Options with their defaults filled in. */
export interface Settings {
  readonly tolerance: number;
  readonly gradientTolerance: number;
  readonly maxSteps: number;
  readonly initialDamping: number;
  readonly onProgress: (progress: Progress) => void;
}

/** Past this ‖θ‖ the walk counts as diverged. */
export const ESCAPE_RADIUS = 1e12;
