import type { EnsembleMap, MapFamily } from "./discrete-map.ts";
import { familyEnsemble, followRows, rowsTogether } from "./ensemble.ts";
import { hasEscaped } from "./fate.ts";

export interface OrbitDiagramOptions {
  /** Values of the parameter. */
  readonly values: ArrayLike<number>;
  /** Where orbits begin, the same at every value. */
  readonly starts: readonly Float64Array[];
  /** Steps dropped before those that are kept. */
  readonly transient: number;
  /** Steps kept. */
  readonly keep: number;
  /** The number drawn of a state at a value of the parameter. */
  readonly observe: (x: Float64Array, value: number) => number;
  /** The family for many states at once, each at the value that it brings, where there is one. */
  readonly ensemble?: EnsembleMap | undefined;
  readonly progress?: (done: number, total: number) => void;
}

/** One row a kept state: parameter, number of the start, step, value. A diverged orbit has one row, its value NaN. */
export interface OrbitDiagram {
  readonly parameter: readonly number[];
  readonly start: readonly number[];
  readonly step: readonly number[];
  readonly value: readonly number[];
}

/** Late iterates over a range of a parameter: single lines are cycles, a fork is a period doubling, a cloud is chaos. */
export function orbitDiagram(family: MapFamily, options: OrbitDiagramOptions): OrbitDiagram {
  const { values, starts, transient, keep, observe, progress, ensemble = familyEnsemble(family) } = options;
  const n = family.dimension;
  const total = values.length * starts.length;
  const together = rowsTogether(ensemble);
  const rows = { parameter: [] as number[], start: [] as number[], step: [] as number[], value: [] as number[] };
  for (let from = 0; from < total; from += together) {
    progress?.(from, total);
    const own = Array.from({ length: Math.min(together, total - from) }, (_, i) => ({
      parameter: values[Math.floor((from + i) / starts.length)],
      start: (from + i) % starts.length,
      keptSteps: [] as number[],
      keptValues: [] as number[],
    }));
    const states = new Float64Array(own.length * n);
    own.forEach(({ start }, i) => {
      states.set(starts[start], i * n);
    });
    const parameters = Float64Array.from(own, (row) => row.parameter);
    followRows(ensemble, states, transient + keep, parameters, ({ row, step, count, orbit, at }) => {
      const { parameter, keptSteps, keptValues } = own[row];
      for (let i = 0; i < count; i++) {
        const t = step + 1 + i;
        const place = at + i * n;
        if (hasEscaped(orbit, place, n)) {
          keptSteps.push(t);
          keptValues.push(Number.NaN);
          return false;
        }
        if (t <= transient) continue;
        keptSteps.push(t);
        keptValues.push(observe(orbit.subarray(place, place + n), parameter));
      }
      return true;
    });
    for (const { parameter, start, keptSteps, keptValues } of own) {
      keptSteps.forEach((step, i) => {
        rows.parameter.push(parameter);
        rows.start.push(start);
        rows.step.push(step);
        rows.value.push(keptValues[i]);
      });
    }
  }
  return rows;
}
