import type { Matrix } from "../numeric/index.ts";

/**
 * An average kept beside the iterates: "polyak" the mean of all θ_1 … θ_t, "exponential" θ̄ ← γθ̄ + (1 − γ)θ with γ =
 * `decay`. It does not act back on θ.
 */
export type Averaging = { readonly type: "polyak" } | { readonly type: "exponential"; readonly decay: number };

/**
 * The exponent of (θ, θ̄) from that of θ, for μ, λ and the mean square alike.
 *
 * Exponential: the lifted step is block triangular, with the step of θ and γI on the diagonal, so its exponents are those
 * of θ and log γ (Oseledets for triangular cocycles), and of the second moment ρ = max(ρ(Q), γρ(E A), γ²) = max(ρ(Q), γ²),
 * for ρ(E A)² ≤ ρ(Q). Polyak: Σ δ_s converges almost surely when the exponent is negative, so θ̄ closes in like 1/t,
 * exponent 0; when it is positive the average grows with the iterates.
 */
export function averagedExponent(exponent: number, averaging: Averaging): number {
  return Math.max(exponent, averaging.type === "polyak" ? 0 : Math.log(averaging.decay));
}

/**
 * Where residuals are left and θ wanders with covariance Σ = E[(I − ηH_B) Σ (I − ηH_B)] + η²G around the point, in the
 * eigenbasis of H (κ_a its eigenvalues, d_a = 1 − ηκ_a): the noise that drives θ has covariance N_ab = Σ_ab (1 − d_a d_b)/η²,
 * uncorrelated in time, so
 *
 *   Polyak:       t · Cov θ̄_t → H⁻¹ N H⁻¹               (Polyak and Juditsky 1992; here with multiplicative noise in N)
 *   exponential:  Cov θ̄ = (1 − γ)²/(1 − γ²) [1 + γd_a/(1 − γd_a) + γd_b/(1 − γd_b)] Σ_ab, stationary.
 *
 * Returns the trace, of t · Cov for "polyak".
 */
export function averagedTrace(
  covariance: Matrix,
  eigenvalues: Float64Array,
  stepSize: number,
  averaging: Averaging,
): number {
  let trace = 0;
  for (let a = 0; a < eigenvalues.length; a++) {
    const variance = covariance.data[a * covariance.cols + a];
    const d = 1 - stepSize * eigenvalues[a];
    if (averaging.type === "polyak") {
      trace += (variance * (1 - d * d)) / (stepSize * eigenvalues[a]) ** 2;
    } else {
      const { decay } = averaging;
      const memory = (decay * d) / (1 - decay * d);
      trace += ((1 - decay) / (1 + decay)) * (1 + 2 * memory) * variance;
    }
  }
  return trace;
}
