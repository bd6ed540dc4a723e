import type * as p from "../program/index.ts";
import { lossKinks, type Selections } from "./fixed-selections.ts";

/** Equal for equal selections of one loss: their digits in program order. */
export function selectionKey(loss: p.LossProgram, selections: Selections): string {
  return lossKinks(loss)
    .map(({ node }) => [...selections.get(node)!].join(""))
    .join("|");
}
