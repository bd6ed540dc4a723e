import { type Node, operations, topologicalOrder } from "../program/index.ts";
import { isPositive } from "./order-of-vanishing.ts";

/**
 * Null when a program without kinks is analytic on all of parameter space by its form; otherwise the operation that
 * may leave its domain (a quotient, root, logarithm or power of something whose form does not bound it away from 0).
 * There the domain may fall into several pieces, and one point speaks for its own piece only.
 */
export function domainLimit(root: Node): string | null {
  for (const node of topologicalOrder([root])) {
    const { analyticity } = operations[node.op];
    if (analyticity === "kinked") return node.op;
    if (analyticity !== "domain") continue;
    const safe = node.op === "log1p" ? isNonNegativeSquare(node.operands[0]!) : isPositive(node.operands.at(-1)!);
    const whole = node.op === "pow" && Number.isInteger(node.attributes.exponent) && node.attributes.exponent >= 0;
    if (!safe && !whole && !isNonZeroConstant(node)) return node.op;
  }
  return null;
}

function isNonZeroConstant(node: Node): boolean {
  const divisor = node.op === "div" ? node.operands[1]! : null;
  return divisor?.op === "constant" && divisor.attributes.values.every((v) => v !== 0 && Number.isFinite(v));
}

function isNonNegativeSquare(node: Node): boolean {
  return node.op === "square";
}
