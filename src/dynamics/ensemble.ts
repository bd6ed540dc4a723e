import type { DiscreteMap, EnsembleMap, MapFamily } from "./discrete-map.ts";

/** The states of one map, followed one after another. */
export function oneByOne(map: DiscreteMap): EnsembleMap {
  return followed(map.dimension, 0, () => map);
}

/** The maps of a family, each state at the value that it brings. */
export function familyEnsemble(family: MapFamily): EnsembleMap {
  return followed(family.dimension, 1, (value) => family.at(value));
}

function followed(n: number, parameterCount: 0 | 1, mapAt: (value: number) => DiscreteMap): EnsembleMap {
  const each = (
    states: Float64Array,
    steps: number,
    parameters: Float64Array | undefined,
    put: (x: Float64Array, row: number, step: number) => void,
  ) => {
    let x = new Float64Array(n);
    let next = new Float64Array(n);
    for (let row = 0; row < states.length / n; row++) {
      const map = mapAt(parameters?.[row] ?? Number.NaN);
      x.set(states.subarray(row * n, (row + 1) * n));
      for (let t = 0; t < steps; t++) {
        map.step(x, next);
        [x, next] = [next, x];
        put(x, row, t);
      }
    }
  };
  return {
    dimension: n,
    parameterCount,
    width: 1,
    advance(states, steps, out, parameters) {
      if (steps === 0 && out !== states) out.set(states);
      each(states, steps, parameters, (x, row, t) => {
        if (t === steps - 1) out.set(x, row * n);
      });
    },
    orbits(states, steps, parameters) {
      const orbits = new Float64Array(states.length * steps);
      each(states, steps, parameters, (x, row, t) => orbits.set(x, (row * steps + t) * n));
      return orbits;
    },
  };
}

/** Numbers of an orbit that are in memory at a time. */
const stretchSize = 2 ** 15;

/** Rows that are followed together, so that a stretch of their orbits stays in the cache. */
export function rowsTogether({ width, dimension }: EnsembleMap): number {
  return Math.max(1, Math.min(width, Math.floor(stretchSize / (4 * dimension))));
}

/** The states after steps `step` + 1 … `step` + `count` of a row: row-major in `orbit` from `at` on. */
export interface Stretch {
  readonly row: number;
  readonly step: number;
  readonly count: number;
  readonly orbit: Float64Array;
  readonly at: number;
}

/**
 * Follows the rows of `states`, stretch by stretch, and lets `visit` see every state of every row in order; a row for
 * which it returns false is not shown again. Meant for `rowsTogether` rows at a time.
 */
export function followRows(
  ensemble: EnsembleMap,
  states: Float64Array,
  steps: number,
  parameters: Float64Array,
  visit: (stretch: Stretch) => boolean,
): void {
  const n = ensemble.dimension;
  let rows = Array.from({ length: states.length / n }, (_, row) => row);
  let now = states.slice();
  let own = parameters;
  for (let step = 0; step < steps && rows.length > 0; ) {
    const count = Math.min(steps - step, Math.max(1, Math.floor(stretchSize / now.length)));
    const orbit = ensemble.orbits(now, count, own);
    const going = rows.flatMap((row, i) => (visit({ row, step, count, orbit, at: i * count * n }) ? [i] : []));
    now = rowsOf(orbit, count * n, going, n, (count - 1) * n);
    own = rowsOf(own, ensemble.parameterCount, going, ensemble.parameterCount, 0);
    rows = going.map((i) => rows[i]);
    step += count;
  }
}

/** `length` numbers from each of the chosen rows, beginning at `from` of the row. */
function rowsOf(source: Float64Array, width: number, chosen: readonly number[], length: number, from: number) {
  const result = new Float64Array(chosen.length * length);
  chosen.forEach((row, i) => {
    const at = row * width + from;
    result.set(source.subarray(at, at + length), i * length);
  });
  return result;
}
