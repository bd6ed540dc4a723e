import { type Node, sizeOf } from "../program/index.ts";

/**
 * Follows the axis that counts the units of a layer through rearrangements. Given that axis `axis` of `from` counts
 * them, the axis of `to` that does, when `to` is made from `from` by reshaping, transposing, summing over other axes,
 * multiplying by one positive constant, or elementwise; null when the units get mixed or lost on the way.
 */
export function unitAxisThrough(path: readonly Node[], from: Node, axis: number): number | null {
  let current: number | null = axis;
  let before = from;
  for (const node of path) {
    current = stepAxis(node, before, current!);
    if (current === null) return null;
    before = node;
  }
  return current;
}

function stepAxis(node: Node, before: Node, axis: number): number | null {
  switch (node.op) {
    case "reshape":
      return sameRun(before.shape, axis, node.shape);
    case "transpose":
      return node.attributes.permutation.indexOf(axis);
    case "sum": {
      const { axes } = node.attributes;
      return axes.includes(axis) ? null : axis - axes.filter((a) => a < axis).length;
    }
    default:
      return axis;
  }
}

/** The axis of `to` with the same extent and the same number of elements inside it. */
function sameRun(from: readonly number[], axis: number, to: readonly number[]): number | null {
  const inside = sizeOf(from.slice(axis + 1));
  for (let i = 0; i < to.length; i++) {
    if (to[i] === from[axis] && sizeOf(to.slice(i + 1)) === inside) return i;
  }
  return null;
}
