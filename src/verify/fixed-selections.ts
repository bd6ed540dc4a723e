import { kinksOf } from "../autodiff/index.ts";
import * as p from "../program/index.ts";

/** For each kinked node that moves with the parameters, the selection of every element: 0 or 1. */
export type Selections = ReadonlyMap<p.Node, Float64Array>;

/**
 * The loss with its selections held fixed: each maximum, clip, absolute value and comparison replaced by the branch that
 * was chosen. On the set of parameters where these are the choices it is the loss; as a function it has no kinks, and
 * where its remaining operations are defined everywhere it is analytic on all of Rⁿ (the extension principle).
 */
export function fixSelections(loss: p.LossProgram, selections: Selections): p.LossProgram {
  const roots = [loss.loss, loss.sampleLosses, ...(loss.outputs ? [loss.outputs] : [])];
  const [total, sampleLosses, outputs = null] = fixNodes(roots, selections) as [p.Node, p.Node, p.Node?];
  return { ...loss, loss: total, sampleLosses, outputs };
}

/** The same for any nodes; the operands of a selection that is not made drop out. */
export function fixNodes(roots: readonly p.Node[], selections: Selections): p.Node[] {
  const copies = new Map<p.Node, p.Node>();
  for (const node of p.topologicalOrder(roots)) {
    const operands = node.operands.map((o) => copies.get(o)!);
    const chosen = selections.get(node);
    const unchanged = operands.every((o, i) => o === node.operands[i]);
    const settled = node.op === "select" ? settledSelect(operands) : null;
    if (chosen) copies.set(node, chosenBranch(node, operands, chosen));
    else if (settled) copies.set(node, settled);
    else copies.set(node, unchanged ? node : p.makeNode(node.op, operands, node.attributes as never));
  }
  return roots.map((root) => copies.get(root)!);
}

/** The branch of a selection whose condition is the same constant everywhere. */
function settledSelect([condition, a, b]: readonly p.Node[]): p.Node | null {
  if (condition?.op !== "constant") return null;
  const { values } = condition.attributes;
  if (values.every((v) => v === 0)) return b!;
  return values.every((v) => v !== 0 && !Number.isNaN(v)) ? a! : null;
}

/** The kinked nodes of a loss in program order, with what vanishes at the kink and the choice made on each side. */
export function lossKinks(loss: p.LossProgram) {
  return kinksOf(
    [loss.sampleLosses],
    loss.parameters.map((x) => x.node),
  );
}

function chosenBranch(node: p.Node, operands: readonly p.Node[], chosen: Float64Array): p.Node {
  const [a, b] = operands as [p.Node, p.Node];
  switch (node.op) {
    case "abs":
      return p.mul(
        a,
        p.constant(
          chosen.map((s) => (s === 1 ? 1 : -1)),
          node.shape,
        ),
      );
    case "step":
    case "less":
    case "lessEqual":
    case "argmaxMask":
      return p.constant(chosen, node.shape);
    case "max":
    case "min":
      if (chosen.every((s) => s === 1)) return a;
      return chosen.every((s) => s === 0) ? b : p.select(p.constant(chosen, node.shape), a, b);
    case "maxAlong":
      return p.sum(p.select(p.constant(chosen, a.shape), a, 0), [a.shape.length - 1]);
    default:
      throw new RangeError(`fixSelections: ${node.op} makes no selection`);
  }
}
