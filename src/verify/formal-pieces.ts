import type * as p from "../program/index.ts";
import { sizeOf } from "../program/index.ts";
import { lossKinks, type Selections } from "./fixed-selections.ts";

/** One choice: an element of a kinked node, or which element of a row is the largest. */
interface Choice {
  readonly node: p.Node;
  readonly start: number;
  /** 2 for an element that is 0 or 1; the length of the row for a largest element. */
  readonly options: number;
  readonly row: boolean;
}

/**
 * Every way to make the selections of a loss, realised by some θ or not: what is proved of all of them is proved on all
 * of parameter space. Their number, and the i-th of them; a mixed-radix numeral of the choices in program order.
 */
export function formalPieces(loss: p.LossProgram): { readonly count: number; at(index: number): Selections } {
  const kinks = lossKinks(loss);
  const sizes = new Map(kinks.map(({ node, selection }) => [node, sizeOf(selection.shape)]));
  const choices = kinks.flatMap(({ node, selection }): Choice[] => {
    const size = sizeOf(selection.shape);
    const row = node.op === "maxAlong" || node.op === "argmaxMask";
    const options = row ? selection.shape.at(-1)! : 2;
    const step = row ? options : 1;
    return Array.from({ length: size / step }, (_, i) => ({ node, start: i * step, options, row }));
  });
  return {
    count: choices.reduce((product, choice) => product * choice.options, 1),
    at(index) {
      const selections = new Map([...sizes].map(([node, size]) => [node, new Float64Array(size)]));
      let rest = index;
      for (const { node, start, options, row } of choices) {
        const digit = rest % options;
        rest = Math.floor(rest / options);
        const values = selections.get(node)!;
        if (row) values[start + digit] = 1;
        else values[start] = digit;
      }
      return selections;
    },
  };
}

/** Equal for equal selections of one loss: their digits in program order. */
export function selectionKey(loss: p.LossProgram, selections: Selections): string {
  return lossKinks(loss)
    .map(({ node }) => [...selections.get(node)!].join(""))
    .join("|");
}
