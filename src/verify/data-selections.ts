import { settledKinks } from "../autodiff/index.ts";
import { type Rational, toNumber } from "../modular/index.ts";
import * as p from "../program/index.ts";
import { rationalScalars } from "./exact-scalars.ts";
import type { Selections } from "./fixed-selections.ts";
import type { LossInputs } from "./hessian-reader.ts";
import { intervalScalars } from "./interval-reader.ts";
import { readNumbers } from "./read-number.ts";
import { readProgram, type Scalars, UnreadableOperation } from "./scalar-reader.ts";

/**
 * The selections that the data alone make (a ReLU of frozen layers, of the inputs themselves), as far as they are certain:
 * in intervals, and where these cannot tell in rationals.
 */
export function dataSelections(loss: p.LossProgram, inputs: LossInputs): Selections {
  const kinks = settledKinks(
    [loss.sampleLosses],
    loss.parameters.map((x) => x.node),
  );
  const selections = new Map<p.Node, Float64Array>();
  for (const { node, selection } of kinks) {
    const enclosed = evaluate(intervalScalars, selection, inputs);
    if (enclosed.every((x) => x.lo === x.hi)) {
      selections.set(
        node,
        Float64Array.from(enclosed, (x) => x.lo),
      );
      continue;
    }
    const exact = inRationals(selection, inputs);
    if (exact) selections.set(node, Float64Array.from(exact, toNumber));
  }
  return selections;
}

function inRationals(node: p.Node, inputs: LossInputs): Rational[] | null {
  try {
    return evaluate(rationalScalars(), node, inputs);
  } catch (error) {
    if (error instanceof UnreadableOperation) return null;
    throw error;
  }
}

function evaluate<T>(scalars: Scalars<T>, node: p.Node, inputs: LossInputs): T[] {
  const numbers = Object.entries(inputs).map(([name, x]) => [name, readNumbers(scalars, x)] as const);
  const program = p.buildProgram([{ buffer: "selection", offset: 0, node }]);
  return readProgram(scalars, program, Object.fromEntries(numbers))()["selection"]!;
}
