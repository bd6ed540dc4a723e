import * as iv from "../interval/index.ts";
import { type Node, topologicalOrder } from "../program/index.ts";
import { encloseNumber } from "./read-number.ts";
import type { ElementwiseName } from "./scalar-reader.ts";

type Rule = (operands: readonly iv.Interval[], node: { readonly attributes: object }) => iv.Interval;

const one =
  (f: (x: iv.Interval) => iv.Interval): Rule =>
  ([x]) =>
    f(x!);
const two =
  (f: (a: iv.Interval, b: iv.Interval) => iv.Interval): Rule =>
  ([a, b]) =>
    f(a!, b!);

/** Enclosure of each elementwise operation. */
export const elementwiseEnclosures = {
  neg: one(iv.neg),
  abs: one(iv.abs),
  square: one(iv.square),
  sqrt: one(iv.sqrt),
  exp: one(iv.exp),
  expm1: one(iv.expm1),
  log: one(iv.log),
  log1p: one(iv.log1p),
  sin: one(iv.sin),
  cos: one(iv.cos),
  tanh: one(iv.tanh),
  sigmoid: one(iv.sigmoid),
  softplus: one(iv.softplus),
  erf: one(iv.erf),
  step: one(iv.step),
  pow: ([x], node) => iv.pow(x!, (node.attributes as { exponent: number }).exponent),
  add: two(iv.add),
  sub: two(iv.sub),
  mul: two(iv.mul),
  div: two(iv.div),
  max: two(iv.max),
  min: two(iv.min),
  less: two(iv.less),
  lessEqual: two(iv.lessEqual),
  select: ([condition, a, b]) => iv.select(condition!, a!, b!),
} as const satisfies Record<ElementwiseName, Rule>;

/** Encloses a scalar expression when its free leaf `x` lies in `at`. */
export function encloseScalar(y: Node, x: Node, at: iv.Interval): iv.Interval {
  const values = new Map<Node, iv.Interval>([[x, at]]);
  for (const node of topologicalOrder([y])) {
    if (values.has(node)) continue;
    if (node.op === "constant") values.set(node, encloseNumber(node.attributes.values[0]!));
    else {
      const rule: Rule | undefined = elementwiseEnclosures[node.op as keyof typeof elementwiseEnclosures];
      if (!rule) throw new RangeError(`encloseScalar: ${node.op} is not elementwise`);
      values.set(
        node,
        rule(
          node.operands.map((o) => values.get(o)!),
          node,
        ),
      );
    }
  }
  return values.get(y)!;
}
