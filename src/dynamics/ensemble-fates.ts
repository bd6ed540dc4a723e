import { norm } from "../numeric/index.ts";
import type { EnsembleMap } from "./discrete-map.ts";
import { followRows, type Stretch } from "./ensemble.ts";
import { escapeRadius, type Fate, longestPeriod, recurrence, stillness } from "./fate.ts";

export interface EnsembleFates {
  readonly fates: readonly Fate[];
  /** The last state of each row; of a diverged one, some state of its orbit. */
  readonly ends: Float64Array;
}

export interface EnsembleFateOptions {
  readonly steps: number;
  /** Leading coordinates that are the position. */
  readonly position: number;
}

/**
 * What `trajectory` without losses says of each row of `states`, for a small part of the work a step: whether a row
 * rests can be told from its last move, whether it is periodic from the last 256 steps, and only where it is does a
 * second pass look since when. Meant for `rowsTogether` rows at a time.
 */
export function ensembleFates(
  ensemble: EnsembleMap,
  states: Float64Array,
  { steps, position }: EnsembleFateOptions,
): EnsembleFates {
  const n = ensemble.dimension;
  const rows = states.length / n;
  const ends = states.slice();
  const window = recurrence.periods * recurrence.longest + recurrence.longest;
  const tails = Array.from({ length: rows }, () => new Tail(position, steps, window));
  tails.forEach((tail, row) => {
    if (tail.first === 0) tail.put(0, states, row * n);
  });
  const ones = new Array<number>(rows).fill(1);
  const still = streaks(ensemble, states, { steps, position, lags: ones, rtol: stillness.rtol }, (stretch) => {
    const { row, step, count, orbit, at } = stretch;
    const tail = tails[row];
    for (let i = Math.max(0, tail.first - step - 1); i < count; i++) tail.put(step + 1 + i, orbit, at + i * n);
    ends.set(orbit.subarray(at + (count - 1) * n, at + count * n), row * n);
  });
  const periods = still.map(({ diverged, length }, row) =>
    diverged >= 0 || length >= stillness.steps ? null : tails[row].period(),
  );
  const periodic = periods.flatMap((period, row) => (period === null ? [] : [row]));
  const again = new Float64Array(periodic.length * n);
  periodic.forEach((row, i) => {
    again.set(states.subarray(row * n, (row + 1) * n), i * n);
  });
  const lags = periodic.map((row) => periods[row]!);
  const cycles = streaks(ensemble, again, { steps, position, lags, rtol: recurrence.rtol });
  const fates = still.map(({ diverged, length, from }, row): Fate => {
    if (diverged >= 0) return { kind: "diverged", step: diverged, period: null };
    if (length >= stillness.steps) return { kind: "converged", step: from, period: null };
    const place = periodic.indexOf(row);
    if (place >= 0) return { kind: "periodic", step: cycles[place].from, period: periods[row] };
    return { kind: "wandering", step: steps, period: null };
  });
  return { fates, ends };
}

/** The present run of steps t at which x_t is close to x_{t−lag}; `from` is the first such t, less the lag. */
interface Streak {
  length: number;
  from: number;
  /** The step at which the row diverged, or −1. */
  diverged: number;
}

interface StreakOptions {
  readonly steps: number;
  readonly position: number;
  /** One a row. */
  readonly lags: readonly number[];
  readonly rtol: number;
}

/** Follows rows and counts for how long each has been close to itself `lag` steps before. */
function streaks(
  ensemble: EnsembleMap,
  states: Float64Array,
  { steps, position, lags, rtol }: StreakOptions,
  see: (stretch: Stretch) => void = () => {},
): Streak[] {
  const n = ensemble.dimension;
  const result = lags.map((_, row): Streak => {
    const isFar = !(norm(states.subarray(row * n, row * n + position)) <= escapeRadius);
    return { length: 0, from: -1, diverged: isFar ? 0 : -1 };
  });
  const rings = lags.map((lag, row) => {
    const ring = new Float64Array(lag * position);
    ring.set(states.subarray(row * n, row * n + position)); // x_t stands at place t mod lag
    return ring;
  });
  if (steps === 0 || lags.length === 0) return result;
  followRows(ensemble, states, steps, new Float64Array(0), (stretch) => {
    const { row, step, count, orbit, at } = stretch;
    const streak = result[row];
    if (streak.diverged >= 0) return false;
    see(stretch);
    const lag = lags[row];
    const ring = rings[row];
    for (let i = 0; i < count; i++) {
      const t = step + 1 + i;
      const place = at + i * n;
      const verdict =
        i < lag
          ? compare(orbit, place, ring, (t % lag) * position, position, rtol)
          : compare(orbit, place, orbit, place - lag * n, position, rtol);
      if (verdict === null) {
        streak.diverged = t;
        return false;
      }
      if (!verdict || t < lag) streak.length = 0;
      else if (streak.length++ === 0) streak.from = t - lag;
    }
    for (let i = Math.max(0, count - lag); i < count; i++) {
      const place = at + i * n;
      ring.set(orbit.subarray(place, place + position), ((step + 1 + i) % lag) * position);
    }
    return true;
  });
  return result;
}

/**
 * Whether ‖x − y‖ ≤ rtol·(1 + ‖x‖); null where x has diverged. Squares decide, unless they are within a millionth of
 * equality or out of range: then the norms do, so that the answer is always theirs.
 */
function compare(x: Float64Array, atX: number, y: Float64Array, atY: number, n: number, rtol: number): boolean | null {
  let size = 0;
  let moved = 0;
  for (let k = 0; k < n; k++) {
    const value = x[atX + k];
    const step = value - y[atY + k];
    size += value * value;
    moved += step * step;
  }
  if (!(size < 0.99 * escapeRadius ** 2) && !(norm(x.subarray(atX, atX + n)) <= escapeRadius)) return null;
  const least = rtol * rtol * (1 + size); // 1 + a² ≤ (1 + a)² ≤ 2(1 + a²)
  if (moved > 2.1 * least) return false;
  if (moved < 0.9 * least) return true;
  const limit = (rtol * (1 + Math.sqrt(size))) ** 2;
  if (moved > 1.000001 * limit) return false;
  if (moved < 0.999999 * limit) return true;
  return Math.sqrt(moved) <= rtol * (1 + norm(x.subarray(atX, atX + n)));
}

/** The last positions of a row, from which its period is read. */
class Tail {
  private readonly n: number;
  /** The first step whose position is kept. */
  readonly first: number;
  private readonly last: number;
  private readonly positions: Float64Array;

  constructor(n: number, steps: number, window: number) {
    this.n = n;
    this.first = Math.max(0, steps - window);
    this.last = steps;
    this.positions = new Float64Array((steps - this.first + 1) * n);
  }

  put(step: number, orbit: Float64Array, at: number): void {
    const start = (step - this.first) * this.n;
    for (let k = 0; k < this.n; k++) this.positions[start + k] = orbit[at + k];
  }

  /** The smallest p in 2..64 by which the last 3p steps repeat; null when p = 1 would do. */
  period(): number | null {
    if (this.repeats(1, recurrence.periods)) return null;
    for (let p = 2; p <= longestPeriod(this.n); p++) if (this.repeats(p, recurrence.periods * p)) return p;
    return null;
  }

  private repeats(p: number, steps: number): boolean {
    const { n, positions, first, last } = this;
    if (last - steps + 1 - p < first) return false;
    for (let t = last; t > last - steps; t--) {
      const [now, before] = [(t - first) * n, (t - p - first) * n];
      if (!compare(positions, now, positions, before, n, recurrence.rtol)) return false;
    }
    return true;
  }
}
