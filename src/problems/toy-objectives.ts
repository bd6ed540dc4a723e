import { formulaProblem, type Problem } from "../program/index.ts";

/**
 * The toy of Wu, Ma and E (NeurIPS 2018): two minima of the same sharpness, x = 0 where the samples agree and x = 1 where
 * they do not. GD keeps both at η = 0.7, SGD (batch 1) only x = 0.
 */
export function wuMaE(): Problem {
  return formulaProblem({ parameters: ["x"], samples: ["min(x^2, 0.1*(x-1)^2)", "min(x^2, 1.9*(x-1)^2)"] });
}

/** At η = 0.7: μ = log|1 − 2η| at both minima; λ = μ at 0, ½(log|1 − 0.2η| + log|1 − 3.8η|) at 1. */
export const wuMaEValues = {
  stepSize: 0.7,
  minima: [
    { x: 0, mu: -0.9162907318741553, lambda: -0.9162907318741553 },
    { x: 1, mu: -0.9162907318741553, lambda: 0.17799735631693397 },
  ],
} as const;

/**
 * L = (1 − r)θ²/2 + rθ³/3: gradient descent with η = 1 is exactly the logistic map θ ↦ rθ(1 − θ), so every textbook value
 * of that map holds for it (Strogatz, Nonlinear Dynamics and Chaos, chapter 10).
 */
export function logisticBridge(r: number): Problem {
  return formulaProblem({ parameters: ["theta"], samples: [`(1 - ${r})*theta^2/2 + ${r}*theta^3/3`] });
}

/**
 * The logistic map: superstable fixed point at r = 2, flips at r = 3, 1 + √6, 3.5440903596, 3.5644072661; period-2
 * multiplier 4 + 2r − r²; exponent ln 2 at r = 4.
 */
export const logisticValues = {
  flips: [3, 1 + Math.sqrt(6), 3.5440903596, 3.5644072661],
  exponentAt4: Math.LN2,
  twoCycle(r: number): { readonly points: readonly [number, number]; readonly multiplier: number } {
    const root = Math.sqrt((r - 3) * (r + 1));
    return { points: [(r + 1 - root) / (2 * r), (r + 1 + root) / (2 * r)], multiplier: 4 + 2 * r - r * r };
  },
} as const;

/**
 * Fig. 1 of Crăciun and Ghoshdastidar: ½θ⁴ − 3θ² + 8 for |θ| ≤ 2, θ² outside. The outer pieces have H = 2, so η = ½ sends
 * each of them to 0; η = ¼ is non-singular.
 */
export function paperFigure1(): Problem {
  return formulaProblem({
    parameters: ["theta"],
    samples: ["if(abs(theta) <= 2, theta^4/2 - 3*theta^2 + 8, theta^2)"],
  });
}
