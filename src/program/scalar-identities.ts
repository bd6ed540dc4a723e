import { add, constant, less, max, mul, neg, select, sub } from "./build.ts";
import type { Node } from "./node.ts";
import { type Identity, isNumber, numberOf, remake } from "./simplify.ts";

/**
 * Identities for programs of single numbers, where a sum of n terms is n additions that begin at +0 and a layer is its
 * units written out. Like those of `simplify` they hold for every double, so that every result keeps its bits.
 */
export function scalarIdentities(): Identity {
  const signsOf = signReader();
  return (node, simplest) => {
    signsOf(node); // operands before users: no deep recursion
    const bare = withoutZero(node, simplest, signsOf);
    return bare ?? outOfKink(node, simplest) ?? outOfSelection(node, simplest);
  };
}

/** Tells the signs of nodes, each read once. */
export function signReader(): (node: Node) => Signs {
  const signs = new Map<Node, Signs>();
  const signsOf = (node: Node): Signs => {
    let found = signs.get(node);
    if (!found) signs.set(node, (found = readSigns(node, signsOf)));
    return found;
  };
  return signsOf;
}

export interface Signs {
  /** Never −0. */
  readonly noMinusZero: boolean;
  /** +0, positive or NaN. */
  readonly nonNegative: boolean;
}

const unknown: Signs = { noMinusZero: false, nonNegative: false };
const positive: Signs = { noMinusZero: true, nonNegative: true };

function readSigns(node: Node, of: (node: Node) => Signs): Signs {
  const both = (a: Node, b: Node): Signs => {
    const [x, y] = [of(a), of(b)];
    return {
      noMinusZero: x.noMinusZero && y.noMinusZero,
      nonNegative: x.nonNegative && y.nonNegative,
    };
  };
  const [a, b, c] = node.operands as [Node, Node, Node];
  switch (node.op) {
    case "constant": {
      const { values } = node.attributes;
      return {
        noMinusZero: values.every((v) => !Object.is(v, -0)),
        nonNegative: values.every((v) => v > 0 || Object.is(v, 0)),
      };
    }
    case "abs":
    case "square":
    case "exp":
    case "sigmoid":
    case "softplus":
    case "step":
    case "less":
    case "lessEqual":
      return positive;
    case "sqrt":
      return of(a);
    case "add":
      return { ...both(a, b), noMinusZero: of(a).noMinusZero || of(b).noMinusZero };
    case "sub":
      return { noMinusZero: of(a).noMinusZero, nonNegative: false };
    case "mul":
    case "div":
      return both(a, b).nonNegative ? positive : unknown;
    case "max":
      return of(a).nonNegative || of(b).nonNegative ? positive : both(a, b);
    case "min":
      return both(a, b);
    case "select":
      return both(b, c);
    default:
      return unknown;
  }
}

const isZero = (node: Node) => isNumber(node, 0);

/** x of x + (+0), which differs from it at −0 only. */
export function unsigned(node: Node): Node | null {
  if (node.op !== "add") return null;
  const [a, b] = node.operands as [Node, Node];
  return isZero(b) ? a : isZero(a) ? b : null;
}

/** Additions of +0 are dropped where no −0 can arrive or its sign cannot be told. */
function withoutZero(node: Node, simplest: (node: Node) => Node, of: (node: Node) => Signs): Node | null {
  const [a, b] = node.operands as [Node, Node];
  const bare = (x: Node) => unsigned(x) ?? x;
  switch (node.op) {
    case "abs":
    case "square":
    case "step":
      return unsigned(a) ? remake(node, [bare(a)]) : null;
    case "less":
    case "lessEqual":
      return unsigned(a) || unsigned(b) ? remake(node, [bare(a), bare(b)]) : null;
    case "max":
      return unsigned(a) && isZero(b) ? max(bare(a), b) : unsigned(b) && isZero(a) ? max(a, bare(b)) : null;
    case "add": {
      const own = unsigned(node);
      if (own && of(own).noMinusZero) return own;
      if (own) return own.op === "select" && isZero(own.operands[2]!) ? intoSelection(own, simplest) : null;
      if (unsigned(a) && of(b).noMinusZero) return add(bare(a), b);
      if (unsigned(b) && of(a).noMinusZero) return add(a, bare(b));
      return null;
    }
    case "sub": {
      if (unsigned(b) && of(a).noMinusZero) return sub(a, bare(b));
      const c = numberOf(b);
      return unsigned(a) && c !== null && !Object.is(c, 0) ? sub(bare(a), b) : null;
    }
    default:
      return null;
  }
}

/** select(c, x, 0) + 0 = select(c, x + 0, 0). */
function intoSelection(selection: Node, simplest: (node: Node) => Node): Node {
  const [condition, x, zero] = selection.operands as [Node, Node, Node];
  return select(condition, simplest(add(x, zero)), zero);
}

/**
 * max(cx, 0) = c·max(x, 0) for c > 0, and 0 < cx wherever 0 < x as long as the product cannot vanish: the kink of a
 * unit is then the same for every sample. For c < 0 with −x in place of x.
 */
function outOfKink(node: Node, simplest: (node: Node) => Node): Node | null {
  if (node.op !== "max" && node.op !== "less" && node.op !== "step") return null;
  const [a, b] = node.operands as [Node, Node];
  const x = node.op === "less" ? b : a;
  if (node.op === "less" ? !isZero(a) : node.op === "max" && !isZero(b)) return null;
  const c = x.op === "mul" ? numberOf(x.operands[1]!) : null;
  if (c === null || !Number.isFinite(c) || c === 0) return null;
  const inner = x.operands[0]!;
  const oriented = c > 0 ? inner : simplest(neg(inner));
  if (node.op === "max") return mul(simplest(max(oriented, constant(0))), Math.abs(c));
  if (Math.abs(c) <= 0.5) return null; // the product of the smallest double would be 0
  return node.op === "less" ? less(constant(0), oriented) : remake(node, [oriented]);
}

/** Sums and positive multiples of values that are 0 unless one condition holds are taken under that condition. */
function outOfSelection(node: Node, simplest: (node: Node) => Node): Node | null {
  if (node.op !== "add" && node.op !== "mul") return null;
  const [a, b] = node.operands as [Node, Node];
  if (a.op !== "select" || !isZero(a.operands[2]!)) return null;
  const [condition, x, zero] = a.operands as [Node, Node, Node];
  if (node.op === "mul") {
    const c = numberOf(b);
    const scales = c !== null && c > 0 && Number.isFinite(c);
    return scales ? select(condition, simplest(mul(x, b)), zero) : null;
  }
  const matches = b.op === "select" && b.operands[0] === condition && isZero(b.operands[2]!);
  return matches ? select(condition, simplest(add(x, b.operands[1]!)), zero) : null;
}
