import { type Node, type NodeOf, type OpName, topologicalOrder } from "../program/index.ts";

/**
 * A lower bound of the order to which each node vanishes at θ = 0, on every piece at once: 1 for a trained parameter,
 * 0 for a non-zero constant and for data, Infinity for 0; products add, sums and selections take the minimum
 * (PROOFS 2.7). An output of order three or more has a vanishing Hessian at θ = 0 whatever the activation pattern.
 *
 * The extension principle needs the loss with fixed selections to be analytic on all of parameter space, so the bound
 * is null as soon as an operation may leave its domain (a quotient, root, logarithm or power of something that is not
 * bounded away from the boundary by its form).
 */
export function orderOfVanishing(root: Node, parameters: ReadonlySet<Node>): number | null {
  const orders = new Map<Node, number>();
  for (const node of topologicalOrder([root])) {
    const order = parameters.has(node)
      ? 1
      : ruleFor(node)(
          node,
          node.operands.map((o) => orders.get(o)!),
        );
    if (order === null) return null;
    orders.set(node, order);
  }
  return orders.get(root)!;
}

type Rule<K extends OpName> = (node: NodeOf<K>, orders: readonly number[]) => number | null;

const least: Rule<OpName> = (_, orders) => Math.min(...orders);
const total: Rule<OpName> = (_, orders) => orders.reduce((a, b) => a + b);
const zero: Rule<OpName> = () => 0;
/** Operations with f(0) = 0 keep the order of their operand. */
const keep: Rule<OpName> = (_, [order]) => order!;
const inDomain =
  (rule: Rule<OpName>): Rule<OpName> =>
  (node, orders) =>
    isPositive(node.operands.at(-1)!) ? rule(node, orders) : null;

function ruleFor(node: Node): Rule<OpName> {
  return rules[node.op] as Rule<OpName>;
}

const rules = {
  input: zero,
  constant: ({ attributes: { values } }) => (values.every((v) => v === 0) ? Number.POSITIVE_INFINITY : 0),
  neg: keep,
  abs: keep,
  square: (_, [order]) => 2 * order!,
  sqrt: inDomain(zero),
  exp: zero,
  expm1: keep,
  log: inDomain(zero),
  log1p: () => null,
  sin: keep,
  cos: zero,
  tanh: keep,
  sigmoid: zero,
  softplus: zero,
  erf: keep,
  step: zero,
  pow: ({ operands: [x], attributes: { exponent } }, [order]) => {
    if (Number.isInteger(exponent) && exponent >= 1) return exponent * order!;
    return isPositive(x!) ? 0 : null;
  },
  add: least,
  sub: least,
  mul: total,
  div: inDomain((_, [a]) => a!),
  max: least,
  min: least,
  less: zero,
  lessEqual: zero,
  select: (_, [, a, b]) => Math.min(a!, b!),
  broadcast: keep,
  sum: keep,
  reshape: keep,
  transpose: keep,
  slice: keep,
  pad: keep,
  concat: least,
  gather: ({ attributes: { indices, fill } }, [order]) =>
    fill !== 0 && indices.includes(-1) && Number.isFinite(fill) ? 0 : order!,
  scatter: keep,
  matmul: total,
  maxAlong: keep,
  argmaxMask: zero,
  softmax: zero,
  logSumExp: zero,
} as const satisfies { readonly [K in OpName]: Rule<K> };

/** Whether the form alone keeps every element at or above a positive number, on all of parameter space. */
export function isPositive(node: Node): boolean {
  const [a, b] = node.operands;
  switch (node.op) {
    case "constant":
      return node.attributes.values.every((v) => v > 0);
    case "add":
      return (isPositive(a!) && isNonNegative(b!)) || (isNonNegative(a!) && isPositive(b!));
    case "mul":
    case "div":
      return isPositive(a!) && b!.op === "constant" && isPositive(b!);
    case "sqrt":
    case "broadcast":
    case "reshape":
    case "transpose":
      return isPositive(a!);
    default:
      return false;
  }
}

function isNonNegative(node: Node): boolean {
  const [a, b] = node.operands;
  switch (node.op) {
    case "constant":
      return node.attributes.values.every((v) => v >= 0);
    case "square":
      return true;
    case "add":
      return isNonNegative(a!) && isNonNegative(b!);
    case "mul":
      return (a === b || isNonNegative(b!)) && (a === b || isNonNegative(a!));
    case "div":
      return isNonNegative(a!) && isPositive(b!);
    case "sum":
    case "broadcast":
    case "reshape":
    case "transpose":
      return isNonNegative(a!);
    default:
      return isPositive(node);
  }
}
