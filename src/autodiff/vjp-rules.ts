import * as p from "../program/index.ts";
import { derivativeOf, type UnaryName } from "./derivative.ts";

/** Cotangents of the operands from the cotangent `g` of the node; null where none flows. */
export type VjpRule<K extends p.OpName> = (node: p.NodeOf<K>, g: p.Node) => readonly (p.Node | null)[];

const unary = (node: p.NodeOf<UnaryName>, g: p.Node) => [p.mul(g, derivativeOf(node))];
const blocked = (node: p.NodeOf<p.OpName>) => node.operands.map(() => null);

/** Reverse mode, one rule an operation. */
export const vjpRules = {
  input: blocked,
  constant: blocked,
  neg: (_, g) => [p.neg(g)],
  abs: unary,
  square: unary,
  sqrt: unary,
  exp: unary,
  expm1: unary,
  log: unary,
  log1p: unary,
  sin: unary,
  cos: unary,
  tanh: unary,
  sigmoid: unary,
  softplus: unary,
  erf: unary,
  pow: unary,
  step: blocked,
  less: blocked,
  lessEqual: blocked,
  argmaxMask: blocked,
  add: (_, g) => [g, g],
  sub: (_, g) => [g, p.neg(g)],
  mul: ({ operands: [a, b] }, g) => [p.mul(g, b!), p.mul(g, a!)],
  div: (node, g) => {
    const scaled = p.div(g, node.operands[1]!);
    return [scaled, p.neg(p.mul(scaled, node))];
  },
  max: ({ operands: [a, b] }, g) => split(p.less(b!, a!), g),
  min: ({ operands: [a, b] }, g) => split(p.lessEqual(a!, b!), g),
  select: ({ operands: [condition] }, g) => [null, ...split(condition!, g)],
  broadcast: ({ operands: [x], attributes: { shape, axes } }, g) => {
    const reduced = p.sum(
      g,
      shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis)),
    );
    const sorted = [...axes].sort((a, b) => a - b);
    return [
      x!.shape.length === 0
        ? reduced
        : p.transpose(
            reduced,
            axes.map((axis) => sorted.indexOf(axis)),
          ),
    ];
  },
  sum: ({ operands: [x], attributes: { axes } }, g) => [p.broadcast(g, x!.shape, keptAxes(x!.shape, axes))],
  reshape: ({ operands: [x] }, g) => [p.reshape(g, x!.shape)],
  transpose: ({ attributes: { permutation } }, g) => [
    p.transpose(
      g,
      permutation.map((_, i) => permutation.indexOf(i)),
    ),
  ],
  slice: ({ operands: [x], attributes: { axis, start, length } }, g) => [
    p.pad(g, axis, start, x!.shape[axis]! - start - length),
  ],
  pad: ({ operands: [x], attributes: { axis, before } }, g) => [p.slice(g, axis, before, x!.shape[axis]!)],
  concat: ({ operands, attributes: { axis } }, g) => {
    let start = 0;
    return operands.map((operand) => {
      const length = operand.shape[axis]!;
      start += length;
      return p.slice(g, axis, start - length, length);
    });
  },
  gather: ({ operands: [x], attributes: { indices } }, g) => [p.scatter(g, indices, x!.shape[x!.shape.length - 1]!)],
  scatter: ({ attributes: { indices } }, g) => [p.gather(g, indices)],
  matmul: ({ operands: [a, b], attributes: { transposeA, transposeB } }, g) => [
    transposeA ? p.matmul(b!, g, transposeB, true) : p.matmul(g, b!, false, !transposeB),
    transposeB ? p.matmul(g, a!, true, transposeA) : p.matmul(a!, g, !transposeA, false),
  ],
  maxAlong: ({ operands: [x] }, g) => [p.select(p.argmaxMask(x!), alongLast(g, x!.shape), 0)],
  softmax: (node, g) => {
    const inner = p.sum(p.mul(g, node), [node.shape.length - 1]);
    return [p.mul(node, p.sub(g, alongLast(inner, node.shape)))];
  },
  logSumExp: ({ operands: [x] }, g) => [p.mul(p.softmax(x!), alongLast(g, x!.shape))],
} as const satisfies { readonly [K in p.OpName]: VjpRule<K> };

/** The cotangent goes to the first where the condition holds, to the second elsewhere. */
function split(condition: p.Node, g: p.Node): [p.Node, p.Node] {
  return [p.select(condition, g, 0), p.select(condition, 0, g)];
}

/** The axes of `shape` that a sum over `axes` keeps. */
export function keptAxes(shape: p.Shape, axes: readonly number[]): number[] {
  return shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
}

/** Repeats `x` along the last axis of `shape`, which it lacks. */
export function alongLast(x: p.Node, shape: p.Shape): p.Node {
  return p.broadcast(
    x,
    shape,
    x.shape.map((_, axis) => axis),
  );
}
