import { batchMeans, norm, type Rng, studentHalfWidth } from "../numeric/index.ts";
import type { DiscreteMap, FrameEnsemble, RandomMap } from "./discrete-map.ts";
import { escapeRadius } from "./fate.ts";
import { type FrameWalk, walkInBlocks, walkStepwise } from "./tangent-frame.ts";

export interface LyapunovOptions {
  /** How many exponents, largest first; all n by default. */
  readonly count?: number;
  /** Measured steps. */
  readonly steps: number;
  /** Steps before measuring, with the frame already carried along. Default 0. */
  readonly transient?: number;
  /** Draws the frame's first directions. */
  readonly rng: Rng;
  /** Rows of the running history, at most; default 200. */
  readonly historyRows?: number;
  /** Called with every state, those of the transient included, step 0 first. */
  readonly observe?: (step: number, x: Float64Array) => void;
  readonly progress?: (step: number, steps: number) => void;
}

export interface LyapunovExponent {
  /** Nats per step; −∞ when superstable. */
  readonly value: number;
  /** A direction was annihilated up to rounding. */
  readonly superstable: boolean;
  readonly confidence95: readonly [number, number];
}

export interface LyapunovSpectrum {
  /** "diverged": the exponents are those up to the step where ‖x‖ passed 1e12. */
  readonly status: "completed" | "diverged";
  readonly exponents: readonly LyapunovExponent[];
  /** Steps measured. */
  readonly steps: number;
  /** Mean of log|det DF| along the same steps, where the map knows it: the sum of all n exponents. */
  readonly meanLogAbsDet: number | null;
  /** Running means: after `steps[i]` steps the exponents were `values[i]`. */
  readonly history: { readonly steps: readonly number[]; readonly values: readonly (readonly number[])[] };
  /** Where the trajectory ended. */
  readonly end: Float64Array;
}

export interface LyapunovMapOptions extends LyapunovOptions {
  /** The same map with `count` tangents, many steps in one call, where there is one. */
  readonly ensemble?: FrameEnsemble | undefined;
}

/**
 * The `count` largest Lyapunov exponents along the orbit of `initial`, in nats per step, largest first.
 *
 * Pushes an orthonormal frame with the tangent map and re-orthonormalises it after every step; the exponents are the
 * mean logarithms of the diagonal of R (Benettin et al., Meccanica 15, 1980).
 *
 * Shapes: `initial` has length n; count ≤ n. Cost: (steps + transient) × (one step, count tangents, O(n·count²)).
 * Error: the 95 % interval is that of batch means (merged until independent), widened by ln(steps)/steps: so fast does
 * the frame align, and so much does a shear, whose exponent is 0, show after that many steps. A direction that a step
 * shrinks below 1e-12 is annihilated up to rounding: its exponent is −∞ and `superstable`.
 * @throws RangeError when `initial` has the wrong length or count or steps are no integers in range.
 * @example lyapunovSpectrum(logistic.at(4), Float64Array.of(0.3), { steps: 1e6, rng }).exponents[0].value; // ≈ ln 2
 */
export function lyapunovSpectrum(
  map: DiscreteMap,
  initial: Float64Array,
  options: LyapunovMapOptions,
): LyapunovSpectrum {
  const { count = map.dimension, rng, ensemble } = options;
  check(map.dimension, initial, options);
  const walk =
    ensemble?.tangents === count
      ? walkInBlocks(initial, rng, map, ensemble)
      : walkStepwise(initial, count, rng, () => map);
  return measure(walk, options, map.logAbsDet ?? null);
}

/** The same along one realisation of a random map: all vectors see the same draws. */
export function randomLyapunovSpectrum<Draw>(
  map: RandomMap<Draw>,
  initial: Float64Array,
  draws: { next(): Draw },
  options: LyapunovOptions,
): LyapunovSpectrum {
  const { count = map.dimension, rng } = options;
  check(map.dimension, initial, options);
  const walk = walkStepwise(initial, count, rng, () => {
    const draw = draws.next();
    return {
      step: (x, out) => map.step(x, draw, out),
      tangent: (x, v, out) => map.tangent(x, draw, v, out),
    };
  });
  return measure(walk, options, null);
}

function check(n: number, initial: Float64Array, { count = n, steps }: LyapunovOptions): void {
  if (initial.length !== n) {
    throw new RangeError(`lyapunovSpectrum: the map has dimension ${n}, the start ${initial.length}`);
  }
  if (!(Number.isInteger(count) && count >= 1 && count <= n)) {
    throw new RangeError(`lyapunovSpectrum: count must be an integer in 1..${n}, got ${count}`);
  }
  if (!(Number.isInteger(steps) && steps >= 1)) {
    throw new RangeError(`lyapunovSpectrum: steps must be an integer ≥ 1, got ${steps}`);
  }
}

function measure(
  { x, growth, step }: FrameWalk,
  options: LyapunovOptions,
  logAbsDet: ((x: Float64Array) => number) | null,
): LyapunovSpectrum {
  const { steps, transient = 0, historyRows = 200, observe, progress } = options;
  const count = growth.length;
  const logs = Array.from({ length: count }, () => new Float64Array(steps));
  const totals = new Float64Array(count);
  const history = { steps: [] as number[], values: [] as number[][] };
  const stride = Math.max(1, Math.ceil(steps / historyRows));
  let volume = 0;
  let measured = 0;
  let status: LyapunovSpectrum["status"] = "completed";
  for (let t = -transient; t < steps; t++) {
    observe?.(t + transient, x);
    if (!(norm(x) <= escapeRadius)) {
      status = "diverged";
      break;
    }
    progress?.(t + transient, steps + transient);
    if (t >= 0 && logAbsDet) volume += logAbsDet(x);
    step();
    if (t >= 0) {
      for (let j = 0; j < count; j++) {
        logs[j][t] = growth[j];
        totals[j] += growth[j];
      }
      measured = t + 1;
      if (measured % stride === 0 || measured === steps) {
        history.steps.push(measured);
        history.values.push(Array.from(totals, (total) => total / measured));
      }
    }
  }
  if (status === "completed") observe?.(transient + steps, x);
  const exponents = logs.map((values) => exponentOf(values.subarray(0, measured)));
  return {
    ...{ status, exponents, steps: measured, history, end: x },
    meanLogAbsDet: !logAbsDet || measured === 0 ? null : volume / measured,
  };
}

function exponentOf(values: Float64Array): LyapunovExponent {
  const steps = values.length;
  if (steps === 0) return { value: Number.NaN, superstable: false, confidence95: [-Infinity, Infinity] };
  if (values.includes(Number.NEGATIVE_INFINITY)) {
    return { value: -Infinity, superstable: true, confidence95: [-Infinity, -Infinity] };
  }
  const value = values.reduce((sum, log) => sum + log, 0) / steps;
  if (steps < 8) return { value, superstable: false, confidence95: [-Infinity, Infinity] };
  const half = statisticalHalfWidth(values) + Math.log(steps) / steps;
  return { value, superstable: false, confidence95: [value - half, value + half] };
}

/** Of batch means, with 32 batches merged to 16 and 8 while neighbours are correlated; then the largest of the three. */
function statisticalHalfWidth(values: Float64Array): number {
  let largest = 0;
  for (const batches of [32, 16, 8]) {
    if (values.length < batches) continue;
    const found = batchMeans(values, { batches });
    const half = studentHalfWidth(found.standardError, found.degreesOfFreedom, 0.95);
    if (found.independent) return half;
    largest = Math.max(largest, half);
  }
  return largest;
}
