import { type Node, type NodeOf, type OpName, topologicalOrder } from "../program/index.ts";

/**
 * How a node changes with the sign of its sample's inputs x ↦ −x, for every θ, read off its form. "fixed": it does not
 * read them; "linear": linear in them; "odd", "even": f(−x) = ∓f(x); "none": nothing is known.
 */
export type InputParity = "fixed" | "linear" | "odd" | "even" | "none";

export function inputParity(root: Node, buffer: string): InputParity {
  const found = new Map<Node, InputParity>();
  for (const node of topologicalOrder([root])) {
    const operands = node.operands.map((o) => found.get(o)!);
    const own = node.op === "input" && node.attributes.buffer === buffer;
    const rule = rules[node.op] as Rule<OpName>;
    found.set(node, own ? "linear" : rule(operands, node as NodeOf<OpName>));
  }
  return found.get(root)!;
}

type Rule<K extends OpName> = (operands: readonly InputParity[], node: NodeOf<K>) => InputParity;

const isOdd = (x: InputParity) => x === "linear" || x === "odd";
const isEven = (x: InputParity) => x === "fixed" || x === "even";

type Combine = (operands: readonly InputParity[]) => InputParity;

const keep: Combine = ([x]) => x!;
/** Functions without a symmetry. */
const plain: Combine = (x) => (x.every((y) => y === "fixed") ? "fixed" : x.every(isEven) ? "even" : "none");
/** Odd functions. */
const odd: Combine = ([x]) => (x === "linear" ? "odd" : x!);
/** Even functions. */
const even: Combine = ([x]) => (isOdd(x!) ? "even" : x!);
const together: Combine = (x) => {
  if (x.every((y) => y === x[0])) return x[0]!;
  return x.every(isOdd) ? "odd" : x.every(isEven) ? "even" : "none";
};
const times: Combine = ([a, b]) => {
  if (a === "fixed") return b!;
  if (b === "fixed") return a!;
  if (a === "none" || b === "none") return "none";
  return isOdd(a!) === isOdd(b!) ? "even" : "odd";
};

const rules = {
  input: () => "fixed",
  constant: () => "fixed",
  neg: keep,
  abs: even,
  square: even,
  sqrt: plain,
  exp: plain,
  expm1: plain,
  log: plain,
  log1p: plain,
  sin: odd,
  cos: even,
  tanh: odd,
  sigmoid: plain,
  softplus: plain,
  erf: odd,
  step: plain,
  pow: ([x], { attributes: { exponent } }) => {
    if (!Number.isInteger(exponent)) return plain([x!]);
    return exponent % 2 === 0 ? even([x!]) : odd([x!]);
  },
  add: together,
  sub: together,
  mul: times,
  div: ([a, b]) => (b === "fixed" ? a! : times([a!, b!])),
  max: plain,
  min: plain,
  less: plain,
  lessEqual: plain,
  select: ([condition, a, b]) => (condition === "fixed" ? together([a!, b!]) : plain([condition!, a!, b!])),
  broadcast: keep,
  sum: keep,
  reshape: keep,
  transpose: keep,
  slice: keep,
  pad: keep,
  concat: together,
  gather: ([x], { attributes: { indices, fill } }) =>
    indices.includes(-1) && fill !== 0 ? together([x!, "fixed"]) : x!,
  scatter: keep,
  matmul: times,
  maxAlong: plain,
  argmaxMask: plain,
  softmax: plain,
  logSumExp: plain,
} as const satisfies { readonly [K in OpName]: Rule<K> };
