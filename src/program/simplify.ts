import { add, broadcast, constant, mul, neg, reshape, sub, transpose } from "./build.ts";
import { makeNode, type Node, type NodeOf } from "./node.ts";
import { operations } from "./operations.ts";
import { buildProgram, type Program } from "./program.ts";
import { type Shape, sameShape, sizeOf } from "./shape.ts";

/**
 * An equal program with less to do: constants folded, equal nodes made once, results that nobody reads dropped, and
 * identities applied that hold for every double, signed zeros, infinities and NaN included. So every result is the
 * same bit for bit, whatever the engine.
 */
export function simplify(program: Program, more: Identity = () => null, options: SimplifyOptions = {}): Program {
  const replaced = new Map<Node, Node>();
  const simplifier = new Simplifier(more, options);
  for (const node of program.nodes) {
    let same = true;
    const operands: Node[] = [];
    for (const operand of node.operands) {
      const simple = replaced.get(operand)!;
      if (simple !== operand) same = false;
      operands.push(simple);
    }
    replaced.set(node, simplifier.simplest(same ? node : remake(node, operands)));
  }
  const outputs = program.outputs.map((o) => ({ ...o, node: replaced.get(o.node)! }));
  return buildProgram(outputs, program.bufferSizes);
}

/**
 * A further rewriting of a node whose operands are simple: the node to go on with, or null where it does not apply.
 * New operands are to be passed through `simplest`, so that equal ones are made once.
 */
export type Identity = (node: Node, simplest: (node: Node) => Node) => Node | null;

export interface SimplifyOptions {
  /**
   * "never": constants stand for the numbers that a person wrote, 0.1 for 1/10, so none is folded where doubles would
   * round: 0.1·3 is 3/10 then, and not 0.30000000000000004. Default: the rounding that running the program does.
   */
  readonly rounding?: "never";
}

/** The same operation on other operands. */
export function remake(node: Node, operands: readonly Node[]): Node {
  return makeNode(node.op, operands, node.attributes as never);
}

const commutative: ReadonlySet<Node["op"]> = new Set(["add", "mul", "max", "min"]);

/** Rewrites nodes whose operands are simple already, and knows every node that it has given out. */
export class Simplifier {
  private readonly known = new Map<string, Node>();
  private readonly numbers = new Map<object, number>();
  private readonly more: Identity;
  private readonly mayRound: boolean;
  private readonly again = (node: Node) => this.simplest(node);

  constructor(more: Identity = () => null, { rounding }: SimplifyOptions = {}) {
    this.more = more;
    this.mayRound = rounding !== "never";
  }

  simplest(node: Node): Node {
    const simple = this.rewrite(node);
    const key = this.keyOf(simple);
    const found = this.known.get(key);
    if (!found) this.known.set(key, simple);
    return found ?? simple;
  }

  /** One simplification after another, until none applies. */
  private rewrite(node: Node): Node {
    let current = node;
    for (;;) {
      const elementwise = operations[current.op].elementwise;
      const next =
        (elementwise && (foldConstants(current, this.mayRound) ?? this.hoistBroadcast(current))) || step(current);
      const further = next === current ? this.more(current, this.again) : next;
      if (further === null || further === current) return current;
      current = further;
    }
  }

  /** f(broadcast a, broadcast b) = broadcast f(a, b), computed once an element instead of once a copy. */
  private hoistBroadcast(node: Node): Node | null {
    let spread: NodeOf<"broadcast"> | null = null;
    for (const operand of node.operands) if (operand.op === "broadcast") spread ??= operand;
    if (!spread) return null;
    const { axes } = spread.attributes;
    const inner = spread.operands[0]!.shape;
    const operands: Node[] = [];
    for (const operand of node.operands) {
      const number = numberOf(operand);
      if (number !== null) operands.push(constant(number, inner));
      else if (operand.op === "broadcast" && agrees(operand, inner, axes)) operands.push(operand.operands[0]!);
      else return null;
    }
    return broadcast(this.simplest(remake(node, operands)), node.shape, axes);
  }

  /** Equal keys for nodes that compute the same. Shapes follow from operands and attributes, except those of leaves. */
  private keyOf(node: Node): string {
    const { op, operands } = node;
    let key: string = op;
    if (operands.length === 2) {
      const [a, b] = [nameOf(operands[0]!), nameOf(operands[1]!)];
      key += commutative.has(op) && b < a ? ` ${b} ${a}` : ` ${a} ${b}`;
    } else {
      for (const operand of operands) key += ` ${nameOf(operand)}`;
      if (operands.length === 0) key += ` ${node.shape}`;
    }
    const attributes = node.attributes as Record<string, unknown>;
    for (const name in attributes) key += `;${this.attributeKey(attributes[name])}`;
    return key;
  }

  private attributeKey(value: unknown): string {
    if (typeof value === "number") return numberKey(value);
    if (value instanceof Float64Array && value.length === 1) return numberKey(value[0]!);
    if (typeof value === "string") return JSON.stringify(value);
    return value instanceof Int32Array || value instanceof Float64Array ? this.identity(value) : String(value);
  }

  private identity(value: object): string {
    const found = this.numbers.get(value) ?? this.numbers.size;
    this.numbers.set(value, found);
    return `#${found}`;
  }
}

/** Equal names for equal numbers, whatever nodes hold them. */
function nameOf(operand: Node): string {
  const number = operand.shape.length === 0 ? numberOf(operand) : null;
  return number === null ? String(operand.id) : `=${bitsOf(number)}`;
}

const view = new DataView(new ArrayBuffer(8));

/** Equal strings for equal bits. */
function numberKey(value: number): string {
  return Number.isInteger(value) && !Object.is(value, -0) ? String(value) : `x${bitsOf(value)}`;
}

function bitsOf(value: number): string {
  view.setFloat64(0, value);
  return view.getBigUint64(0).toString(16);
}

function step(node: Node): Node {
  const [a, b] = node.operands;
  switch (node.op) {
    case "neg":
      if (a!.op === "neg") return a!.operands[0]!;
      return a!.op === "mul" && numberOf(a!.operands[1]!) !== null ? timesNegated(a!) : node;
    case "abs":
    case "square":
      return a!.op === "neg" ? remake(node, a!.operands) : node;
    case "add":
      if (isNumber(b!, -0)) return a!;
      if (isNumber(a!, -0)) return b!;
      if (b!.op === "neg") return sub(a!, b!.operands[0]!);
      return a!.op === "neg" ? sub(b!, a!.operands[0]!) : node;
    case "sub":
      if (isNumber(b!, 0)) return a!;
      return b!.op === "neg" ? add(a!, b!.operands[0]!) : node;
    case "mul":
      return product(node, a!, b!);
    case "div":
      return quotient(node, a!, b!);
    case "pow":
      return node.attributes.exponent === 1 ? a! : node;
    case "select":
      return selection(node);
    case "reshape":
    case "transpose":
    case "broadcast":
    case "slice":
      return rearrangement(node, a!);
    default:
      return node;
  }
}

/** The number that a constant repeats, or null. */
export function numberOf(node: Node): number | null {
  return node.op === "constant" && node.attributes.values.length === 1 ? node.attributes.values[0]! : null;
}

export function isNumber(node: Node, value: number): boolean {
  return Object.is(numberOf(node), value);
}

/** Constants go last and signs go outwards, where they meet a sum. */
function product(node: Node, a: Node, b: Node): Node {
  if (numberOf(a) !== null && numberOf(b) === null) return mul(b, a);
  if (isNumber(b, 1)) return a;
  if (isNumber(b, -1)) return neg(a);
  if (a.op === "neg") {
    const c = numberOf(b);
    const inner = a.operands[0]!;
    if (c !== null) return mul(inner, constant(-c, b.shape));
    return b.op === "neg" ? mul(inner, b.operands[0]!) : neg(mul(inner, b));
  }
  return b.op === "neg" ? neg(mul(a, b.operands[0]!)) : node;
}

function timesNegated(node: Node): Node {
  const [a, b] = node.operands;
  return mul(a!, constant(-numberOf(b!)!, b!.shape));
}

/** Division by a power of two is a product, exactly; small powers only, whose reciprocals are their own simplest rationals. */
function quotient(node: Node, a: Node, b: Node): Node {
  const c = numberOf(b);
  if (c === null) return node;
  const power = Math.abs(c) >= 2 ** -20 && Math.abs(c) <= 2 ** 20 && Number.isInteger(Math.log2(Math.abs(c)));
  return power && 2 ** Math.log2(Math.abs(c)) === Math.abs(c) ? mul(a, constant(1 / c, b.shape)) : node;
}

function selection(node: Node): Node {
  const [condition, a, b] = node.operands as [Node, Node, Node];
  if (a === b) return a;
  const known = numberOf(condition);
  return known === null ? node : known !== 0 ? a : b;
}

function rearrangement(node: Node, a: Node): Node {
  const repeated = numberOf(a);
  if (repeated !== null) return constant(repeated, node.shape);
  switch (node.op) {
    case "reshape":
      if (sameShape(a.shape, node.shape)) return a;
      return a.op === "reshape" ? reshape(a.operands[0]!, node.shape) : node;
    case "transpose": {
      const { permutation } = node.attributes;
      if (permutation.every((axis, i) => axis === i)) return a;
      if (a.op !== "transpose") return node;
      const before = a.attributes.permutation;
      return transpose(
        a.operands[0]!,
        permutation.map((axis) => before[axis]!),
      );
    }
    case "broadcast": {
      const { axes, shape } = node.attributes;
      if (sameShape(a.shape, shape) && axes.every((axis, i) => axis === i)) return a;
      if (a.op !== "broadcast") return node;
      const before = a.attributes.axes;
      return broadcast(
        a.operands[0]!,
        shape,
        before.map((axis) => axes[axis]!),
      );
    }
    default:
      return node;
  }
}

function agrees({ operands, attributes }: NodeOf<"broadcast">, inner: Shape, axes: readonly number[]): boolean {
  return sameShape(operands[0]!.shape, inner) && attributes.axes.every((axis, i) => axis === axes[i]);
}

/** The operations that IEEE 754 rounds correctly, or that do not round: the same on every engine. */
const exact: Partial<Record<Node["op"], (...x: number[]) => number>> = {
  neg: (x) => -x!,
  abs: (x) => Math.abs(x!),
  square: (x) => x! * x!,
  sqrt: (x) => Math.sqrt(x!),
  step: (x) => (x! > 0 ? 1 : 0),
  add: (a, b) => a! + b!,
  sub: (a, b) => a! - b!,
  mul: (a, b) => a! * b!,
  div: (a, b) => a! / b!,
  max: (a, b) => Math.max(a!, b!),
  min: (a, b) => Math.min(a!, b!),
  less: (a, b) => (a! < b! ? 1 : 0),
  lessEqual: (a, b) => (a! <= b! ? 1 : 0),
  select: (c, a, b) => (c !== 0 ? a! : b!),
};

/** Of these, the ones whose result is one of their operands, its negative, 0 or 1. */
const choosing: ReadonlySet<Node["op"]> = new Set(
  (["neg", "abs", "step", "max", "min", "less", "lessEqual", "select"] as const).values(),
);

function foldConstants(node: Node, mayRound: boolean): Node | null {
  for (const operand of node.operands) if (operand.op !== "constant") return null;
  const f = exact[node.op];
  if (!f) return null;
  const values = node.operands.map((o) => (o as NodeOf<"constant">).attributes.values);
  const length = values.every((v) => v.length === 1) ? 1 : sizeOf(node.shape);
  const result = Float64Array.from({ length }, (_, i) => f(...values.map((v) => v[v.length === 1 ? 0 : i]!)));
  const whole =
    node.op !== "sqrt" && node.op !== "div" && [...values, result].every((v) => v.every(Number.isSafeInteger));
  if (!mayRound && !choosing.has(node.op) && !whole) return null;
  return constant(result.length === 1 ? result[0]! : result, node.shape);
}
