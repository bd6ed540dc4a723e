import { type Node, type OpName, operations, topologicalOrder } from "../../program/index.ts";
import type { NetworkStructure } from "../network-structure.ts";
import { type Hypothesis, hypothesis, notNeeded } from "../theorem.ts";

/** A theorem about almost every step size: it never speaks of the one in use. */
export interface AlmostEveryTheorem {
  readonly id: string;
  readonly statement: string;
  readonly source: string;
  examine(structure: NetworkStructure | null): readonly Hypothesis[];
}

const nonSingular = "the gradient-descent map is non-singular for almost every step size";

/** The theorem of the paper, on the networks it speaks of. */
export const paperTheorem: AlmostEveryTheorem = {
  id: "CG25",
  statement: `For fully connected, convolutional and softmax-attention networks in any order, with piecewise-analytic activations and an analytic loss, ${nonSingular}, whatever the data and the batch.`,
  source: "arXiv 2510.24466, Propositions 6, 14, 16, 17 and Theorem 1",
  examine(structure) {
    const nodes = structure ? topologicalOrder([structure.loss.sampleLosses]) : [];
    const shared = structure ? repeatedParameters(structure) : 0;
    const outside = nodes.filter((n) => operations[n.op].analyticity === "domain").map((n) => n.op);
    return [
      hypothesis(
        "network",
        structure !== null,
        structure ? "outputs of a network" : "the losses are given as formulas",
      ),
      hypothesis(
        "layers",
        structure !== null && outside.length === 0,
        outside.length > 0 ? `${outside[0]} occurs, as in a normalisation` : "sums, products, activations and softmax",
      ),
      hypothesis("sharing", shared === 0, shared === 0 ? "no weights are shared" : `${shared} tensors are used twice`),
      hypothesis(
        "trained",
        structure?.frozen === false,
        structure?.frozen ? "some tensors are not trained" : "every tensor is trained",
      ),
      hypothesis(
        "chain",
        structure !== null && !hasShortcut(structure),
        structure && hasShortcut(structure) ? "a link skips layers" : "each layer reads the one before",
      ),
      hypothesis(
        "loss",
        structure !== null && structure.form.kind !== "other",
        structure?.form.kind === "other" ? "not recognised as analytic" : "analytic",
      ),
      notNeeded("data", "any inputs and targets"),
    ];
  },
};

/** Functions definable in the o-minimal structure of the reals with restricted analytic functions and exp. */
export const definable: AlmostEveryTheorem = {
  id: "O",
  statement: `A loss made of operations definable in an o-minimal structure is analytic off a closed definable set of smaller dimension, so ${nonSingular}, with no assumption on the data.`,
  source:
    "van den Dries and Miller, Duke Math. J. 84 (1996); Separatrix, docs/non-singularity.md, almost every step size",
  examine(structure) {
    const outside = structure ? opsOf(structure).filter((op) => undefinable.has(op)) : [];
    return [
      hypothesis("network", structure !== null, structure ? "a program" : "the losses are given as formulas"),
      hypothesis(
        "definable",
        structure !== null && outside.length === 0,
        outside.length === 0
          ? "every operation is definable with exp and restricted analytic functions"
          : outside.join(", "),
      ),
      notNeeded("data", "any inputs, targets and weights"),
    ];
  },
};

/** Fubini's argument, which holds for every program. */
export const fubiniTheorem: AlmostEveryTheorem = {
  id: "F",
  statement: `The gradient is continuously differentiable off a closed null set, and for each θ off it det(I − ηH) is a polynomial in η that is 1 at η = 0; by Fubini's theorem ${nonSingular}.`,
  source: "Separatrix, docs/non-singularity.md, almost every step size; after arXiv 2510.24466",
  examine: () => [
    {
      ...{ name: "piecewise-analytic", status: "holds", value: null },
      reason: "every operation is analytic off its breakpoints, and those met on open sets are met by constants",
    },
    notNeeded("architecture", "shared weights, residual links, normalisation, formulas"),
    notNeeded("data", "any inputs, targets and weights"),
  ],
};

/** In the order in which they are asked; the last always applies. */
export const almostEveryTheorems: readonly AlmostEveryTheorem[] = [paperTheorem, definable, fubiniTheorem];

/** Oscillation on all of R, and the error function, are not definable there. */
const undefinable: ReadonlySet<OpName> = new Set<OpName>(["sin", "cos", "erf"]);

function opsOf({ loss }: NetworkStructure): OpName[] {
  return [...new Set(topologicalOrder([loss.sampleLosses]).map((n) => n.op))];
}

/** Whether a sum adds two different streams of data, as in a residual network. */
function hasShortcut({ loss }: NetworkStructure): boolean {
  const order = loss.outputs ? topologicalOrder([loss.outputs]) : [];
  const moving = new Set<Node>();
  const sources = new Map<Node, ReadonlySet<Node>>();
  for (const node of order) {
    const isData = node.op === "input" && node.attributes.role === "data";
    if (!isData && !node.operands.some((o) => moving.has(o))) continue;
    moving.add(node);
    const streams = node.operands.filter((o) => moving.has(o)).map((o) => sources.get(o)!);
    if ((node.op === "add" || node.op === "sub") && streams.length === 2 && !sameSet(streams[0]!, streams[1]!))
      return true;
    sources.set(
      node,
      operations[node.op].elementwise && !isData ? new Set(streams.flatMap((s) => [...s])) : new Set([node]),
    );
  }
  return false;
}

function sameSet(a: ReadonlySet<Node>, b: ReadonlySet<Node>): boolean {
  return a.size === b.size && [...a].every((x) => b.has(x));
}

/** Tensors that more than one operation reads. */
function repeatedParameters({ loss }: NetworkStructure): number {
  const readers = new Map<Node, number>();
  for (const node of topologicalOrder([loss.sampleLosses])) {
    for (const operand of node.operands) readers.set(operand, (readers.get(operand) ?? 0) + 1);
  }
  return loss.parameters.filter((x) => (readers.get(x.node) ?? 0) > 1).length;
}
