import { axpy, batchMeans, dot, norm, type Rng, scale, studentHalfWidth } from "../numeric/index.ts";
import type { DiscreteMap, RandomMap } from "./discrete-map.ts";
import { escapeRadius } from "./fate.ts";

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
export function lyapunovSpectrum(map: DiscreteMap, initial: Float64Array, options: LyapunovOptions): LyapunovSpectrum {
  return measure(
    map.dimension,
    initial,
    () => ({
      step: map.step,
      tangent: map.tangent,
      ...(map.logAbsDet && { logAbsDet: map.logAbsDet }),
    }),
    options,
  );
}

/** The same along one realisation of a random map: all vectors see the same draws. */
export function randomLyapunovSpectrum<Draw>(
  map: RandomMap<Draw>,
  initial: Float64Array,
  draws: { next(): Draw },
  options: LyapunovOptions,
): LyapunovSpectrum {
  return measure(
    map.dimension,
    initial,
    () => {
      const draw = draws.next();
      return {
        step: (x, out) => map.step(x, draw, out),
        tangent: (x, v, out) => map.tangent(x, draw, v, out),
      };
    },
    options,
  );
}

type Factor = Pick<DiscreteMap, "step" | "tangent" | "logAbsDet">;

/** A unit vector shorter than this after a step was annihilated. */
const annihilated = 1e-12;
/** So much of a vector must be left after the directions before it are taken out, or what is left is rounding. */
const cancelled = 1e-14;

function measure(n: number, initial: Float64Array, factor: () => Factor, options: LyapunovOptions): LyapunovSpectrum {
  const { count = n, steps, transient = 0, rng, historyRows = 200, observe, progress } = options;
  if (initial.length !== n) {
    throw new RangeError(`lyapunovSpectrum: the map has dimension ${n}, the start ${initial.length}`);
  }
  if (!(Number.isInteger(count) && count >= 1 && count <= n)) {
    throw new RangeError(`lyapunovSpectrum: count must be an integer in 1..${n}, got ${count}`);
  }
  if (!(Number.isInteger(steps) && steps >= 1)) {
    throw new RangeError(`lyapunovSpectrum: steps must be an integer ≥ 1, got ${steps}`);
  }
  const frame = Array.from({ length: count }, () => Float64Array.from({ length: n }, () => rng.normal()));
  const image = frame.map(() => new Float64Array(n));
  const growth = new Float64Array(count);
  orthonormalize(frame, growth, rng);
  const logs = Array.from({ length: count }, () => new Float64Array(steps));
  const totals = new Float64Array(count);
  const history = { steps: [] as number[], values: [] as number[][] };
  const stride = Math.max(1, Math.ceil(steps / historyRows));
  let x = initial.slice();
  let next = new Float64Array(n);
  let volume: number | null = 0;
  let measured = 0;
  let status: LyapunovSpectrum["status"] = "completed";
  for (let t = -transient; t < steps; t++) {
    observe?.(t + transient, x);
    if (!(norm(x) <= escapeRadius)) {
      status = "diverged";
      break;
    }
    progress?.(t + transient, steps + transient);
    const at = factor();
    for (let j = 0; j < count; j++) {
      at.tangent(x, frame[j], image[j]);
      frame[j].set(image[j]);
    }
    orthonormalize(frame, growth, rng);
    if (t >= 0) {
      volume = volume === null || !at.logAbsDet ? null : volume + at.logAbsDet(x);
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
    at.step(x, next);
    [x, next] = [next, x];
  }
  if (status === "completed") observe?.(transient + steps, x);
  const exponents = logs.map((values) => exponentOf(values.subarray(0, measured)));
  return {
    ...{ status, exponents, steps: measured, history, end: x },
    meanLogAbsDet: volume === null || measured === 0 ? null : volume / measured,
  };
}

/** Gram–Schmidt, twice; `growth[j]` becomes the log of R_jj, −∞ for an annihilated vector, which is drawn anew. */
function orthonormalize(frame: readonly Float64Array[], growth: Float64Array, rng: Rng): void {
  for (let j = 0; j < frame.length; j++) {
    const v = frame[j];
    const before = norm(v);
    project(v, frame, j);
    const length = norm(v);
    if (length > annihilated && length > cancelled * before) {
      growth[j] = Math.log(length);
      scale(1 / length, v);
      continue;
    }
    growth[j] = Number.NEGATIVE_INFINITY;
    do {
      for (let i = 0; i < v.length; i++) v[i] = rng.normal();
      scale(1 / norm(v), v);
      project(v, frame, j);
    } while (norm(v) < 1e-6);
    scale(1 / norm(v), v);
  }
}

function project(v: Float64Array, frame: readonly Float64Array[], before: number): void {
  for (let pass = 0; pass < 2; pass++) for (let i = 0; i < before; i++) axpy(-dot(frame[i], v), frame[i], v);
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
