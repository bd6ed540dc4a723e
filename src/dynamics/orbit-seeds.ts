import { norm } from "../numeric/index.ts";
import type { DiscreteMap } from "./discrete-map.ts";
import { escapeRadius } from "./fate.ts";
import { distance } from "./periodic-orbit.ts";

/** A guess for an orbit: its first point, or all its points. */
export type OrbitSeed = Float64Array | readonly Float64Array[];

export interface TrajectorySeedOptions {
  /** Steps dropped first. Default 1000. */
  readonly transient?: number;
  /** Steps between two seeds. Default 1. */
  readonly every?: number;
  readonly count: number;
}

/** Points of a trajectory, each the start of a guess; fewer than `count` where it diverges. */
export function trajectorySeeds(map: DiscreteMap, initial: Float64Array, options: TrajectorySeedOptions): OrbitSeed[] {
  const { transient = 1000, every = 1, count } = options;
  const seeds: Float64Array[] = [];
  walk(map, initial, transient + every * count, (t, x) => {
    if (t >= transient && (t - transient) % every === 0 && seeds.length < count) seeds.push(x.slice());
  });
  return seeds;
}

export interface RecurrenceSeedOptions {
  readonly period: number;
  readonly steps: number;
  /** Default 1000. */
  readonly transient?: number;
  /** The closest returns kept. Default 1000. */
  readonly count?: number;
  /** Largest ‖x_{t+p} − x_t‖ of a return, relative to the largest ‖x‖ + 1 seen. Default 0.1. */
  readonly radius?: number;
}

/**
 * The stretches x_t … x_{t+p−1} of a trajectory after which it comes back close to where it was, closest first: where a
 * chaotic trajectory shadows a cycle of period p (Auerbach et al. 1987). Of a run of close returns, which all shadow
 * one cycle, the closest is kept. Memory: the p latest points and the seeds.
 */
export function recurrenceSeeds(map: DiscreteMap, initial: Float64Array, options: RecurrenceSeedOptions): OrbitSeed[] {
  const { period: p, steps, transient = 1000, count = 1000, radius = 0.1 } = options;
  const latest: Float64Array[] = [];
  let seeds: Return[] = [];
  let best: Return | null = null;
  let size = 1;
  const keepBest = () => {
    if (best) seeds.push(best);
    best = null;
    if (seeds.length > 4 * count) seeds = closest(seeds, count);
  };
  walk(map, initial, transient + steps, (t, x) => {
    if (t < transient) return;
    latest.push(x.slice());
    if (latest.length <= p) return;
    const start = latest.shift()!;
    size = Math.max(size, 1 + norm(x));
    const gap = distance(x, start);
    if (gap > radius * size) keepBest();
    else if (!best || gap < best.gap) best = { gap, points: [start, ...latest.slice(0, p - 1)] };
  });
  keepBest();
  return closest(seeds, count).map(({ points }) => points);
}

interface Return {
  readonly gap: number;
  readonly points: Float64Array[];
}

function closest(seeds: readonly Return[], count: number): Return[] {
  return [...seeds].sort((a, b) => a.gap - b.gap).slice(0, count);
}

/** The centres of the cells of a grid over a box, the first coordinate fastest. */
export function gridSeeds(
  box: readonly (readonly [low: number, high: number])[],
  counts: readonly number[],
): OrbitSeed[] {
  const total = counts.reduce((product, count) => product * count, 1);
  return Array.from({ length: total }, (_, index) => {
    let rest = index;
    return Float64Array.from(box, ([low, high], i) => {
      const place = rest % counts[i];
      rest = Math.floor(rest / counts[i]);
      return low + ((place + 0.5) * (high - low)) / counts[i];
    });
  });
}

function walk(map: DiscreteMap, initial: Float64Array, steps: number, see: (t: number, x: Float64Array) => void): void {
  let [x, next] = [initial.slice(), new Float64Array(map.dimension)];
  for (let t = 0; t < steps; t++) {
    if (!x.every((value) => Math.abs(value) <= escapeRadius)) return;
    see(t, x);
    map.step(x, next);
    [x, next] = [next, x];
  }
}
