import { networkProblem } from "../network/index.ts";
import type { Problem } from "../program/index.ts";

/**
 * The portable test G2: f(x) = ⟨θ, x⟩ with the features (1, 0) and (1, 1), half squared error, uniform weights. Every
 * model whose Jacobian at an interpolating point has these rows has the same exponents and thresholds.
 */
export function g2(): Problem {
  return networkProblem(
    { input: [2], layers: [{ type: "dense", units: 1, bias: false }] },
    { type: "mse", scale: 0.5 },
    { inputs: Float64Array.of(1, 0, 1, 1), targets: Float64Array.of(1, -1), sampleCount: 2 },
  );
}

/** The minimum of `g2`, θ = (1, −2), and what is known there for batch size 1 with replacement. */
export const g2Values = {
  theta: [1, -2],
  /** 2/λ_max = 8/(3 + √5). */
  gd: 1.5278640450004,
  meanSquare: 1.131482908179,
  /** Mean-square threshold under importance sampling q_i ∝ ‖x_i‖². */
  meanSquareImportance: 4 / 3,
  /** [η, λ(η)], nats per step. */
  lambda: [
    [0.2, -0.039184466],
    [0.6, -0.128455784],
    [0.8, -0.196500178],
  ],
  /** Bounds of λ(0.2): half the mean log-determinant, and ½ log ρ(Q). */
  boundsAt02: [-0.183492294, -0.03868455],
} as const;
