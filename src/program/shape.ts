/** Sizes of a tensor's axes, outermost first; `[]` is a scalar. Tensors are dense, row-major float64. */
export type Shape = readonly number[];

/** Number of elements of a tensor of this shape. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const s of shape) size *= s;
  return size;
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** `[3, 4]` as people write it. */
export function showShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** The sizes of the axes of `shape` that are not in `axes`, in order. */
export function dropAxes(shape: Shape, axes: readonly number[]): Shape {
  return shape.filter((_, axis) => !axes.includes(axis));
}
