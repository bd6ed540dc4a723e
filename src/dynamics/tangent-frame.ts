import { axpy, dot, norm, type Rng, scale } from "../numeric/index.ts";
import type { DiscreteMap, FrameEnsemble } from "./discrete-map.ts";

/** A state on its way with an orthonormal frame of tangent vectors. */
export interface FrameWalk {
  /** The present state; the same array all along. */
  readonly x: Float64Array;
  /** log R_jj of the last step; −∞ for a vector that was annihilated and drawn anew. */
  readonly growth: Float64Array;
  step(): void;
}

/** One step of a map, fixed for the time of the step. */
export type FrameStep = Pick<DiscreteMap, "step" | "tangent">;

/** A unit vector shorter than this after a step was annihilated. */
const annihilated = 1e-12;
/** So much of a vector must be left after the directions before it are taken out, or what is left is rounding. */
const cancelled = 1e-14;

/** From `initial` with `count` directions drawn by `rng`, one step and one tangent at a time. */
export function walkStepwise(initial: Float64Array, count: number, rng: Rng, next: () => FrameStep): FrameWalk {
  const frame = drawFrame(initial.length, count, rng);
  const x = initial.slice();
  const growth = new Float64Array(count);
  const step = stepper(x, frame, growth, rng);
  return { x, growth, step: () => step(next()) };
}

/** Steps in one call of an ensemble. */
const block = 256;
/** Steps that the map does after one on which the ensemble gave up: where one vector vanishes, the next often does. */
const wariness = 32;

/**
 * The same walk, many steps at a time; a step on which the ensemble gives up is done by the map. `map` and `ensemble`
 * are the same map, with as many tangents as there are directions.
 */
export function walkInBlocks(initial: Float64Array, rng: Rng, map: FrameStep, ensemble: FrameEnsemble): FrameWalk {
  const n = initial.length;
  const count = ensemble.tangents;
  const vectors = drawFrame(n, count, rng);
  const frame = new Float64Array(count * n);
  vectors.forEach((v, j) => {
    frame.set(v, j * n);
  });
  const x = initial.slice();
  const growth = new Float64Array(count);
  const careful = stepper(x, vectors, growth, rng);
  const width = n + count;
  // The block begins at `from` with `fromFrame`; `done` of its steps have been taken.
  const from = x.slice();
  const fromFrame = frame.slice();
  let written: Float64Array = new Float64Array(0);
  let done = 0;
  let wary = 0;

  const begin = () => {
    from.set(x);
    fromFrame.set(frame);
    written = ensemble.carry(x.slice(), frame, block);
    done = 0;
  };
  const leave = () => {
    if (done > 0) ensemble.carry(from, fromFrame, done);
    x.set(from);
    vectors.forEach((v, j) => {
      v.set(fromFrame.subarray(j * n, (j + 1) * n));
    });
    written = new Float64Array(0);
    done = 0;
    wary = wariness;
  };
  const stepCarefully = () => {
    careful(map);
    wary -= 1;
    if (wary > 0) return;
    vectors.forEach((v, j) => {
      frame.set(v, j * n);
    });
  };
  return {
    x,
    growth,
    step() {
      if (wary > 0) return stepCarefully();
      if (done * width >= written.length) begin();
      const row = written.subarray(done * width, (done + 1) * width);
      if (row.indexOf(0, n) >= 0) {
        leave();
        return stepCarefully();
      }
      x.set(row.subarray(0, n));
      for (let j = 0; j < count; j++) growth[j] = Math.log(row[n + j]);
      done += 1;
    },
  };
}

function drawFrame(n: number, count: number, rng: Rng): Float64Array[] {
  const frame = Array.from({ length: count }, () => Float64Array.from({ length: n }, () => rng.normal()));
  orthonormalize(frame, new Float64Array(count), rng);
  return frame;
}

function stepper(x: Float64Array, frame: readonly Float64Array[], growth: Float64Array, rng: Rng) {
  const image = new Float64Array(x.length);
  return (at: FrameStep) => {
    for (const v of frame) {
      at.tangent(x, v, image);
      v.set(image);
    }
    orthonormalize(frame, growth, rng);
    at.step(x, image);
    x.set(image);
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
