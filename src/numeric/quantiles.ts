import { erf, erfc } from "./error-function.ts";
import { betaComplementQuantile, betaQuantile, incompleteBeta } from "./incomplete-beta.ts";

/**
 * The z with Φ(z) = p for the standard normal distribution function Φ; ∓∞ at p = 0, 1. Halley's iteration, on erf − (2p − 1)
 * in the middle and on erfc in the tail. Error ≤ 2e-15 relative in z (p > ½ is read as the double it is).
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`normalQuantile: p must be in [0, 1], got ${p}`);
  if (p === 0 || p === 1) return p === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (p > 0.5) return -normalQuantile(1 - p);
  let z = tailGuess(p);
  for (let i = 0; i < 8; i++) {
    const density = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
    const excess = p > 0.25 ? 0.5 * erf(z * Math.SQRT1_2) + (0.5 - p) : 0.5 * erfc(-z * Math.SQRT1_2) - p;
    const error = excess / density;
    const step = error / (1 + 0.5 * z * error);
    z -= step;
    if (Math.abs(step) <= 1e-9 * Math.abs(z)) break; // cubic convergence: the next step would be below rounding
  }
  return z;
}

/** Hastings' approximation of the lower tail (Abramowitz, Stegun 26.2.23), error ≤ 4.5e-4. */
function tailGuess(p: number): number {
  const t = Math.sqrt(-2 * Math.log(p));
  const top = 2.515517 + t * (0.802853 + t * 0.010328);
  return top / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t;
}

/**
 * The t with P(T ≤ t) = p for Student's distribution with `dof` > 0 degrees of freedom (need not be an integer).
 * From the quantile of the beta distribution, on its accurate side. Error ≤ 1e-14 relative for dof ≤ 1e4.
 */
export function studentQuantile(p: number, dof: number): number {
  if (!(p >= 0 && p <= 1 && dof > 0)) {
    throw new RangeError(`studentQuantile: expected p in [0, 1] and dof > 0, got ${p} and ${dof}`);
  }
  if (dof === Number.POSITIVE_INFINITY) return normalQuantile(p);
  if (p === 0 || p === 1) return p === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const tail = Math.min(p, 1 - p);
  const t = tail > 0.25 ? centralT(1 - 2 * tail, dof) : tailT(2 * tail, dof);
  return p < 0.5 ? -t : t;
}

/** P(|T| ≤ t) = I_{t²/(ν+t²)}(½, ν/2). */
function centralT(inside: number, dof: number): number {
  const y = betaQuantile(inside, 0.5, dof / 2);
  return Math.sqrt((dof * y) / (1 - y));
}

/** P(|T| > t) = I_x(ν/2, ½) with x = ν/(ν+t²); the smaller of x and y = 1 − x is solved for. */
function tailT(outside: number, dof: number): number {
  if (incompleteBeta(0.5, dof / 2, 0.5) < outside) {
    const y = betaComplementQuantile(outside, dof / 2, 0.5);
    return Math.sqrt((dof * y) / (1 - y));
  }
  const x = betaQuantile(outside, dof / 2, 0.5);
  return Math.sqrt((dof * (1 - x)) / x);
}
