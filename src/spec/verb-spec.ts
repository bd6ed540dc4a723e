import type { LawSpec } from "./optimizer-spec.ts";

export type Range = readonly [number, number];

/** Values of one number of the experiment file: a list, or `count` points of `range`, ends included. */
export type AxisSpec =
  | { readonly path: string; readonly values: readonly unknown[] }
  | { readonly path: string; readonly range: Range; readonly count: number; readonly scale: "linear" | "log" };

export interface StabilitySpec {
  /** Steps of the product whose growth is measured. */
  readonly steps: number;
  /** Limit for going on until `tolerance` is reached. */
  readonly maxSteps: number;
  /** Half-width of the 95 % interval of λ. */
  readonly tolerance: number;
  readonly burnIn: number;
  /** An NTK eigenvalue counts towards the rank above this fraction of the largest. */
  readonly rankTolerance: number;
  readonly interpolationTolerance: number;
  readonly stepSizes: { readonly range?: Range; readonly count: number };
  /** Other batch laws to compare. */
  readonly laws?: "all" | readonly LawSpec[];
  /** How many exponents of the batch products to find, not only the largest. */
  readonly spectrum?: number;
}

export type PhaseQuantity = "mu" | "lambda" | "meanSquare";

export interface PhaseSpec {
  readonly x: AxisSpec;
  readonly y: AxisSpec;
  readonly quantities: readonly PhaseQuantity[];
  readonly steps: number;
}

export interface CertifySpec {
  /** Pieces of analyticity examined one by one when no theorem covers all. */
  readonly pieces: number;
  readonly trials: number;
  /** Where the piece is taken; default: the minimum. */
  readonly point?: readonly number[];
}

export interface OrbitsSpec {
  readonly period: number;
  readonly starts: number;
  readonly tolerance: number;
  readonly prove: boolean;
  /** One interval a coordinate: prove that no other orbit is in this box. */
  readonly box?: readonly Range[];
}

export interface ContinueSpec {
  readonly period: number;
  /** Path of a number of the experiment file. */
  readonly parameter: string;
  readonly range: Range;
  readonly maxPoints: number;
  readonly switchBranches: boolean;
  /** Prove the branches over whole intervals of the number. */
  readonly prove: boolean;
  /** A second number: the folds, flips and Neimark–Sacker points found are followed in both. */
  readonly second?: { readonly path: string; readonly range: Range };
}

export interface BifurcationSpec {
  readonly parameter: string;
  readonly range: Range;
  readonly count: number;
  readonly transient: number;
  readonly keep: number;
  /** "loss", "norm" or "theta[i]". */
  readonly observe: string;
}

export interface LyapunovSpec {
  readonly count: number;
  readonly steps: number;
  readonly transient: number;
  /** RDS sharpness over so many late iterates and batches; probes where singular values are too many to be formed. */
  readonly sharpness?: { readonly iterates: number; readonly batches: number; readonly probes: number };
}

/** One axis of a plane in parameter space: a coordinate, or a direction through `parameters`. */
export type PlaneAxisSpec =
  | { readonly index: number; readonly range: Range; readonly count: number }
  | { readonly direction: readonly number[]; readonly range: Range; readonly count: number };

/** Of the verbs basins and regions. */
export interface PlaneSpec {
  readonly x: PlaneAxisSpec;
  readonly y: PlaneAxisSpec;
  readonly steps: number;
}

export interface TrainSpec {
  readonly steps: number;
  /** Steps between two observations; the last step is always observed. */
  readonly every: number;
  /** How many Hessian eigenvalues. */
  readonly top: number;
}

export type SweepableVerb =
  | "check"
  | "stability"
  | "certify"
  | "orbits"
  | "continue"
  | "bifurcation"
  | "lyapunov"
  | "basins"
  | "regions"
  | "train";

/** Figures of arXiv 2510.24466 that can be computed again. */
export type FigureName = "fig1" | "fig3" | "fig4";

export interface ReproduceSpec {
  readonly figure: FigureName;
}

export interface SweepSpec {
  readonly verb: SweepableVerb;
  readonly axes: readonly AxisSpec[];
  readonly replicas: number;
}
