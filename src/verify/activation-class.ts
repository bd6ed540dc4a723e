import { constant, makeNode, type Node, type NodeOf, type OpName, operations, sameShape } from "../program/index.ts";

/**
 * What an activation σ is, read off its expression. "homogeneous": piecewise linear with kinks at 0 only and σ(0) = 0
 * (ReLU, leaky, abs, identity). "analytic": analytic on the whole line. "other": anything else (clips, softsign).
 */
export type ActivationClass = "homogeneous" | "analytic" | "other";

/** φ = σ(z) elementwise: the node z, and σ as a scalar expression `y` of `x`. */
export interface Activation {
  readonly preActivation: Node;
  readonly x: Node;
  readonly y: Node;
  readonly kind: ActivationClass;
}

/**
 * Splits `features` into an elementwise activation and what it acts on: `isStop` names where the activation's
 * argument begins. Null when the features are not one function of one argument, the same for every element.
 */
export function activationBetween(features: Node, preActivation: Node): Activation | null {
  const x = makeScalarInput();
  const copies = new Map<Node, Node>([[preActivation, x]]);
  const y = copyScalar(features, preActivation, copies);
  return y && { preActivation, x, y, kind: classify(x, y) };
}

function makeScalarInput(): Node {
  return constant(Number.NaN);
}

/** Rebuilds the expression for a single element; null when it is not elementwise with uniform constants. */
function copyScalar(root: Node, source: Node, copies: Map<Node, Node>): Node | null {
  const stack = [root];
  while (stack.length > 0) {
    const node = stack[stack.length - 1]!;
    if (copies.has(node)) {
      stack.pop();
      continue;
    }
    if (!sameShape(node.shape, source.shape)) return null;
    if (node.op === "constant" && new Set(node.attributes.values).size === 1) {
      copies.set(node, constant(node.attributes.values[0]!));
      stack.pop();
      continue;
    }
    if (!operations[node.op].elementwise) return null;
    const missing = node.operands.filter((o) => !copies.has(o));
    if (missing.length > 0) stack.push(...missing);
    else {
      const operands = node.operands.map((o) => copies.get(o)!);
      copies.set(node, makeNode(node.op, operands, (node as NodeOf<OpName>).attributes));
      stack.pop();
    }
  }
  return copies.get(root)!;
}

function classify(x: Node, y: Node): ActivationClass {
  if (isHomogeneous(y, x)) return "homogeneous";
  return isAnalytic(y, x) ? "analytic" : "other";
}

/** Positively homogeneous of degree one and piecewise linear, by its form. */
function isHomogeneous(node: Node, x: Node): boolean {
  if (node === x) return true;
  if (node.op === "constant") return node.attributes.values.every((v) => v === 0);
  const [a, b, c] = node.operands;
  switch (node.op) {
    case "neg":
    case "abs":
      return isHomogeneous(a!, x);
    case "add":
    case "sub":
    case "max":
    case "min":
      return isHomogeneous(a!, x) && isHomogeneous(b!, x);
    case "mul":
      return (isFixed(a!, x) && isHomogeneous(b!, x)) || (isFixed(b!, x) && isHomogeneous(a!, x));
    case "div":
      return isHomogeneous(a!, x) && isFixed(b!, x);
    case "select":
      return (
        (a!.op === "less" || a!.op === "lessEqual") &&
        a!.operands.every((o) => isHomogeneous(o, x)) &&
        isHomogeneous(b!, x) &&
        isHomogeneous(c!, x)
      );
    default:
      return false;
  }
}

/** A non-zero constant expression. */
function isFixed(node: Node, x: Node): boolean {
  return node !== x && node.op === "constant" && node.attributes.values.every((v) => Number.isFinite(v) && v !== 0);
}

function isAnalytic(node: Node, x: Node): boolean {
  if (node === x || node.op === "constant") return true;
  const { analyticity } = operations[node.op];
  if (analyticity === "kinked" || node.op === "select") return false;
  if (node.op === "div") return isFixed(node.operands[1]!, x) && isAnalytic(node.operands[0]!, x);
  if (node.op === "pow") {
    const { exponent } = node.attributes;
    return Number.isInteger(exponent) && exponent >= 0 && isAnalytic(node.operands[0]!, x);
  }
  if (analyticity === "domain") return false;
  return node.operands.every((o) => isAnalytic(o, x));
}
