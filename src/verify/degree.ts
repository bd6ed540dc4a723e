import { type Node, type NodeOf, type OpName, topologicalOrder } from "../program/index.ts";

/**
 * An upper bound of the degree of a node as a polynomial in the parameters; Infinity when its form is no polynomial (or a
 * selection depends on the parameters), −Infinity when it is 0 by its form. A loss of degree two has a constant Hessian.
 *
 * With `selections: "held"` the bound is that of the polynomials on the pieces: a maximum is one of its operands.
 */
export function degreeBound(root: Node, parameters: ReadonlySet<Node>, options: DegreeOptions = {}): number {
  return degreeBounds([root], parameters, options).get(root)!;
}

interface DegreeOptions {
  readonly selections?: "free" | "held";
}

/** The bounds of every node below some roots. */
export function degreeBounds(
  roots: readonly Node[],
  parameters: ReadonlySet<Node>,
  { selections = "free" }: DegreeOptions = {},
): ReadonlyMap<Node, number> {
  const degrees = new Map<Node, number>();
  for (const node of topologicalOrder(roots)) {
    const operands = node.operands.map((o) => degrees.get(o)!);
    const rule = ((selections === "held" ? onPieces[node.op] : undefined) ?? rules[node.op]) as Rule<OpName>;
    degrees.set(node, parameters.has(node) ? 1 : rule(operands, node as NodeOf<OpName>));
  }
  return degrees;
}

type Rule<K extends OpName> = (degrees: readonly number[], node: NodeOf<K>) => number;

const isZero = (degree: number) => degree === Number.NEGATIVE_INFINITY;
const zero: Rule<OpName> = () => 0;
const largest: Rule<OpName> = (degrees) => Math.max(...degrees);
/** A product with 0 is 0 wherever the other factor is defined. */
const total: Rule<OpName> = (degrees) =>
  degrees.some(isZero) ? Number.NEGATIVE_INFINITY : degrees.reduce((a, b) => a + b, 0);
/** Constant where its operands are, else no polynomial. */
const fixed: Rule<OpName> = (degrees) => (degrees.every((d) => d <= 0) ? 0 : Number.POSITIVE_INFINITY);
const multiple = (degree: number, factor: number) => (degree <= 0 ? degree : degree * factor);

const rules = {
  input: zero,
  constant: (_, { attributes: { values } }) => (values.every((v) => v === 0) ? Number.NEGATIVE_INFINITY : 0),
  neg: largest,
  abs: fixed,
  square: ([d]) => multiple(d!, 2),
  sqrt: fixed,
  exp: fixed,
  expm1: fixed,
  log: fixed,
  log1p: fixed,
  sin: fixed,
  cos: fixed,
  tanh: fixed,
  sigmoid: fixed,
  softplus: fixed,
  erf: fixed,
  step: fixed,
  pow: ([d], { attributes: { exponent } }) => {
    if (Number.isInteger(exponent) && exponent >= 1) return multiple(d!, exponent);
    return exponent === 0 || d! <= 0 ? 0 : Number.POSITIVE_INFINITY;
  },
  add: largest,
  sub: largest,
  mul: total,
  div: ([a, b]) => (isZero(a!) || b === 0 ? a! : Number.POSITIVE_INFINITY),
  max: fixed,
  min: fixed,
  less: fixed,
  lessEqual: fixed,
  select: ([condition, a, b]) => (condition! <= 0 ? Math.max(a!, b!) : Number.POSITIVE_INFINITY),
  broadcast: largest,
  sum: largest,
  reshape: largest,
  transpose: largest,
  slice: largest,
  pad: largest,
  concat: largest,
  gather: ([d], { attributes: { indices, fill } }) => (indices.includes(-1) && fill !== 0 ? Math.max(d!, 0) : d!),
  scatter: largest,
  matmul: total,
  maxAlong: fixed,
  argmaxMask: fixed,
  softmax: fixed,
  logSumExp: fixed,
} as const satisfies { readonly [K in OpName]: Rule<K> };

/** Operations that select, with the selection held fixed. */
const onPieces: { readonly [K in OpName]?: Rule<K> } = {
  abs: largest,
  max: largest,
  min: largest,
  maxAlong: largest,
  step: zero,
  less: zero,
  lessEqual: zero,
  argmaxMask: zero,
  select: ([, a, b]) => Math.max(a!, b!),
};
