import { gershgorin } from "./gershgorin.ts";
import type { IntervalMatrix } from "./interval-matrix.ts";
import { symmetricSpectrum } from "./symmetric-spectrum.ts";

/**
 * An upper bound of the largest eigenvalue of every symmetric matrix in A: the better of Gershgorin's discs and the
 * enclosed spectrum. NaN when A is undefined, ∞ when unbounded. (Lanczos would bound it from below, never from above.)
 */
export function largestEigenvalueBound(a: IntervalMatrix): number {
  const rough = gershgorin(a).hi;
  if (!Number.isFinite(rough)) return rough;
  const spectrum = symmetricSpectrum(a);
  return spectrum.status === "enclosed" ? Math.min(rough, spectrum.values.hi[0]) : rough;
}
