import * as p from "../program/index.ts";

/** The elementwise operations of one operand. */
export type UnaryName =
  | ("neg" | "abs" | "square" | "sqrt" | "exp" | "expm1" | "log" | "log1p" | "sin" | "cos" | "tanh")
  | ("sigmoid" | "softplus" | "erf" | "pow");

/**
 * f′(x) of an elementwise operation, from its operand x and its value y = f(x). At the kink of abs it is the left
 * derivative, −1.
 */
export const derivative: { readonly [K in UnaryName]: (x: p.Node, y: p.Node, node: p.NodeOf<K>) => p.Operand } = {
  neg: () => -1,
  abs: (x) => p.select(p.less(0, x), 1, -1),
  square: (x) => p.mul(2, x),
  sqrt: (_, y) => p.div(0.5, y),
  exp: (_, y) => y,
  expm1: (_, y) => p.add(y, 1),
  log: (x) => p.div(1, x),
  log1p: (x) => p.div(1, p.add(1, x)),
  sin: (x) => p.cos(x),
  cos: (x) => p.neg(p.sin(x)),
  tanh: (_, y) => p.sub(1, p.square(y)),
  sigmoid: (_, y) => p.mul(y, p.sub(1, y)),
  softplus: (x) => p.sigmoid(x),
  erf: (x) => p.mul(2 / Math.sqrt(Math.PI), p.exp(p.neg(p.square(x)))),
  pow: (x, _, { attributes: { exponent } }) => p.mul(exponent, p.pow(x, exponent - 1)),
};

/** f′(x) of the elementwise node, or null where the derivative vanishes identically. */
export function derivativeOf(node: p.NodeOf<UnaryName>): p.Operand {
  const rule = derivative[node.op] as (x: p.Node, y: p.Node, node: p.Node) => p.Operand;
  return rule(node.operands[0]!, node as p.Node, node as p.Node);
}
