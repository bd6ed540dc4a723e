import { makeLeaf, makeNode, type Node } from "./node.ts";
import type { InputRole } from "./operations.ts";
import { type Shape, sameShape, sizeOf } from "./shape.ts";

/** A window of the flat buffer `buffer` that begins at `offset`. With `perSample`, axis 0 counts the samples. */
export function input(
  buffer: string,
  shape: Shape,
  options: { readonly offset?: number; readonly role: InputRole; readonly perSample?: boolean },
): Node {
  const { offset = 0, role, perSample = false } = options;
  return makeLeaf("input", { buffer, offset, role, perSample }, shape);
}

/** A constant tensor: one number for all elements, or all of them in row-major order. */
export function constant(values: number | ArrayLike<number>, shape: Shape = []): Node {
  const data = typeof values === "number" ? Float64Array.of(values) : Float64Array.from(values);
  if (data.length !== 1 && data.length !== sizeOf(shape)) {
    throw new RangeError(`constant: ${data.length} values do not fill shape [${shape.join(", ")}]`);
  }
  return makeLeaf("constant", { values: data }, shape);
}

const none = {};

type Unary = (x: Node) => Node;
const unary = (op: "neg" | "abs" | "square" | "sqrt" | "exp" | "expm1" | "log" | "log1p" | UnaryMore): Unary => {
  return (x) => makeNode(op, [x], none);
};
type UnaryMore =
  | ("sin" | "cos" | "tanh" | "sigmoid" | "softplus" | "erf" | "step")
  | ("maxAlong" | "argmaxMask" | "softmax" | "logSumExp");

export const neg = unary("neg");
export const abs = unary("abs");
export const square = unary("square");
export const sqrt = unary("sqrt");
export const exp = unary("exp");
export const expm1 = unary("expm1");
export const log = unary("log");
export const log1p = unary("log1p");
export const sin = unary("sin");
export const cos = unary("cos");
export const tanh = unary("tanh");
export const sigmoid = unary("sigmoid");
export const softplus = unary("softplus");
export const erf = unary("erf");
/** 1 where x > 0, else 0. */
export const step = unary("step");
/** Largest element along the last axis. */
export const maxAlong = unary("maxAlong");
export const argmaxMask = unary("argmaxMask");
export const softmax = unary("softmax");
export const logSumExp = unary("logSumExp");

export function pow(x: Node, exponent: number): Node {
  return makeNode("pow", [x], { exponent });
}

/** A node or a number that stands for a constant of whatever shape the other operand has. */
export type Operand = Node | number;

type Binary = (a: Operand, b: Operand) => Node;
const binary = (op: "add" | "sub" | "mul" | "div" | "max" | "min" | "less" | "lessEqual"): Binary => {
  return (a, b) => {
    const alike = typeof a !== "number" && typeof b !== "number" && sameShape(a.shape, b.shape);
    return makeNode(op, alike ? [a, b] : alignShapes([a, b]), none);
  };
};

export const add = binary("add");
export const sub = binary("sub");
export const mul = binary("mul");
export const div = binary("div");
/** Larger of two; at a tie the derivative is that of `b`, so max(x, 0) has slope 0 at 0. */
export const max = binary("max");
/** Smaller of two; at a tie the derivative is that of `a`. */
export const min = binary("min");
export const less = binary("less");
export const lessEqual = binary("lessEqual");

export function select(condition: Node, a: Operand, b: Operand): Node {
  return makeNode("select", alignShapes([condition, a, b]), none);
}

/** Numbers become constants, scalars and tensors with fewer leading axes are repeated, to the largest shape among the operands. */
function alignShapes(operands: readonly Operand[]): Node[] {
  const shapes = operands.map((o) => (typeof o === "number" ? [] : o.shape));
  const target = shapes.reduce((a, b) => (b.length > a.length ? b : a));
  return operands.map((o) => (typeof o === "number" ? constant(o, target) : broadcastTrailing(o, target)));
}

/** Repeats `x` over the leading axes of `shape` that it lacks. */
export function broadcastTrailing(x: Node, shape: Shape): Node {
  if (sameShape(x.shape, shape)) return x;
  const lead = shape.length - x.shape.length;
  return broadcast(
    x,
    shape,
    x.shape.map((_, axis) => axis + lead),
  );
}

/** Axis i of `x` becomes axis `axes[i]` of `shape`; the others repeat. */
export function broadcast(x: Node, shape: Shape, axes: readonly number[]): Node {
  return makeNode("broadcast", [x], { shape, axes });
}

/** Sum over the given axes (all of them by default), which disappear. */
export function sum(x: Node, axes: readonly number[] = x.shape.map((_, axis) => axis)): Node {
  return axes.length === 0 ? x : makeNode("sum", [x], { axes: [...axes].sort((a, b) => a - b) });
}

export function reshape(x: Node, shape: Shape): Node {
  return sameShape(x.shape, shape) ? x : makeNode("reshape", [x], { shape });
}

export function transpose(x: Node, permutation: readonly number[]): Node {
  return permutation.every((axis, i) => axis === i) ? x : makeNode("transpose", [x], { permutation });
}

export function slice(x: Node, axis: number, start: number, length: number): Node {
  return start === 0 && length === x.shape[axis] ? x : makeNode("slice", [x], { axis, start, length });
}

export function pad(x: Node, axis: number, before: number, after: number): Node {
  return before === 0 && after === 0 ? x : makeNode("pad", [x], { axis, before, after });
}

export function concat(parts: readonly Node[], axis: number): Node {
  return parts.length === 1 ? parts[0]! : makeNode("concat", parts, { axis });
}

export function gather(x: Node, indices: Int32Array, fill = 0): Node {
  return makeNode("gather", [x], { indices, fill });
}

export function scatter(x: Node, indices: Int32Array, size: number): Node {
  return makeNode("scatter", [x], { indices, size });
}

/** Matrix product over the last two axes; leading axes must agree. */
export function matmul(a: Node, b: Node, transposeA = false, transposeB = false): Node {
  return makeNode("matmul", [a, b], { transposeA, transposeB });
}
