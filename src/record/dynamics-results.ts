import type { Interval } from "./stability-results.ts";

/** A complex number as [re, im]. */
export type Complex = readonly [number, number];

export type OrbitStability = "stable" | "unstable" | "marginal";

export interface OrbitResult {
  readonly period: number;
  /** θ only, one row a point of the orbit. */
  readonly points: readonly (readonly number[])[];
  /** Of the map of the full state, largest modulus first. */
  readonly multipliers: readonly Complex[];
  readonly stability: OrbitStability;
  readonly residual: number;
  /** The file of its certificate, relative to the run folder, whether or not one was written; null: not proved. */
  readonly proof: string | null;
  /** What was proved; null: nothing. */
  readonly enclosure: OrbitEnclosure | null;
}

/** What interval arithmetic proves of an orbit of the full state, one step (of an epoch: one batch) after the other. */
export interface OrbitEnclosure {
  /** One interval for each coordinate of each point: in these boxes there is exactly one orbit. */
  readonly boxes: readonly (readonly Interval[])[];
  /** It lies here. */
  readonly points: readonly (readonly Interval[])[];
  /** Clusters of discs, each with as many multipliers as discs; empty when they could not be enclosed. */
  readonly multipliers: readonly (readonly MultiplierDisc[])[];
  readonly stability: ProvedStability;
  /** Why the stability is undecided; else empty. */
  readonly reason: string;
}

export type ProvedStability = "stable" | "unstable" | "undecided";

export interface MultiplierDisc {
  readonly re: number;
  readonly im: number;
  readonly radius: number;
}

/** What an interval search says of all orbits of one minimal period with every point in a box. */
export interface BoxSearchResult {
  readonly box: readonly Interval[];
  readonly period: number;
  /** Whether the proved orbits are provably all. */
  readonly complete: boolean;
  /** Boxes looked at, and boxes left where further orbits may be. */
  readonly examined: number;
  readonly undecided: number;
  /** Some of those left, each with its side for every coordinate of every point. */
  readonly left: readonly (readonly (readonly Interval[])[])[];
}

export type BifurcationType = "fold" | "flip" | "neimark-sacker" | "pitchfork" | "transcritical" | "border-collision";

export interface BranchPoint {
  readonly stepSize: number;
  /** The continued parameter when it is not the step size. */
  readonly parameter: number | null;
  readonly norm: number;
  readonly multipliers: readonly Complex[];
}

export interface SpecialPoint {
  readonly type: BifurcationType;
  readonly stepSize: number;
  readonly parameter: number | null;
  readonly norm: number | null;
  /** Of a Neimark–Sacker pair e^{±iφ}. */
  readonly angle: number | null;
  /** Null where there is none: at a border collision, where several multipliers cross at once, or undetermined. */
  readonly normalForm: NormalFormResult | null;
}

/** The coefficient on the centre manifold, critical vector of length 1, and how far its digits may be off. */
export interface NormalFormResult {
  readonly coefficient: number;
  readonly error: number;
  /** Whether what is born is stable within the critical directions; null at folds and transcritical points. */
  readonly criticality: "supercritical" | "subcritical" | "undetermined" | null;
}

/** Why a branch goes no further: "range-end", "diverged", "dead", "closed", "period-halved", "border-collision", … */
export interface BranchEnd {
  readonly kind: string;
  readonly value: number;
  readonly reason: string;
}

/** A part of a branch that is proved to exist, unique in the boxes of its certificate, at every value of `range`. */
export interface ProvedStretchResult {
  readonly range: Interval;
  /** What is proved of its stability, neighbour after neighbour. */
  readonly stability: readonly { readonly range: Interval; readonly kind: "stable" | "unstable" | "undecided" }[];
  /** Into how many intervals the range was cut. */
  readonly segments: number;
  /** The certificate's file. */
  readonly proof: string;
}

export interface BranchResult {
  readonly period: number;
  readonly points: readonly BranchPoint[];
  readonly specialPoints: readonly SpecialPoint[];
  /** Of its first and of its last point. */
  readonly ends: readonly BranchEnd[];
  /** Null, or absent in older records, where no proof was asked for. */
  readonly proved?: readonly ProvedStretchResult[] | null;
}

export interface BifurcationCurvePoint {
  /** Of the continued parameter and of the second one. */
  readonly first: number;
  readonly second: number;
  readonly norm: number;
  readonly angle: number | null;
  readonly coefficient: number | null;
}

/** Where a bifurcation of an orbit lies in two parameters. */
export interface BifurcationCurveResult {
  readonly type: BifurcationType;
  readonly period: number;
  readonly points: readonly BifurcationCurvePoint[];
  /** Of its first and of its last point: "range-end", "closed", … */
  readonly ends: readonly string[];
}

/** A Lyapunov exponent in nats per step; −∞ is `value: null, superstable: true`. */
export interface ExponentResult {
  readonly value: number | null;
  readonly superstable: boolean;
  readonly confidence95: Interval | null;
}

export type FateKind = "diverged" | "dead" | "converged" | "periodic" | "stalled" | "wandering";

export interface FateResult {
  readonly kind: FateKind;
  readonly step: number;
  readonly period: number | null;
}

/** A number that sums up a picture: a dimension, an entropy. Null when it could not be had. */
export interface Measure {
  readonly name: string;
  readonly value: number | null;
  readonly confidence95: Interval | null;
}
