import { norm } from "../numeric/index.ts";
import type { MapFamily } from "./discrete-map.ts";
import { escapeRadius } from "./fate.ts";

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
  const { values, starts, transient, keep, observe, progress } = options;
  const rows = { parameter: [] as number[], start: [] as number[], step: [] as number[], value: [] as number[] };
  const put = (parameter: number, start: number, step: number, value: number) => {
    rows.parameter.push(parameter);
    rows.start.push(start);
    rows.step.push(step);
    rows.value.push(value);
  };
  const total = values.length * starts.length;
  for (let i = 0; i < values.length; i++) {
    const map = family.at(values[i]);
    starts.forEach((initial, start) => {
      progress?.(i * starts.length + start, total);
      let x = initial.slice();
      let next = new Float64Array(family.dimension);
      for (let t = 1; t <= transient + keep; t++) {
        map.step(x, next);
        [x, next] = [next, x];
        if (!(norm(x) <= escapeRadius)) {
          put(values[i], start, t, Number.NaN);
          break;
        }
        if (t > transient) put(values[i], start, t, observe(x, values[i]));
      }
    });
  }
  return rows;
}
