import { type AttributesOf, type OpName, operations } from "./operations.ts";
import { type Shape, sizeOf } from "./shape.ts";

/**
 * One value of a program: an operation applied to other nodes. Nodes are immutable and form a directed acyclic graph;
 * `id` grows with creation, so every operand has a smaller id than its user.
 */
export type Node = { readonly [K in OpName]: NodeOf<K> }[OpName];

export interface NodeOf<K extends OpName> {
  readonly id: number;
  readonly op: K;
  readonly operands: readonly Node[];
  readonly attributes: AttributesOf[K];
  readonly shape: Shape;
}

/** Tensors beyond this many elements are refused, so that a typing mistake cannot ask for terabytes. */
export const MAX_ELEMENTS = 2 ** 31;

let created = 0;

/** Applies an operation after its shape rule; the message of a mismatch names the operation. */
export function makeNode<K extends OpName>(op: K, operands: readonly Node[], attributes: AttributesOf[K]): Node {
  const { arity, shape } = operations[op];
  if (arity === "any" ? operands.length === 0 : operands.length !== arity) {
    throw new RangeError(`${op}: takes ${arity} operands, got ${operands.length}`);
  }
  try {
    return finish(
      op,
      operands,
      attributes,
      shape(
        operands.map((o) => o.shape),
        attributes,
      ),
    );
  } catch (error) {
    throw error instanceof RangeError ? new RangeError(`${op}: ${error.message}`) : error;
  }
}

/** A leaf: its shape is given. */
export function makeLeaf<K extends "input" | "constant">(op: K, attributes: AttributesOf[K], shape: Shape): Node {
  return finish(op, [], attributes, shape);
}

function finish<K extends OpName>(op: K, operands: readonly Node[], attributes: AttributesOf[K], shape: Shape): Node {
  const known = operands.length > 0 && operands[0]!.shape === shape;
  if (!known) checkShape(shape);
  return { id: created++, op, operands, attributes, shape } as unknown as Node;
}

function checkShape(shape: Shape): void {
  let sound = sizeOf(shape) <= MAX_ELEMENTS;
  for (const extent of shape) if (!(Number.isInteger(extent) && extent >= 1)) sound = false;
  if (!sound) throw new RangeError(`a tensor of shape [${shape.join(", ")}] is empty or too large`);
}

/** The nodes that `roots` are made of, operands before users, without recursion (chains may be 1e5 deep). */
export function topologicalOrder(roots: readonly Node[]): Node[] {
  const seen = new Map<number, Node>();
  const stack = [...roots];
  while (stack.length > 0) {
    const node = stack.pop()!;
    if (seen.has(node.id)) continue;
    seen.set(node.id, node);
    for (const operand of node.operands) stack.push(operand);
  }
  const order: Node[] = [];
  const ids = new Float64Array(seen.size);
  let count = 0;
  for (const id of seen.keys()) ids[count++] = id;
  for (const id of ids.sort()) order.push(seen.get(id)!);
  return order;
}
