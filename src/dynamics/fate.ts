import { dot, norm } from "../numeric/index.ts";

export type FateKind = "diverged" | "dead" | "converged" | "periodic" | "stalled" | "wandering";

/** What became of a trajectory, and the step from which on that was so. */
export interface Fate {
  readonly kind: FateKind;
  readonly step: number;
  /** Of a periodic trajectory. */
  readonly period: number | null;
}

export interface FateOptions {
  /** Length of the positions. */
  readonly dimension: number;
  /** Steps that the trajectory will have; the loss is watched over the last tenth of them. */
  readonly steps: number;
  /** Whether the second derivative vanishes at the last position: asked only when the gradient is exactly 0 there. */
  readonly isFlat?: () => boolean;
}

/** What is known at one position beside the position itself. */
export interface Sight {
  readonly loss?: number;
  readonly gradientNorm?: number;
}

/** Watches positions in order, from step 0 on, and tells what became of them. */
export interface FateWatcher {
  /** False once the trajectory has diverged. */
  see(step: number, position: Float64Array, sight?: Sight): boolean;
  fate(): Fate;
}

export const escapeRadius = 1e12;
/** Whether the n numbers from `at` on are not finite or longer than the escape radius; squares decide where they can. */
export function hasEscaped(x: Float64Array, at: number, n: number): boolean {
  let square = 0;
  for (let i = 0; i < n; i++) square += x[at + i] * x[at + i];
  return !(square < 0.99 * escapeRadius ** 2) && !(norm(x.subarray(at, at + n)) <= escapeRadius);
}

/** Rests: moves no further for so many steps. */
export const stillness = { rtol: 1e-12, steps: 100 };
const convergedLoss = 1e-24;
/** Periodic: returns within this for so many periods. */
export const recurrence = { rtol: 1e-9, longest: 64, periods: 3 };
const stallRtol = 1e-12;
/** Bytes that remembered positions may take; beyond, only shorter periods are looked for. */
const memoryLimit = 2 ** 26;

/**
 * The fate of a trajectory, tested in this order:
 *
 *   diverged   not finite, or ‖x‖ > 1e12
 *   dead       gradient exactly 0 at positive loss where the Hessian vanishes too
 *   converged  ‖Δx‖ ≤ 1e-12·(1 + ‖x‖) for the last 100 steps, or loss ≤ 1e-24
 *   periodic   ‖x_t − x_{t−p}‖ ≤ 1e-9·(1 + ‖x_t‖) over the last 3p steps, for the smallest p in 2..64; not when
 *              this holds for p = 1 too (then it creeps towards a fixed point)
 *   stalled    the loss moved by less than 1e-12 relative over the last tenth of the steps
 *   wandering  none of these
 *
 * `step` is where the last stretch of that behaviour began (the number of steps for "wandering"). Loss and gradient may
 * be given at some steps only; what is not given is not tested. Memory: 65 positions, at most 64 MiB.
 */
export function fateWatcher({ dimension: n, steps, isFlat = () => false }: FateOptions): FateWatcher {
  const recurrences = recurrenceWatcher(n);
  const still = streak();
  const zeroLoss = streak();
  const zeroGradient = streak();
  const settled = { from: -1, least: 0, most: 0 };
  const windowStart = steps - Math.floor(steps / 10);
  let last = 0;
  let loss = Number.NaN;
  let diverged = -1;
  return {
    see(step, position, { loss: newLoss, gradientNorm } = {}) {
      const size = norm(position);
      last = step;
      if (!(size <= escapeRadius)) {
        if (diverged < 0) diverged = step;
        return false;
      }
      const moved = recurrences.see(step, position, size);
      if (step > 0) still.count(step - 1, moved <= stillness.rtol * (1 + size));
      if (gradientNorm !== undefined) zeroGradient.count(step, gradientNorm === 0);
      if (newLoss !== undefined) {
        loss = newLoss;
        zeroLoss.count(step, newLoss <= convergedLoss);
        if (step >= windowStart) watchLoss(settled, step, newLoss);
      }
      return true;
    },
    fate() {
      if (diverged >= 0) return { kind: "diverged", step: diverged, period: null };
      if (zeroGradient.length > 0 && loss > 0 && isFlat())
        return { kind: "dead", step: zeroGradient.from, period: null };
      if (zeroLoss.length > 0) return { kind: "converged", step: zeroLoss.from, period: null };
      if (still.length >= stillness.steps) return { kind: "converged", step: still.from, period: null };
      const cycle = recurrences.cycle();
      if (cycle) return { kind: "periodic", step: last - cycle.length - cycle.period + 1, period: cycle.period };
      if (hasSettled(settled, last, steps)) return { kind: "stalled", step: settled.from, period: null };
      return { kind: "wandering", step: last, period: null };
    },
  };
}

/** Where the present run of consecutive successes began, and how long it is. */
function streak() {
  const state = {
    from: 0,
    length: 0,
    count(step: number, holds: boolean) {
      if (!holds) state.length = 0;
      else if (state.length++ === 0) state.from = step;
    },
  };
  return state;
}

/** Longest period that is looked for among positions of n numbers. */
export function longestPeriod(n: number): number {
  return Math.min(recurrence.longest, Math.max(2, Math.floor(memoryLimit / (8 * n)) - 1));
}

/**
 * Remembers the last positions and counts, for each p, for how many steps x_t has been close to x_{t−p}. A fixed unit
 * vector s tells first: |⟨s, x − y⟩| ≤ ‖x − y‖, so most pairs are told apart by one number.
 */
function recurrenceWatcher(n: number) {
  const longest = longestPeriod(n);
  const slots = longest + 1;
  const ring = Array.from({ length: slots }, () => new Float64Array(n));
  const marks = new Float64Array(slots);
  const close = new Int32Array(longest + 1);
  const probe = Float64Array.from({ length: n }, (_, i) => (((i * 40503) >>> 3) % 2 === 0 ? 1 : -1) / Math.sqrt(n));
  return {
    /** Returns the distance moved in this step. */
    see(step: number, x: Float64Array, size: number): number {
      const mark = dot(probe, x);
      const limit = recurrence.rtol * (1 + size);
      const slack = limit + 1e-14 * size; // the mark is rounded
      let moved = Number.POSITIVE_INFINITY;
      for (let p = 1; p <= Math.min(longest, step); p++) {
        const slot = (step - p) % slots;
        if (p > 1 && !(Math.abs(mark - marks[slot]) <= slack)) {
          close[p] = 0;
          continue;
        }
        const far = distance(x, ring[slot]);
        if (p === 1) moved = far;
        close[p] = far <= limit ? close[p] + 1 : 0;
      }
      ring[step % slots].set(x);
      marks[step % slots] = mark;
      return moved;
    },
    cycle(): { readonly period: number; readonly length: number } | null {
      if (close[1] >= recurrence.periods) return null;
      for (let p = 2; p <= longest; p++) {
        if (close[p] >= recurrence.periods * p) return { period: p, length: close[p] };
      }
      return null;
    },
  };
}

function distance(x: Float64Array, y: Float64Array): number {
  let square = 0;
  for (let i = 0; i < x.length; i++) square += (x[i] - y[i]) * (x[i] - y[i]);
  return Math.sqrt(square);
}

function watchLoss(settled: { from: number; least: number; most: number }, step: number, loss: number): void {
  if (settled.from < 0) Object.assign(settled, { from: step, least: loss, most: loss });
  settled.least = Math.min(settled.least, loss);
  settled.most = Math.max(settled.most, loss);
}

function hasSettled(settled: { from: number; least: number; most: number }, last: number, steps: number): boolean {
  if (settled.from < 0 || last <= settled.from || last < steps) return false;
  return settled.most - settled.least < stallRtol * Math.max(Math.abs(settled.most), Math.abs(settled.least));
}
