import { slopes } from "../activation-facts.ts";
import type { NetworkStructure } from "../network-structure.ts";
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
    return examination(hypotheses, exceptional, ok && excludesNegative(structure, hidden));
  },
};

/**
 * Whether the last hidden layer can vanish on all samples on an open set: always when one slope is 0 and the units
 * have biases; never when no slope is 0 and they have biases (then the mean feature has a non-zero derivative in β).
 */
function deadPiece(hidden: LastHiddenLayer): Realised {
  if (!hidden.bias) return "unknown";
  const { left, right } = slopes(hidden.activation);
  if (isZero(left) || isZero(right)) return "yes";
  const nonZero = (s: { lo: number; hi: number }) => s.lo > 0 || s.hi < 0;
  return nonZero(left) && nonZero(right) ? "no" : "unknown";
}

/**
 * Negative constant eigenvalues are excluded where nothing below the last hidden layer is trained (the proof is the
 * same), and for one output with a bias c: with the layer switched off they would be −|Σ p_i ∂ℓ_i(c) ψ_ij|, which varies
 * with c as soon as the mean ψ̄_j of a live unit cannot vanish (units of one sign, or with a bias and slopes of one sign).
 */
function excludesNegative({ loss, output, outputCount }: NetworkStructure, hidden: LastHiddenLayer): boolean {
  const head = new Set([output!.weight, output!.bias, hidden.weight, hidden.bias]);
  if (loss.parameters.every((x) => head.has(x.node))) return true;
  if (outputCount !== 1 || !output!.bias) return false;
  const { left, right } = slopes(hidden.activation);
  const oneSigned = isZero(left) || isZero(right) || (left.lo > 0 && right.hi < 0) || (left.hi < 0 && right.lo > 0);
  return oneSigned || hidden.bias !== null;
}

function isZero(slope: { lo: number; hi: number }): boolean {
  return slope.lo === 0 && slope.hi === 0;
}

function describe({ bias, kind, pooled }: LastHiddenLayer): string {
  const layer =
    kind === "affine" ? "scale and shift of a normalisation" : pooled ? "convolution with pooling" : "dense";
  return `${layer}, piecewise linear through 0, ${bias ? "with" : "without"} bias`;
}
