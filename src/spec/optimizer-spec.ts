export interface ScheduleSpec {
  readonly from: number;
  readonly to: number;
  readonly steps: number;
}

/** η, or η_t at step t: a list is cycled through; a schedule keeps its last value. */
export type StepSizeSpec =
  | number
  | { readonly values: readonly number[] }
  | { readonly cosine: ScheduleSpec }
  | { readonly linear: ScheduleSpec };

/**
 * An average θ̄ of the iterates kept beside them, from θ_start on: "polyak" the mean of the iterates after `start`,
 * "exponential" θ̄ ← γθ̄ + (1 − γ)θ with γ = `decay`. It does not act back on the iterates.
 */
export type AveragingSpec =
  | { readonly type: "polyak"; readonly start: number }
  | { readonly type: "exponential"; readonly decay: number; readonly start: number };

/** What every optimizer may say. */
export interface OptimizerOptions {
  readonly name?: string;
  readonly stepSize: StepSizeSpec;
  /** Coupled (w/2·‖θ‖² is part of what is differentiated) except in adamw. */
  readonly weightDecay: number;
  readonly clipNorm?: number;
  readonly clipValue?: number;
  readonly averaging?: AveragingSpec;
}

export interface DescentSpec extends OptimizerOptions {
  readonly type: "gd" | "sgd" | "signSgd";
}

export interface MomentumSpec extends OptimizerOptions {
  readonly type: "momentum";
  readonly momentum: number;
  readonly dampening: number;
}

export interface NesterovSpec extends OptimizerOptions {
  readonly type: "nesterov";
  readonly momentum: number;
}

export interface AdamSpec extends OptimizerOptions {
  readonly type: "adam" | "adamw" | "amsgrad";
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly biasCorrection: boolean;
}

export interface RmspropSpec extends OptimizerOptions {
  readonly type: "rmsprop";
  readonly beta2: number;
  readonly epsilon: number;
}

export interface AdagradSpec extends OptimizerOptions {
  readonly type: "adagrad";
  readonly epsilon: number;
}

export interface LionSpec extends OptimizerOptions {
  readonly type: "lion";
  readonly beta1: number;
  readonly beta2: number;
}

export interface SamSpec extends OptimizerOptions {
  readonly type: "sam";
  readonly rho: number;
}

export type OptimizerSpec =
  | DescentSpec
  | MomentumSpec
  | NesterovSpec
  | AdamSpec
  | RmspropSpec
  | AdagradSpec
  | LionSpec
  | SamSpec;

export type LawSpec =
  | "with-replacement"
  | "without-replacement"
  | "reshuffle"
  | "shuffle-once"
  | "cyclic"
  | "label-balanced"
  | "antithetic";

export interface BatchSpec {
  readonly size: number;
  readonly law: LawSpec;
  /** Draw by q_i and multiply the step by p_i/q_i: the q_i, or proportional to a norm computed at the minimum. */
  readonly importance?: readonly number[] | "norm" | "ntk";
  /** Whether optimizers other than sgd step with batches too. */
  readonly stochastic: boolean;
}

export interface MinimizeSpec {
  readonly method: "levenberg-marquardt" | "l-bfgs" | "gd";
  /** Target loss. */
  readonly tolerance: number;
  readonly gradientTolerance: number;
  readonly maxSteps: number;
  /** Of "gd" only. */
  readonly stepSize?: number;
}
