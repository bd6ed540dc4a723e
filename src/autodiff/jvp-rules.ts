import * as p from "../program/index.ts";
import { derivativeOf, type UnaryName } from "./derivative.ts";
import { alongLast } from "./vjp-rules.ts";

/** Tangent of the node from the tangents of its operands; null stands for a tangent that vanishes identically. */
export type JvpRule<K extends p.OpName> = (node: p.NodeOf<K>, t: readonly (p.Node | null)[]) => p.Node | null;

const unary = (node: p.NodeOf<UnaryName>, [t]: readonly (p.Node | null)[]) => t && p.mul(t, derivativeOf(node));
const blocked = () => null;
/** Operations that are linear in their one operand act on the tangent as on the value. */
const linear = <K extends p.OpName>(node: p.NodeOf<K>, [t]: readonly (p.Node | null)[]) =>
  t && p.makeNode(node.op, [t], node.attributes);

/** Forward mode, one rule an operation. */
export const jvpRules = {
  input: blocked,
  constant: blocked,
  neg: linear,
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
  add: (_, [a, b]) => plus(a!, b!),
  sub: (_, [a, b]) => plus(a!, b! && p.neg(b!)),
  mul: ({ operands: [a, b] }, [s, t]) => plus(s! && p.mul(s!, b!), t! && p.mul(a!, t!)),
  div: (node, [s, t]) => {
    const change = plus(s!, t! && p.neg(p.mul(node, t!)));
    return change && p.div(change, node.operands[1]!);
  },
  max: ({ operands: [a, b] }, t) => choose(p.less(b!, a!), t),
  min: ({ operands: [a, b] }, t) => choose(p.lessEqual(a!, b!), t),
  select: ({ operands: [condition] }, [, s, t]) => choose(condition!, [s!, t!]),
  broadcast: linear,
  sum: linear,
  reshape: linear,
  transpose: linear,
  slice: linear,
  pad: linear,
  concat: ({ operands, attributes: { axis } }, t) =>
    t.every((x) => x === null)
      ? null
      : p.concat(
          t.map((x, i) => x ?? p.constant(0, operands[i]!.shape)),
          axis,
        ),
  gather: ({ attributes: { indices } }, [t]) => t! && p.gather(t, indices),
  scatter: linear,
  matmul: ({ operands: [a, b], attributes: { transposeA, transposeB } }, [s, t]) =>
    plus(s! && p.matmul(s!, b!, transposeA, transposeB), t! && p.matmul(a!, t!, transposeA, transposeB)),
  maxAlong: ({ operands: [x] }, [t]) => t! && p.sum(p.select(p.argmaxMask(x!), t, 0), [x!.shape.length - 1]),
  softmax: (node, [t]) => {
    if (!t) return null;
    const inner = p.sum(p.mul(t, node), [node.shape.length - 1]);
    return p.mul(node, p.sub(t, alongLast(inner, node.shape)));
  },
  logSumExp: ({ operands: [x] }, [t]) => t! && p.sum(p.mul(p.softmax(x!), t), [x!.shape.length - 1]),
} as const satisfies { readonly [K in p.OpName]: JvpRule<K> };

function plus(a: p.Node | null, b: p.Node | null): p.Node | null {
  return a && b ? p.add(a, b) : (a ?? b);
}

function choose(condition: p.Node, [a, b]: readonly (p.Node | null)[]): p.Node | null {
  return a || b ? p.select(condition, a ?? 0, b ?? 0) : null;
}
