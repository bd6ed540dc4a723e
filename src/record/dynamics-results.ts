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
  readonly proof: string | null;
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
}

export interface BranchResult {
  readonly period: number;
  readonly points: readonly BranchPoint[];
  readonly specialPoints: readonly SpecialPoint[];
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
