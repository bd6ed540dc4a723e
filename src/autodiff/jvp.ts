import * as p from "../program/index.ts";
import { type JvpRule, jvpRules } from "./jvp-rules.ts";
import { gradient } from "./vjp.ts";

/**
 * Forward mode: the Jacobian–vector products of `outputs` when each node of `seeds` moves by its tangent.
 * Null where an output does not move. A seeded node moves by its seed alone, whatever it was made from.
 * Cost when run: about twice that of the outputs.
 */
export function jvp(outputs: readonly p.Node[], seeds: ReadonlyMap<p.Node, p.Node>): (p.Node | null)[] {
  const tangents = new Map<p.Node, p.Node | null>();
  for (const node of p.topologicalOrder(outputs)) {
    const seed = seeds.get(node);
    if (seed && !p.sameShape(seed.shape, node.shape)) {
      throw new RangeError(`jvp: tangent ${p.showShape(seed.shape)} does not fit ${p.showShape(node.shape)}`);
    }
    const rule = jvpRules[node.op] as JvpRule<p.OpName>;
    const operands: (p.Node | null)[] = [];
    let still = true;
    for (const operand of node.operands) {
      const tangent = tangents.get(operand)!;
      if (tangent !== null) still = false;
      operands.push(tangent);
    }
    tangents.set(node, seed ?? (still ? null : rule(node as p.NodeOf<p.OpName>, operands)));
  }
  return outputs.map((o) => tangents.get(o)!);
}

/**
 * Hessian–vector product of a scalar, forward over reverse: ∂/∂ε of the gradient at x + εv. Exact wherever the
 * gradient is differentiable; at kinks it is that of the piece which the tie rules of the operations choose.
 */
export function hvp(output: p.Node, wrt: readonly p.Node[], directions: readonly p.Node[]): p.Node[] {
  const seeds = new Map(wrt.map((x, i) => [x, directions[i]!]));
  return jvp(gradient(output, wrt), seeds).map((h, i) => h ?? p.constant(0, wrt[i]!.shape));
}
