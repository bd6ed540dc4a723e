import * as p from "../program/index.ts";
import { dependents } from "./vjp.ts";

/** Where the program is piecewise: `distance` vanishes on the kink, `selection` is constant on a piece (0 or 1). */
export interface Kink {
  readonly node: p.Node;
  readonly distance: p.Node;
  readonly selection: p.Node;
}

/** The kinks that moving the parameters can cross, in program order. */
export function kinksOf(roots: readonly p.Node[], parameters: readonly p.Node[]): Kink[] {
  const order = p.topologicalOrder(roots);
  const moving = dependents(order, new Set(parameters));
  return order.flatMap((node) => (node.operands.some((o) => moving.has(o)) ? kink(node) : []));
}

/** The kinks of what does not move with the parameters: on which side they lie is settled by the data. */
export function settledKinks(roots: readonly p.Node[], parameters: readonly p.Node[]): Kink[] {
  const order = p.topologicalOrder(roots);
  const moving = dependents(order, new Set(parameters));
  return order.flatMap((node) => (node.operands.some((o) => moving.has(o)) ? [] : kink(node)));
}

function kink(node: p.Node): Kink[] {
  const [a, b] = node.operands;
  switch (node.op) {
    case "abs":
    case "step":
      return [{ node, distance: a!, selection: p.step(a!) }];
    case "max":
      return [{ node, distance: p.sub(a!, b!), selection: p.less(b!, a!) }];
    case "min":
    case "lessEqual":
      return [{ node, distance: p.sub(a!, b!), selection: p.lessEqual(a!, b!) }];
    case "less":
      return [{ node, distance: p.sub(a!, b!), selection: p.less(a!, b!) }];
    case "maxAlong":
    case "argmaxMask": {
      const mask = p.argmaxMask(a!);
      const second = p.maxAlong(p.select(mask, Number.NEGATIVE_INFINITY, a!));
      return [{ node, distance: p.sub(p.maxAlong(a!), second), selection: mask }];
    }
    default:
      return [];
  }
}
