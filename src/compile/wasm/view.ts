import { type Node, type Shape, sizeOf } from "../../program/index.ts";

/**
 * A tensor read through an affine map: element (i₀, i₁, …) of the node is element `offset` + Σ iₐ·stridesₐ of the
 * value of `root`, which is stored row-major. Broadcast axes have stride 0.
 */
export interface View {
  readonly root: Node;
  readonly shape: Shape;
  readonly offset: number;
  readonly strides: readonly number[];
}

/** The whole value of a node that is stored itself; a repeated constant is stored once, unless it must be dense. */
export function ownView(node: Node, dense = false): View {
  const repeated = !dense && node.op === "constant" && node.attributes.values.length === 1;
  const strides = repeated ? node.shape.map(() => 0) : rowMajor(node.shape);
  return { root: node, shape: node.shape, offset: 0, strides };
}

/** What a rearranging operation makes of a view of its operand; null where no strides can say it, or it computes. */
export function viewThrough(node: Node, operand: View): View | null {
  const { root, offset, strides } = operand;
  const { shape } = node;
  switch (node.op) {
    case "reshape": {
      const regrouped = isContiguous(operand) ? denseStrides(shape) : regroup(operand, shape);
      return regrouped && { root, shape, offset, strides: regrouped };
    }
    case "broadcast": {
      const { axes } = node.attributes;
      return { root, shape, offset, strides: shape.map((_, axis) => strides[axes.indexOf(axis)] ?? 0) };
    }
    case "transpose":
      return { root, shape, offset, strides: node.attributes.permutation.map((axis) => strides[axis]!) };
    case "slice": {
      const { axis, start } = node.attributes;
      return { root, shape, offset: offset + start * strides[axis]!, strides };
    }
    default:
      return null;
  }
}

/** Whether the view reads consecutive elements in row-major order. */
export function isContiguous({ shape, strides }: View): boolean {
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== step) return false;
    step *= shape[axis]!;
  }
  return true;
}

/** Whether the view is the whole of its root, in order. */
export function isWhole(view: View): boolean {
  return view.offset === 0 && sizeOf(view.shape) === sizeOf(view.root.shape) && isContiguous(view);
}

export function rowMajor(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis]!;
  }
  return strides;
}

/** Row-major, and 0 along axes of one element. */
function denseStrides(shape: Shape): number[] {
  const strides = rowMajor(shape);
  for (let axis = 0; axis < shape.length; axis++) if (shape[axis] === 1) strides[axis] = 0;
  return strides;
}

/** Strides of the same elements under another shape of equal size, or null where an axis would need two strides. */
function regroup(view: View, shape: Shape): number[] | null {
  const runs = uniformRuns(view);
  let inner = 1;
  const strides = new Array<number>(shape.length).fill(0);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const extent = shape[axis]!;
    if (extent === 1) continue;
    const run = runs.find((r) => inner >= r.inner && inner * extent <= r.inner * r.extent);
    if (!run) return null;
    strides[axis] = run.stride * (inner / run.inner);
    inner *= extent;
  }
  return strides;
}

/** Neighbouring axes that one stride steps through, merged; `inner` counts the elements of one step. */
function uniformRuns({ shape, strides }: View): { inner: number; extent: number; stride: number }[] {
  const runs: { inner: number; extent: number; stride: number }[] = [];
  let inner = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const extent = shape[axis]!;
    if (extent === 1) continue;
    const last = runs[runs.length - 1];
    if (last && strides[axis] === last.stride * last.extent) last.extent *= extent;
    else runs.push({ inner, extent, stride: strides[axis]! });
    inner *= extent;
  }
  return runs;
}
