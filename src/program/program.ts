import { type Node, type NodeOf, topologicalOrder } from "./node.ts";
import { sizeOf } from "./shape.ts";

/** Where a result is written: a window of the flat buffer `buffer`, beginning at `offset`. */
export interface Output {
  readonly buffer: string;
  readonly offset: number;
  readonly node: Node;
}

/** A computation: flat input buffers in, flat output buffers out. Every reader works through `nodes` in order. */
export interface Program {
  readonly nodes: readonly Node[];
  readonly inputs: readonly NodeOf<"input">[];
  readonly outputs: readonly Output[];
  /** Lengths of the named buffers, inputs and outputs alike. */
  readonly bufferSizes: Readonly<Record<string, number>>;
}

/** Collects what the outputs need. Buffers that must exist though nothing reads them are named in `sizes`. */
export function buildProgram(outputs: readonly Output[], sizes: Readonly<Record<string, number>> = {}): Program {
  const nodes = topologicalOrder(outputs.map((o) => o.node));
  const inputs = nodes.filter((n): n is NodeOf<"input"> => n.op === "input");
  const bufferSizes: Record<string, number> = { ...sizes };
  const reach = (buffer: string, end: number) => {
    bufferSizes[buffer] = Math.max(bufferSizes[buffer] ?? 0, end);
  };
  for (const n of inputs) reach(n.attributes.buffer, n.attributes.offset + sizeOf(n.shape));
  const read = new Set(inputs.map((n) => n.attributes.buffer));
  for (const o of outputs) {
    if (read.has(o.buffer)) throw new RangeError(`buildProgram: buffer ${o.buffer} is both read and written`);
    reach(o.buffer, o.offset + sizeOf(o.node.shape));
  }
  return { nodes, inputs, outputs, bufferSizes };
}

/** Nodes whose value depends on the samples, found from inputs with `perSample`. */
export function perSampleNodes(nodes: readonly Node[]): Set<Node> {
  const found = new Set<Node>();
  for (const node of nodes) {
    const own = node.op === "input" && node.attributes.perSample;
    if (own || node.operands.some((o) => found.has(o))) found.add(node);
  }
  return found;
}
