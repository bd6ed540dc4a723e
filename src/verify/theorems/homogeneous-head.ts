import { slopes } from "../activation-facts.ts";
import type { LastHiddenLayer } from "../output-layer.ts";
import { examination, hypothesis, notNeeded, type Realised, type Theorem } from "../theorem.ts";
import { biasEigenvalue, lossHypothesis, outputLayerUpToSlope } from "./shared.ts";

/** Theorem H* of the documentation: a piecewise-linear last hidden layer under a dense output layer, any body below. */
export const homogeneousHead: Theorem = {
  id: "H*",
  statement:
    "With a dense output layer on a last hidden layer of piecewise-linear units through 0, both trained and used nowhere else, the Hessian has no constant positive eigenvalue on any piece, whatever lies below; for squared error with an output bias there is one exception, 2κ where the mean of the last hidden features vanishes identically.",
  source: "Separatrix, docs/non-singularity.md, Theorem H*; extends arXiv 2510.24466",
  examine(structure) {
    const { hidden, output } = structure;
    const ok = hidden?.activation.kind === "homogeneous";
    const hypotheses = [
      lossHypothesis(structure),
      outputLayerUpToSlope(structure),
      hypothesis(
        "last-hidden-layer",
        ok,
        ok ? describe(hidden) : "not a layer of piecewise-linear units trained on its own",
      ),
      notNeeded("body", "any layers below, trained or not"),
      notNeeded("data", "any inputs, targets and positive weights"),
    ];
    const exceptional =
      ok && output?.bias ? biasEigenvalue(structure, deadPiece(hidden), "last hidden layer dead") : [];
    // Negative eigenvalues: the proof covers one output, or nothing trained below the last hidden layer.
    const negativeExcluded = structure.outputCount === 1;
    return examination(hypotheses, exceptional, negativeExcluded);
  },
};

/**
 * Whether the last hidden layer can vanish on all samples on an open set: always when one slope is 0 and the units
 * have biases; never when no slope is 0 and they have biases (then the mean feature has a non-zero derivative in β).
 */
function deadPiece(hidden: LastHiddenLayer): Realised {
  if (!hidden.bias) return "unknown";
  const { left, right } = slopes(hidden.activation);
  if ((left.lo === 0 && left.hi === 0) || (right.lo === 0 && right.hi === 0)) return "yes";
  const nonZero = (s: { lo: number; hi: number }) => s.lo > 0 || s.hi < 0;
  return nonZero(left) && nonZero(right) ? "no" : "unknown";
}

function describe({ bias, kind, pooled }: LastHiddenLayer): string {
  const layer =
    kind === "affine" ? "scale and shift of a normalisation" : pooled ? "convolution with pooling" : "dense";
  return `${layer}, piecewise linear through 0, ${bias ? "with" : "without"} bias`;
}
