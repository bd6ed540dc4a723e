import type { Node } from "./node.ts";
import { buildProgram, type Program } from "./program.ts";
import { signReader, unsigned } from "./scalar-identities.ts";
import { isNumber, numberOf, remake } from "./simplify.ts";

/**
 * The nodes whose zeros must keep their sign for every output to keep its bits. A comparison does not tell −0 from +0, a
 * sum only where its other term is −0 too: whatever reaches outputs through such operations alone may have zeros of
 * either sign. Values are the same in every other respect.
 */
export function signedNodes({ nodes, outputs }: Program): ReadonlySet<Node> {
  const signsOf = signReader();
  for (const node of nodes) signsOf(node); // operands before users: no deep recursion
  const signed = new Set<Node>(outputs.map((o) => o.node));
  const never = (node: Node) => signsOf(node).noMinusZero;
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i]!;
    for (const operand of told(node, signed.has(node), never)) signed.add(operand);
  }
  return signed;
}

/** A program with the same outputs, bit for bit, in which +0 is not added to a node whose zeros may have either sign. */
export function withoutIdleZeros(program: Program): Program {
  const signed = signedNodes(program);
  const replaced = new Map<Node, Node>();
  for (const node of program.nodes) {
    const bare = signed.has(node) ? null : unsigned(node);
    const operands = node.operands.map((o) => replaced.get(o)!);
    const same = operands.every((o, i) => o === node.operands[i]);
    replaced.set(node, bare ? replaced.get(bare)! : same ? node : remake(node, operands));
  }
  const outputs = program.outputs.map((o) => ({ ...o, node: replaced.get(o.node)! }));
  return buildProgram(outputs, program.bufferSizes);
}

/** Operands of whose zeros a node tells the sign, when those of its own must be right or need not be. */
function told(node: Node, isSigned: boolean, never: (node: Node) => boolean): readonly Node[] {
  const [a, b, c] = node.operands as [Node, Node, Node];
  switch (node.op) {
    case "less":
    case "lessEqual":
    case "step":
    case "abs":
    case "square":
    case "exp":
    case "cos":
    case "sigmoid":
    case "softplus":
    case "log":
      return [];
    case "neg":
    case "sqrt":
    case "expm1":
    case "log1p":
    case "sin":
    case "tanh":
    case "erf":
      return isSigned ? [a] : [];
    case "mul":
      return isSigned ? [a, b] : [];
    case "div":
      return isSigned ? [a, b] : [b];
    case "select":
      return isSigned ? [b, c] : [];
    // ±0 + y is y, or +0 where y is +0: only −0 tells. What is relied on to be no −0 must be right itself.
    case "add":
      return !isSigned ? [] : never(b) ? [b] : never(a) ? [a] : [a, b];
    case "sub": {
      const subtracted = numberOf(b);
      if (!isSigned || (subtracted !== null && subtracted !== 0)) return [];
      return never(a) ? [a] : [a, b];
    }
    case "max":
      return !isSigned || isNumber(a, 0) || isNumber(b, 0) ? [] : [a, b];
    case "min":
      return !isSigned || isNumber(a, -0) || isNumber(b, -0) ? [] : [a, b];
    default:
      return node.operands;
  }
}
