import { makeNode, type Node, type NodeOf, topologicalOrder } from "./node.ts";
import type { OpName } from "./operations.ts";

/** The roots rebuilt with some nodes replaced by others of the same shapes; what does not depend on them stays shared. */
export function substitute(roots: readonly Node[], replacements: ReadonlyMap<Node, Node>): Node[] {
  const copies = new Map<Node, Node>(replacements);
  for (const node of topologicalOrder(roots)) {
    if (copies.has(node)) continue;
    const operands = node.operands.map((o) => copies.get(o) ?? o);
    const changed = operands.some((o, i) => o !== node.operands[i]);
    if (changed) copies.set(node, makeNode(node.op, operands, (node as NodeOf<OpName>).attributes));
  }
  return roots.map((root) => copies.get(root) ?? root);
}
