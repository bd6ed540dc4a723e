import { axpy, norm } from "../numeric/index.ts";
import { type Deflation, deflation } from "./deflation.ts";
import type { DiscreteMap } from "./discrete-map.ts";
import { escapeRadius } from "./fate.ts";
import { minimalPeriod, orbitSize, type PeriodicOrbit } from "./periodic-orbit.ts";
import { type ShootingOptions, shootingResiduals, shootingSystem } from "./shooting.ts";

export interface OrbitOptions extends ShootingOptions {
  /** Largest ‖F(x_k) − x_{k+1}‖ allowed, relative to 1 + max‖x_k‖. Default 1e-12. */
  readonly tolerance?: number;
  /** Default 60. */
  readonly maxIterations?: number;
  /** Orbits not to be found again. */
  readonly deflate?: readonly PeriodicOrbit[];
}

export type OrbitSearch =
  | { readonly status: "converged"; readonly orbit: PeriodicOrbit; readonly iterations: number }
  | {
      readonly status: "stalled" | "diverged";
      readonly iterations: number;
      readonly residual: number;
      readonly reason: string;
    };

/** Steps shorter than this part of the Newton step are not tried: the direction leads nowhere. */
const shortestFraction = 2 ** -10;
/** Levenberg–Marquardt's λ is at least the square of this. */
const dampingFloor = 1e-11;
/** Extra steps once the tolerance is met: they cost little and square the error. */
const polishingSteps = 2;

/**
 * A periodic orbit near `seed` by Newton's method on multiple shooting, x_{k+1} = F(x_k), k mod p. A seed is one point
 * (iterated p − 1 times) or p points.
 *
 * Each step minimises ‖Jδ + R‖² + λ‖δ_0‖² with λ = (‖R‖/size)²: far away a short step, near by Newton's; where orbits
 * come in families, so that J is singular, the least step to the family, still with quadratic convergence (Yamashita,
 * Fukushima 2001). The step is shortened until the (deflated) residual falls.
 *
 * The orbit found is given with its minimal period, which may be a proper divisor of `period`.
 * @throws RangeError for a period that is no integer ≥ 1 or a seed that does not fit.
 */
export function findOrbit(
  map: DiscreteMap,
  seed: Float64Array | readonly Float64Array[],
  period: number,
  options: OrbitOptions = {},
): OrbitSearch {
  const { tolerance = 1e-12, maxIterations = 60, deflate = [] } = options;
  let points = seedPoints(map, seed, period);
  const guard = deflation(
    deflate.map((orbit) => orbit.points),
    period,
  );
  let current = measure(map, points, guard);
  let polished = 0;
  for (let iteration = 0; ; iteration++) {
    const { residuals, largest, total } = current;
    const size = orbitSize(points);
    if (!(size <= escapeRadius && Number.isFinite(total))) {
      return { status: "diverged", iterations: iteration, residual: largest, reason: "left the ball ‖x‖ ≤ 1e12" };
    }
    const met = largest <= tolerance * size;
    if (met && (polished === polishingSteps || largest === 0)) return found(points, largest, iteration);
    if (!met && iteration === maxIterations) return stalled(iteration, largest, tolerance * size, "iterations");
    const damping = Math.max(Math.min(norm(flat(residuals)) / size, 1), dampingFloor) ** 2;
    const { steps } = shootingSystem(map, points, options).solve({ rights: residuals.map(negative), damping });
    const next = lineSearch(map, points, steps, guard, current);
    if (met) {
      polished += 1;
      if (!next || !(next.measured.largest < largest)) return found(points, largest, iteration);
    }
    if (!next) return stalled(iteration, largest, tolerance * size, "no shorter residual along the step");
    points = next.points;
    current = next.measured;
  }
}

function found(points: readonly Float64Array[], residual: number, iterations: number): OrbitSearch {
  const period = minimalPeriod(points);
  return { status: "converged", iterations, orbit: { period, points: points.slice(0, period), residual } };
}

function stalled(iterations: number, residual: number, tolerance: number, why: string): OrbitSearch {
  const reason = `stopped after ${iterations} iterations (${why}) at residual ${residual.toExponential(1)}, tolerance ${tolerance.toExponential(1)}`;
  return { status: "stalled", iterations, residual, reason };
}

function seedPoints(
  map: DiscreteMap,
  seed: Float64Array | readonly Float64Array[],
  period: number,
): readonly Float64Array[] {
  if (!(Number.isInteger(period) && period >= 1)) {
    throw new RangeError(`findOrbit: period must be an integer ≥ 1, got ${period}`);
  }
  const points = seed instanceof Float64Array ? [seed] : seed;
  if (points.some((x) => x.length !== map.dimension)) {
    throw new RangeError(`findOrbit: the map has dimension ${map.dimension}, the seed ${points.map((x) => x.length)}`);
  }
  if (points.length === period) return points;
  if (points.length !== 1) {
    throw new RangeError(`findOrbit: a seed has 1 or ${period} points, got ${points.length}`);
  }
  return trace(map, points[0], period);
}

/** x, F(x), …, F^{p−1}(x). */
export function trace(map: DiscreteMap, x: Float64Array, period: number): Float64Array[] {
  const points = [x];
  for (let k = 1; k < period; k++) {
    const next = new Float64Array(map.dimension);
    map.step(points[k - 1], next);
    points.push(next);
  }
  return points;
}

interface Measured {
  readonly residuals: readonly Float64Array[];
  readonly largest: number;
  /** m(X)·‖R‖, what must fall. */
  readonly total: number;
}

function measure(map: DiscreteMap, points: readonly Float64Array[], guard: Deflation): Measured {
  const { residuals, largest } = shootingResiduals(map, points);
  const size = norm(flat(residuals));
  return { residuals, largest, total: size === 0 ? 0 : guard.factor(points) * size };
}

/** The first of the full step, its half, … that lowers the deflated residual; null when none does. */
function lineSearch(
  map: DiscreteMap,
  points: readonly Float64Array[],
  steps: readonly Float64Array[],
  guard: Deflation,
  current: Measured,
): { points: readonly Float64Array[]; measured: Measured } | null {
  const stretch = guard.stretch(points, steps);
  for (let t = 1; t >= shortestFraction; t /= 2) {
    const tried = points.map((x, k) => {
      const y = x.slice();
      axpy(t * stretch, steps[k], y);
      return y;
    });
    const measured = measure(map, tried, guard);
    if (measured.total <= (1 - 1e-4 * t) * current.total) return { points: tried, measured };
  }
  return null;
}

function flat(blocks: readonly Float64Array[]): Float64Array {
  return blocks.length === 1 ? blocks[0] : Float64Array.of(...blocks.map(norm));
}

function negative(x: Float64Array): Float64Array {
  return x.map((t) => -t);
}
