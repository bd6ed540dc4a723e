import { type Shape, sizeOf } from "../../program/index.ts";

/** Distances between neighbours along each axis of a dense row-major tensor. */
export function strides(shape: Shape): number[] {
  const result = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    result[axis] = step;
    step *= shape[axis]!;
  }
  return result;
}

/**
 * For every element of a tensor of `shape` in row-major order, the position Σ index_axis · step_axis.
 * One table serves broadcasts, sums and transpositions.
 */
export function positions(shape: Shape, steps: readonly number[]): Int32Array {
  const table = new Int32Array(sizeOf(shape));
  let filled = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const extent = shape[axis]!;
    for (let i = extent - 1; i > 0; i--) {
      for (let j = 0; j < filled; j++) table[i * filled + j] = table[j]! + i * steps[axis]!;
    }
    filled *= extent;
  }
  return table;
}

/** Sizes before, along and after one axis: the tensor is [outer, length, inner]. */
export function around(shape: Shape, axis: number): { outer: number; length: number; inner: number } {
  return {
    outer: sizeOf(shape.slice(0, axis)),
    length: shape[axis]!,
    inner: sizeOf(shape.slice(axis + 1)),
  };
}
