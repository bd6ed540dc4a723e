import { networkProblem } from "../network/index.ts";
import type { Problem } from "../program/index.ts";

/**
 * The example of Crăciun and Ghoshdastidar (NeurIPS 2025, Figs. 3 and 4): f(x) = ReLU(θ₂ ReLU(θ₁ x)) on the samples
 * (0.9, 0.9) and (2.5, 2.5), half squared error, the first sample with probability p. For θ₁, θ₂ > 0 gradient descent is
 * u′ = u − h(uv − 1)v, v′ = v − h(uv − 1)u with h = (0.81p + 6.25(1 − p))η; its minima are θ₁θ₂ = 1, numbered by
 * s = θ₁² + θ₂² ≥ 2. (The loss printed there, 3.53(1 − θ₁θ₂)², is twice the one for which its figures hold.)
 */
export interface TwoWeightNetwork {
  readonly problem: Problem;
  /** The minimum with θ₁ ≥ θ₂ and θ₁² + θ₂² = s. */
  minimum(s: number): Float64Array;
  /** μ = log|1 − ηHs|, nats per step. */
  mu(stepSize: number, s: number): number;
  /** λ of SGD with batch size 1, with replacement: p log|1 − 0.81ηs| + (1 − p) log|1 − 6.25ηs|. */
  lambda(stepSize: number, s: number): number;
}

const first = 0.9 ** 2;
const second = 2.5 ** 2;

export function twoWeightNetwork(p = 0.5): TwoWeightNetwork {
  const mean = first * p + second * (1 - p);
  const layer = { type: "dense", units: 1, bias: false, activation: "relu" } as const;
  const samples = Float64Array.of(0.9, 2.5);
  return {
    problem: networkProblem(
      { input: [1], layers: [layer, layer] },
      { type: "mse", scale: 0.5 },
      { inputs: samples, targets: samples, sampleCount: 2, weights: [p, 1 - p] },
    ),
    minimum(s) {
      const u = Math.sqrt((s + Math.sqrt(s * s - 4)) / 2);
      return Float64Array.of(u, 1 / u);
    },
    mu: (stepSize, s) => Math.log(Math.abs(1 - stepSize * mean * s)),
    lambda: (stepSize, s) =>
      p * Math.log(Math.abs(1 - stepSize * first * s)) + (1 - p) * Math.log(Math.abs(1 - stepSize * second * s)),
  };
}

/**
 * The stable s of the two panels of the paper's Fig. 4, to all digits of a double. The second SGD window of the first
 * panel lies outside the paper's plot.
 */
export const figure4 = [
  {
    stepSize: 0.15,
    p: 0.5,
    gd: [[2, 3.77714825306893]],
    sgd: [
      [2, 2.63589775852754],
      [6.66122158303624, 9.29711934156379],
    ],
  },
  { stepSize: 0.3, p: 0.58, gd: [[2, 2.15415104907156]], sgd: [[2.5372487053462, 4.9985636193533]] },
] as const;

/** Step sizes, p = ½, at which the balanced minimum (s = 2) is stable. */
export const balancedMinimum = {
  gd: [[0, 0.28328611898017]],
  sgd: [
    [0, 0.19769233188957],
    [0.49959161872772, 0.69728395061728],
  ],
  meanSquare: [[0, 0.17775047458873]],
} as const;

/** What gradient descent, p = ½, does beyond: step sizes of the flips on the diagonal, of the fold to period 3, and of the first deaths. */
export const cascade = {
  flips: [0.28328611898, 0.350160900142, 0.364881516851],
  period3Fold: 0.41088979164,
  death: 0.45271280775,
} as const;

/**
 * For h > 1 the 2-cycle (a, a) ↔ (b, b) on the diagonal: r + 1/r = 1 + h, a = 1/√(hr), b = √(r/h). Multipliers of two
 * steps: 9 − 2(1 + h)² along the diagonal, 3 − 2h across it.
 */
export function twoCycle(h: number) {
  const t = 1 + h;
  const r = (t + Math.sqrt(t * t - 4)) / 2;
  return { a: 1 / Math.sqrt(h * r), b: Math.sqrt(r / h), multipliers: [9 - 2 * t * t, 3 - 2 * h] as const };
}
