import type { Node, NodeOf } from "./node.ts";
import { type OpName, operations } from "./operations.ts";
import type { Program } from "./program.ts";
import { sizeOf } from "./shape.ts";

/** Work of one run. */
export interface Cost {
  /** Additions, multiplications, comparisons, divisions and roots, one each. */
  readonly flops: number;
  /** Evaluations of exp, log, tanh and the like, not counted in `flops`. */
  readonly functions: number;
  /** Bytes of the values that operations compute, before any of them is reused or fused away. */
  readonly bytes: number;
}

type Counts = readonly [flops: number, functions: number];

const functionNames: ReadonlySet<OpName> = new Set<OpName>([
  ...(["exp", "expm1", "log", "log1p", "sin", "cos", "tanh", "sigmoid", "softplus", "erf", "pow"] as const),
]);

/** Cost of one operation. */
export function nodeCost(node: Node): Cost {
  const [flops, functions] = counts(node);
  const isLeaf = node.op === "input" || node.op === "constant";
  return { flops, functions, bytes: isLeaf ? 0 : 8 * sizeOf(node.shape) };
}

/** Cost of a whole program: what an engine that computes every node once would do. */
export function programCost(program: Program): Cost {
  let [flops, functions, bytes] = [0, 0, 0];
  for (const node of program.nodes) {
    const cost = nodeCost(node);
    flops += cost.flops;
    functions += cost.functions;
    bytes += cost.bytes;
  }
  return { flops, functions, bytes };
}

/** `512 flops, 32 functions`; empty when nothing is computed. */
export function describeCost({ flops, functions }: Cost): string {
  const parts = [flops > 0 ? `${flops} flops` : "", functions > 0 ? `${functions} functions` : ""];
  return parts.filter((x) => x !== "").join(", ");
}

function counts(node: Node): Counts {
  const size = sizeOf(node.shape);
  const read = node.operands.length > 0 ? sizeOf(node.operands[0]!.shape) : 0;
  if (node.op === "matmul") return [2 * size * innerSize(node), 0];
  if (node.op === "sum" || node.op === "scatter") return [read, 0];
  if (node.op === "maxAlong" || node.op === "argmaxMask") return [read, 0];
  if (node.op === "softmax") return [3 * read, read];
  if (node.op === "logSumExp") return [2 * read, read + size];
  if (functionNames.has(node.op)) return [0, size];
  return operations[node.op].elementwise ? [size, 0] : [0, 0];
}

function innerSize(node: NodeOf<"matmul">): number {
  const { shape } = node.operands[0]!;
  return shape[shape.length - (node.attributes.transposeA ? 2 : 1)]!;
}
