import { hvp } from "../autodiff/index.ts";
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
import * as p from "../program/index.ts";
import { certifyPiece } from "./certified-piece.ts";
import { degreeBounds } from "./degree.ts";
import type { CollapseEvidence } from "./evidence.ts";
import { rationalScalars } from "./exact-scalars.ts";
import { fixSelections, type Selections } from "./fixed-selections.ts";
import { lossInputs } from "./hessian-reader.ts";
import { readNumbers } from "./read-number.ts";
import { readProgram, UnreadableOperation } from "./scalar-reader.ts";
import type { Subject } from "./subject.ts";

/**
 * Whether one step of gradient descent G(θ) = θ − η(∇L + wθ) flattens the box: null, or why that was not shown.
 *
 * The box lies inside one piece, by intervals. With the selections of the piece, DG·v = v − η(Hv + wv) is 0 by its form
 * and in exact arithmetic: every entry of Hv has degree 0 in the parameters, so its value at one point is its value.
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

/** H·v on a piece, where every entry is of degree 0 in the parameters by its form; null where one is not. */
function constantProduct(
  loss: p.LossProgram,
  selections: Selections,
  direction: readonly Rational[],
  inputs: ReturnType<typeof lossInputs>,
): Rational[] | null {
  const fixed = fixSelections(loss, selections);
  const parameters = fixed.parameters.map((x) => x.node);
  const along = fixed.parameters.map(({ slot: { shape, offset, size } }) => {
    const moves = direction.slice(offset, offset + size).some((x) => x.numerator !== 0n);
    return moves ? p.input("direction", shape, { offset, role: "direction" }) : p.constant(0, shape);
  });
  const entries = withoutZeros(hvp(fixed.loss, parameters, along), new Set(parameters));
  if (!entries) return null;
  const outputs = entries.map((node, i) => ({ buffer: "product", offset: fixed.parameters[i]!.slot.offset, node }));
  const dimension = direction.length;
  const program = p.buildProgram(outputs, { theta: dimension, direction: dimension, product: dimension });
  const scalars = rationalScalars();
  const zeros = new Array<Rational>(dimension).fill(rational(0n));
  const numbers = Object.entries(inputs).map(([name, x]) => [name, readNumbers(scalars, x)] as const);
  try {
    return readProgram(scalars, program, { ...Object.fromEntries(numbers), direction, theta: zeros })()["product"]!;
  } catch (error) {
    if (error instanceof UnreadableOperation) return null;
    throw error;
  }
}

/** The nodes with everything that is 0 by its form written as 0; null unless all of them have degree 0. */
function withoutZeros(roots: readonly p.Node[], parameters: ReadonlySet<p.Node>): p.Node[] | null {
  const degrees = degreeBounds(roots, parameters);
  if (roots.some((root) => degrees.get(root)! > 0)) return null;
  const copies = new Map<p.Node, p.Node>();
  for (const node of p.topologicalOrder(roots)) {
    const operands = node.operands.map((o) => copies.get(o)!);
    const isZero = degrees.get(node) === Number.NEGATIVE_INFINITY;
    const same = operands.every((o, i) => o === node.operands[i]);
    copies.set(
      node,
      isZero ? p.constant(0, node.shape) : same ? node : p.makeNode(node.op, operands, node.attributes as never),
    );
  }
  return roots.map((root) => copies.get(root)!);
}
