import type { DiscreteMap, RandomMap } from "./discrete-map.ts";
import { type Fate, type FateOptions, fateWatcher, type Sight } from "./fate.ts";

export interface TrajectoryOptions extends Omit<FateOptions, "dimension"> {
  /** Steps to take; the trajectory ends before only when it diverges. */
  readonly steps: number;
  /** How many leading coordinates are the position (θ without its state) that the fate is about; all by default. */
  readonly position?: number;
  /** Called with every x_t, x_0 included, in order. What it returns is told to the fate. */
  readonly observe?: (step: number, x: Float64Array) => Sight | undefined;
}

export interface Trajectory {
  /** Where it ended: x at step `steps`, or where it diverged. */
  readonly end: Float64Array;
  /** Steps taken. */
  readonly steps: number;
  readonly fate: Fate;
}

/** Follows x_{t+1} = F(x_t) from `initial` and says what became of it (DESIGN §5). Allocates nothing on the way. */
export function trajectory(map: DiscreteMap, initial: Float64Array, options: TrajectoryOptions): Trajectory {
  return follow(map.dimension, (x, out) => map.step(x, out), initial, options);
}

/** The same for a random map, with the draws given. */
export function randomTrajectory<Draw>(
  map: RandomMap<Draw>,
  initial: Float64Array,
  draws: { next(): Draw },
  options: TrajectoryOptions,
): Trajectory {
  return follow(map.dimension, (x, out) => map.step(x, draws.next(), out), initial, options);
}

function follow(
  n: number,
  step: (x: Float64Array, out: Float64Array) => void,
  initial: Float64Array,
  options: TrajectoryOptions,
): Trajectory {
  const { steps, position = n, observe = () => undefined, isFlat } = options;
  if (initial.length !== n) throw new RangeError(`trajectory: the map has dimension ${n}, the start ${initial.length}`);
  if (!(Number.isInteger(steps) && steps >= 0)) {
    throw new RangeError(`trajectory: steps must be an integer ≥ 0, got ${steps}`);
  }
  const watcher = fateWatcher({ dimension: position, steps, ...(isFlat && { isFlat }) });
  let x = initial.slice();
  let next = new Float64Array(n);
  let t = 0;
  while (watcher.see(t, x.subarray(0, position), observe(t, x)) && t < steps) {
    step(x, next);
    [x, next] = [next, x];
    t += 1;
  }
  return { end: x, steps: t, fate: watcher.fate() };
}
