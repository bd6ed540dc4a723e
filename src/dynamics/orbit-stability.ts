import { type Complex, modulus } from "./complex.ts";

export type OrbitStability = "stable" | "unstable" | "marginal";

/** A multiplier is taken for one on the unit circle when its modulus is this close to 1. */
export const marginalWidth = 1e-8;

/**
 * What multipliers (family directions dropped) say: unstable when one is outside the unit circle, marginal when none
 * is but one lies on it (modulus within 1e-8 of 1), else stable.
 */
export function orbitStability(multipliers: readonly Complex[]): OrbitStability {
  const largest = multipliers.reduce((m, value) => Math.max(m, modulus(value)), 0);
  if (Number.isNaN(largest)) throw new RangeError("orbitStability: a multiplier is not a number");
  if (largest > 1 + marginalWidth) return "unstable";
  return largest >= 1 - marginalWidth ? "marginal" : "stable";
}
