import { lu, matrix } from "../numeric/index.ts";
import type { SmallFactor } from "./controlled-cocycle.ts";

export interface ProjectiveExponent {
  readonly value: number;
  /** Ten times the change from half as many nodes: an estimate of the discretisation error, not a bound. */
  readonly error: number;
}

/**
 * The top exponent of independent factors in the plane from the Poisson equation on the projective line: with g(u) the mean of
 * log‖Au‖ and P the transition operator of directions, λ is the constant for which h = g − λ + P h has a solution.
 *
 * Collocation on N equidistant angles in [0, π), local interpolation of degree 9, one dense solve; N doubles from 64
 * until the value moves by less than `tolerance`/10, at most to `maxNodes`. Converges like N⁻¹⁰ where no factor is close to
 * singular; elsewhere the solution is rough and the error estimate says so.
 *
 * Cost: N³ and 100·N·factors. Null when a direction on the grid is annihilated or `maxNodes` do not reach `tolerance`.
 */
export function projectiveExponent(
  factors: readonly SmallFactor[],
  tolerance: number,
  maxNodes = 512,
): ProjectiveExponent | null {
  let previous = Number.NaN;
  for (let nodes = 64; nodes <= maxNodes; nodes *= 2) {
    const value = collocate(factors, nodes);
    if (!Number.isFinite(value)) return null;
    const error = 10 * Math.abs(value - previous);
    if (error <= tolerance) return { value, error };
    previous = value;
  }
  return null;
}

function collocate(factors: readonly SmallFactor[], nodes: number): number {
  const n = nodes + 1; // h at the nodes, and λ
  const system = matrix(n, n);
  const growth = new Float64Array(n);
  const spacing = Math.PI / nodes;
  const weights = new Float64Array(WIDTH);
  for (let i = 0; i < nodes; i++) {
    const [x, y] = [Math.cos(i * spacing), Math.sin(i * spacing)];
    system.data[i * n + i] += 1;
    system.data[i * n + nodes] = 1;
    for (const { entries, probability } of factors) {
      const u = entries[0] * x + entries[1] * y;
      const v = entries[2] * x + entries[3] * y;
      growth[i] += probability * Math.log(Math.hypot(u, v));
      const angle = Math.atan2(v, u) / spacing;
      const cell = Math.floor(angle);
      interpolationWeights(angle - cell, weights);
      for (let k = 0; k < WIDTH; k++) {
        const node = (((cell + k - WIDTH / 2 + 1) % nodes) + nodes) % nodes;
        system.data[i * n + node] -= probability * weights[k];
      }
    }
  }
  system.data[nodes * n] = 1; // h is determined up to a constant: h(0) = 0
  return growth.every(Number.isFinite) ? lu(system).solve(growth)[nodes] : Number.NaN;
}

const WIDTH = 10;

/** Lagrange weights at t in [0, 1) for the nodes 1 − WIDTH/2 … WIDTH/2. */
function interpolationWeights(t: number, out: Float64Array): void {
  for (let i = 0; i < WIDTH; i++) {
    const a = i - WIDTH / 2 + 1;
    let weight = 1;
    for (let b = 1 - WIDTH / 2; b <= WIDTH / 2; b++) if (b !== a) weight *= (t - b) / (a - b);
    out[i] = weight;
  }
}
