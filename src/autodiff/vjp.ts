import * as p from "../program/index.ts";
import { type VjpRule, vjpRules } from "./vjp-rules.ts";

/** Cotangents collected by node. */
export type Cotangents = ReadonlyMap<p.Node, p.Node>;

/**
 * Reverse mode: the vector–Jacobian product uᵀ ∂output/∂x for each x in `wrt`, as nodes of the shapes of `wrt`.
 * Null where the output does not depend on x. A node in `wrt` ends the walk, so derivatives with respect to an
 * inner value treat it as independent of what it was made from.
 * Cost when run: at most about three times that of the output.
 */
export function vjp(output: p.Node, cotangent: p.Node, wrt: readonly p.Node[]): (p.Node | null)[] {
  const cotangents = pullback(output, cotangent, wrt);
  return wrt.map((x) => cotangents.get(x) ?? null);
}

/** ∂output/∂x for a scalar output; zeros where it does not depend on x. */
export function gradient(output: p.Node, wrt: readonly p.Node[]): p.Node[] {
  if (output.shape.length !== 0) throw new RangeError("gradient: the output must be a scalar");
  return vjp(output, p.constant(1), wrt).map((g, i) => g ?? p.constant(0, wrt[i]!.shape));
}

/** Cotangents of every node between `wrt` and `output`, each complete. */
export function pullback(output: p.Node, cotangent: p.Node, wrt: readonly p.Node[]): Cotangents {
  if (!p.sameShape(output.shape, cotangent.shape)) {
    throw new RangeError(`vjp: cotangent ${p.showShape(cotangent.shape)} does not fit ${p.showShape(output.shape)}`);
  }
  const order = p.topologicalOrder([output]);
  const targets = new Set(wrt);
  const active = dependents(order, targets);
  const cotangents = new Map<p.Node, p.Node>([[output, cotangent]]);
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i]!;
    const g = cotangents.get(node);
    if (!g || targets.has(node) || !active.has(node)) continue;
    const rule = vjpRules[node.op] as VjpRule<p.OpName>;
    const shares = rule(node as p.NodeOf<p.OpName>, g);
    for (let j = 0; j < shares.length; j++) {
      const [operand, share] = [node.operands[j]!, shares[j]];
      if (!share || !active.has(operand)) continue;
      const before = cotangents.get(operand);
      cotangents.set(operand, before ? p.add(before, share) : share);
    }
  }
  return cotangents;
}

/** Nodes of `order` that are made from `sources`, the sources included. */
export function dependents(order: readonly p.Node[], sources: ReadonlySet<p.Node>): Set<p.Node> {
  const found = new Set<p.Node>();
  for (const node of order) {
    let depends = sources.has(node);
    for (const operand of node.operands) depends ||= found.has(operand);
    if (depends) found.add(node);
  }
  return found;
}
