import type { PlaneAxisSpec } from "../spec/index.ts";
import { InputError } from "./host.ts";

/** One axis of a plane in parameter space. */
export interface PlaneAxis {
  readonly values: Float64Array;
  /** Moves a start to a value on the axis. */
  move(value: number, start: Float64Array): void;
}

/** @throws InputError when the axis does not fit the parameters. */
export function planeAxis(axis: PlaneAxisSpec, theta: Float64Array, path: string): PlaneAxis {
  const { range, count } = axis;
  const n = theta.length;
  const values = Float64Array.from({ length: count }, (_, i) => range[0] + ((range[1] - range[0]) * i) / (count - 1));
  if ("index" in axis) {
    const { index } = axis;
    if (index >= n) throw new InputError(`${path}.index: expected one of the ${n} parameters, found ${index}`);
    return {
      values,
      move(value, start) {
        start[index] = value;
      },
    };
  }
  const { direction } = axis;
  if (direction.length !== n) {
    throw new InputError(`${path}.direction: expected ${n} numbers, one for each parameter, found ${direction.length}`);
  }
  return {
    values,
    move(value, start) {
      for (let k = 0; k < n; k++) start[k] += value * direction[k];
    },
  };
}
