import * as iv from "../interval/index.ts";
import {
  addRationals,
  equalRationals,
  multiplyRationals,
  parseRational,
  type Rational,
  rational,
  simplestRational,
} from "../modular/index.ts";
import type * as p from "../program/index.ts";
import { certifyPiece } from "./certified-piece.ts";
import type { CollapseEvidence } from "./evidence.ts";
import { fixSelections, type Selections } from "./fixed-selections.ts";
import { hessianProgram, lossInputs } from "./hessian-reader.ts";
import { type Known, knownScalars } from "./known-scalars.ts";
import { readNumbers } from "./read-number.ts";
import { readProgram } from "./scalar-reader.ts";
import type { Subject } from "./subject.ts";

/**
 * Whether one step of gradient descent G(θ) = θ − η(∇L + wθ) flattens the box: null, or why that was not shown.
 *
 * The box lies inside one piece, by intervals. With the selections of the piece, DG·v = v − η(Hv + wv) is 0
 * in exact arithmetic: every entry of Hv comes out as one number though θ is left open.
 * DG is symmetric, so ⟨v, G⟩ is constant on the box, whose image lies in a hyperplane though the box is open.
 */
export function refuteCollapse(subject: Subject, evidence: CollapseEvidence): string | null {
  const { problem, rule, someBatches } = subject;
  const { center, radius, batch } = evidence;
  const weights = someBatches[batch];
  if (!weights) return "there is no such batch";
  if (center.length !== problem.dimension || !(radius > 0)) return "the box is not open";
  const loss = problem.lossProgram(problem.sampleCount);
  const box = center.map((x) => iv.ball(x, radius));
  const inside = certifyPiece(loss, problem.dimension, box, lossInputs(problem));
  if (inside.status !== "inside") return `the box meets a kink (${inside.reason})`;
  const direction = readDirection(evidence, problem.dimension);
  if (!direction) return "the direction is not one";
  const product = constantProduct(loss, inside.selections, direction, lossInputs(problem, weights));
  if (!product) return "the Hessian along the direction is not constant by its form";
  const [eta, decay] = [simplestRational(rule.stepSize), simplestRational(rule.weightDecay)];
  const isFlat = direction.every((v, i) => {
    const shrunk = multiplyRationals(eta, addRationals(product[i]!, multiplyRationals(decay, v)));
    return equalRationals(v, shrunk);
  });
  return isFlat ? null : "the direction is not annihilated";
}

function readDirection({ direction }: CollapseEvidence, dimension: number): Rational[] | null {
  const v = new Array<Rational>(dimension).fill(rational(0n));
  for (const { index, value } of direction) {
    if (!(Number.isInteger(index) && index >= 0 && index < dimension)) return null;
    v[index] = parseRational(value);
  }
  return v.some((x) => x.numerator !== 0n) ? v : null;
}

/** H·v on a piece, read with θ left open: null unless every entry is the same number whatever θ is. */
function constantProduct(
  loss: p.LossProgram,
  selections: Selections,
  direction: readonly Rational[],
  inputs: ReturnType<typeof lossInputs>,
): Rational[] | null {
  const scalars = knownScalars();
  const dimension = direction.length;
  const numbers = Object.entries(inputs).map(([name, x]) => [name, readNumbers(scalars, x)] as const);
  const theta = new Array<Known>(dimension).fill(null);
  const program = hessianProgram(fixSelections(loss, selections), dimension);
  const product = readProgram(scalars, program, { ...Object.fromEntries(numbers), direction, theta })()["product"]!;
  return product.every((x) => x !== null) ? product : null;
}
