import type { Complex } from "./complex.ts";
import type { BifurcationType, NormalForm } from "./normal-form.ts";
import type { OrbitStability } from "./orbit-stability.ts";

/** One orbit of a branch. */
export interface BranchPoint {
  readonly value: number;
  readonly points: readonly Float64Array[];
  /** √(mean ‖x_k‖²). */
  readonly norm: number;
  /** max_k ‖F(x_k) − x_{k+1}‖. */
  readonly residual: number;
  /** Without those of the family, largest modulus first. */
  readonly multipliers: readonly Complex[];
  readonly familyDimension: number;
  readonly stability: OrbitStability;
  /** Whether all multipliers were computed. */
  readonly complete: boolean;
}

/** An orbit where the branch bifurcates or meets a kink. */
export interface SpecialPoint extends BranchPoint {
  readonly type: BifurcationType;
  /** φ in (0, π) of a Neimark–Sacker pair e^{±iφ}. */
  readonly angle: number | null;
  /** How many multipliers (pairs of them for neimark-sacker) cross at once. */
  readonly multiplicity: number;
  readonly normalForm: NormalForm | null;
  /** Of a border collision: which point of the orbit meets which kink. */
  readonly collision: { readonly point: number; readonly kink: number } | null;
}

/**
 * Why a branch goes no further. "dead": the orbit entered what the caller calls dead; "period-halved": the orbit of even
 * period met one of half of it (the flip it comes from, or another); "border-collision": no orbit beyond a kink;
 * "origin": the branch starts here, at the special point it was switched from.
 */
export interface BranchEnd {
  readonly kind:
    | "range-end"
    | "diverged"
    | "dead"
    | "closed"
    | "period-halved"
    | "border-collision"
    | "origin"
    | "max-points"
    | "stalled";
  readonly value: number;
  readonly reason: string;
}

/** Orbits of one period along a curve in the parameter, in order. */
export interface Branch {
  readonly period: number;
  readonly points: readonly BranchPoint[];
  /** In the order met along the branch. */
  readonly specialPoints: readonly SpecialPoint[];
  /** Of its first and of its last point. */
  readonly ends: readonly [BranchEnd, BranchEnd];
  /** The branch and the special point on it where this one begins; null for the one that was asked for. */
  readonly origin: { readonly branch: number; readonly specialPoint: number } | null;
}
