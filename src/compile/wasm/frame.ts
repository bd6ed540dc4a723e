import { type Shape, sameShape } from "../../program/index.ts";

/** Axes of an iteration over row-major elements, outermost first, none of extent 1. */
export type Frame = readonly number[];

export function frameOf(shape: Shape): Frame {
  return shape.filter((extent) => extent > 1);
}

/**
 * The coarsest frame in which both shapes, of equal size, can be written by cutting axes: [6, 4] and [3, 8] give
 * [3, 2, 4]. Null where their cuts do not nest, as for [2, 3] and [3, 2].
 */
export function refine(a: Frame, b: Shape): Frame | null {
  if (sameShape(a, b)) return a;
  const extents: number[] = [];
  let [i, j] = [a.length, b.length];
  let [cutA, cutB] = [1, 1];
  for (let cut = 1; ; ) {
    while (cutA <= cut && i > 0) cutA *= a[--i]!;
    while (cutB <= cut && j > 0) cutB *= b[--j]!;
    const next = cutA <= cut ? cutB : cutB <= cut || cutA < cutB ? cutA : cutB;
    if (next <= cut) return extents.reverse();
    if (next % cut !== 0) return null;
    extents.push(next / cut);
    cut = next;
  }
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
