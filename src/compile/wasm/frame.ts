import type { Shape } from "../../program/index.ts";

/** Axes of an iteration over row-major elements, outermost first, none of extent 1. */
export type Frame = readonly number[];

export function frameOf(shape: Shape): Frame {
  return shape.filter((extent) => extent > 1);
}

/**
 * The coarsest frame in which both shapes, of equal size, can be written by cutting axes: [6, 4] and [3, 8] give
 * [3, 2, 4]. Null where their cuts do not nest, as for [2, 3] and [3, 2].
 */
export function refine(a: Frame, b: Frame): Frame | null {
  const cuts = [...new Set([...cutsOf(a), ...cutsOf(b)])].sort((x, y) => x - y);
  const extents: number[] = [];
  for (let i = 1; i < cuts.length; i++) {
    const ratio = cuts[i]! / cuts[i - 1]!;
    if (!Number.isInteger(ratio)) return null;
    extents.unshift(ratio);
  }
  return extents;
}

/** Numbers of elements after each cut between axes, and the size. */
function cutsOf(shape: Shape): number[] {
  const cuts = [1];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis]! > 1) cuts.push(cuts[cuts.length - 1]! * shape[axis]!);
  }
  return cuts;
}

/** Strides along the axes of a frame of a tensor whose own axes the frame refines. */
export function stridesIn(frame: Frame, shape: Shape, strides: readonly number[]): number[] {
  const result = new Array<number>(frame.length);
  let at = frame.length - 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    for (let inner = 1; inner < shape[axis]!; inner *= frame[at--]!) result[at] = strides[axis]! * inner;
  }
  return result;
}
