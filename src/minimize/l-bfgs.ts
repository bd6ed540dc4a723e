import { axpy, dot, norm, scale } from "../numeric/index.ts";
import { lineSearch } from "./line-search.ts";
import type { Minimization, Settings } from "./minimization.ts";
import type { RegularizedLoss } from "./regularized-loss.ts";
import { startWalk, type Walk } from "./walk.ts";

const PAIRS = 20;

/** One step s = Δθ with y = Δ∇F and 1/⟨s, y⟩. */
interface Pair {
  readonly s: Float64Array;
  readonly y: Float64Array;
  readonly rho: number;
}

/** Limited-memory BFGS (Nocedal 1980; Nocedal, Wright, Algorithm 7.4). Overwrites `theta`. */
export function lBfgs(loss: RegularizedLoss, theta: Float64Array, settings: Settings): Minimization {
  const walk = startWalk(loss, theta, settings);
  let pairs: Pair[] = [];
  for (;;) {
    const ended = walk.arrival();
    if (ended) return ended;
    if (walk.gradientIsSmall()) return walk.end("converged", "gradient norm within tolerance");
    const next = searchAlong(loss, walk, direction(walk.gradient, pairs), pairs.length === 0);
    if (!next && pairs.length === 0) return walk.end("stalled", "no decrease along the negative gradient");
    if (!next) {
      pairs = []; // the stored curvature misleads; begin again from steepest descent
      continue;
    }
    const y = next.gradient.slice();
    axpy(-1, walk.gradient, y);
    const curvature = dot(next.step, y);
    if (curvature > 1e-14 * norm(next.step) * norm(y)) {
      pairs = [...pairs, { s: next.step, y, rho: 1 / curvature }].slice(-PAIRS);
    }
    walk.move(next.step, next.value, next.gradient);
  }
}

/** −H∇F by the two-loop recursion, H scaled by ⟨s, y⟩/⟨y, y⟩ of the last pair. */
function direction(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const d = gradient.map((x) => -x);
  const alphas: number[] = [];
  for (let i = pairs.length - 1; i >= 0; i--) {
    const { s, y, rho } = pairs[i];
    alphas[i] = rho * dot(s, d);
    axpy(-alphas[i], y, d);
  }
  const last = pairs.at(-1);
  if (last) scale(1 / (last.rho * dot(last.y, last.y)), d);
  pairs.forEach(({ s, y, rho }, i) => {
    axpy(alphas[i] - rho * dot(y, d), s, d);
  });
  return d;
}

/** The point of the line search, or null when it found none. The first step has length ≤ 1. */
function searchAlong(loss: RegularizedLoss, walk: Walk, d: Float64Array, first: boolean) {
  const slope = dot(d, walk.gradient);
  if (!(slope < 0)) return null;
  const point = new Float64Array(d.length);
  const gradient = new Float64Array(d.length);
  const evaluate = (t: number) => {
    for (let i = 0; i < d.length; i++) point[i] = walk.theta[i] + t * d[i];
    const value = loss.gradient(point, gradient);
    return { value, slope: dot(gradient, d) };
  };
  const found = lineSearch(evaluate, {
    value: walk.value,
    slope,
    initial: first ? Math.min(1, 1 / walk.gradientNorm) : 1,
  });
  if (!found) return null;
  const step = d.map((x) => found.t * x);
  return { step, value: found.value, gradient };
}
