import type * as iv from "../interval/index.ts";
import * as p from "../program/index.ts";
import { fixNodes, lossKinks, type Selections } from "./fixed-selections.ts";
import type { LossInputs } from "./hessian-reader.ts";
import { intervalScalars } from "./interval-reader.ts";
import { readNumbers } from "./read-number.ts";
import { readProgram, type Tensor } from "./scalar-reader.ts";

export type CertifiedPiece =
  /** Every θ of the box makes these selections. */
  | { readonly status: "inside"; readonly selections: Selections; readonly kinks: number }
  | { readonly status: "uncertain"; readonly reason: string };

/**
 * The selections that the loss makes at every θ of a box, certified in interval arithmetic. A pre-activation that is 0
 * identically with these selections (behind a dead layer, or on a sample that is 0) does not count as a kink: either
 * branch gives the same function. One that is 0 at θ alone, or whose sign is not certain, does.
 */
export function certifyPiece(
  loss: p.LossProgram,
  dimension: number,
  theta: Tensor<iv.Interval>,
  inputs: LossInputs,
): CertifiedPiece {
  const kinks = lossKinks(loss);
  const boxes = Object.fromEntries(Object.entries(inputs).map(([name, x]) => [name, readNumbers(intervalScalars, x)]));
  const evaluate = (nodes: readonly p.Node[], at: Tensor<iv.Interval>) => {
    const outputs = nodes.map((node, i) => ({ buffer: `${i}`, offset: 0, node }));
    const program = p.buildProgram(outputs, { theta: dimension });
    const values = readProgram(intervalScalars, program, { ...boxes, theta: at })();
    return nodes.map((_, i) => values[`${i}`]!);
  };
  const distances = kinks.map((kink) => kink.distance);
  const found = evaluate([...kinks.map((kink) => kink.selection), ...distances], theta);
  const [selected, atTheta] = [found.slice(0, kinks.length), found.slice(kinks.length)];
  const selections = new Map<p.Node, Float64Array>();
  for (const [i, { node }] of kinks.entries()) {
    const unsure = selected[i]!.findIndex((s) => s.lo !== s.hi);
    if (unsure >= 0) return { status: "uncertain", reason: `a ${node.op} is too near its kink for a certain sign` };
    selections.set(
      node,
      Float64Array.from(selected[i]!, (s) => s.lo),
    );
  }
  const suspicious = kinks.filter((_, i) => atTheta[i]!.some(isZero));
  if (suspicious.length > 0) {
    // Analytic functions that vanish on a box vanish everywhere.
    const somewhere = Array.from({ length: dimension }, (): iv.Interval => ({ lo: 1, hi: 2 }));
    const fixed = fixNodes(distances, selections);
    const onBox = evaluate(fixed, somewhere);
    const onKink = kinks.find((_, i) => atTheta[i]!.some((d, e) => isZero(d) && !isZero(onBox[i]![e]!)));
    if (onKink) return { status: "uncertain", reason: `a ${onKink.node.op} is exactly on its kink` };
  }
  const count = [...selections.values()].reduce((total, s) => total + s.length, 0);
  return { status: "inside", selections, kinks: count };
}

function isZero(x: iv.Interval): boolean {
  return x.lo === 0 && x.hi === 0;
}
