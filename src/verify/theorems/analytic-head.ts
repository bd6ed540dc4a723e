import { excludesAffine, excludesConstant, excludesSinesAndAffine } from "../activation-facts.ts";
import type { NetworkStructure } from "../network-structure.ts";
import { examination, hypothesis, notNeeded, type Theorem } from "../theorem.ts";
import { lossHypothesis, outputLayerHypothesis } from "./shared.ts";

/** Theorem B (and C, part a) of the documentation: an analytic last hidden layer with trained biases. */
export const analyticHead: Theorem = {
  id: "B",
  statement:
    "With a dense output layer on a last hidden layer of analytic units with biases, both trained and used nowhere else, the Hessian has no constant eigenvalue other than 0 on any piece, unless the activation is affine, a sine or a hyperbolic sine.",
  source: "Separatrix, docs/non-singularity.md, Theorem B; extends arXiv 2510.24466",
  examine(structure) {
    const { hidden } = structure;
    const ok = hidden?.activation.kind === "analytic" && hidden.kind === "dense";
    const hypotheses = [
      lossHypothesis(structure),
      outputLayerHypothesis(structure),
      hypothesis(
        "last-hidden-layer",
        ok,
        ok
          ? `analytic, ${hidden.pooled ? "convolution with pooling" : "dense"}`
          : "not a layer of analytic units trained on its own",
      ),
      hypothesis(
        "hidden-bias",
        hidden?.bias != null,
        hidden?.bias ? "trained" : "the last hidden layer has no trained bias",
      ),
      ok ? activationHypothesis(structure) : hypothesis("activation", false, "not analytic"),
      notNeeded("body", "any layers below, trained or not"),
      notNeeded("data", "any inputs, targets and positive weights"),
    ];
    return examination(hypotheses, [], true);
  },
};

/** Which shapes of σ the proof has to exclude depends on the loss, the number of outputs and the output bias. */
function activationHypothesis({ form, outputCount, output, hidden }: NetworkStructure) {
  const activation = hidden!.activation;
  const withBias = output?.bias != null;
  if (form.kind === "mse" && withBias && outputCount === 1) {
    return hypothesis("activation", excludesConstant(activation) === "proved", "not constant");
  }
  if (form.kind !== "mse" && withBias) {
    return hypothesis("activation", excludesAffine(activation) === "proved", "not affine");
  }
  const proved = excludesSinesAndAffine(activation) === "proved";
  return hypothesis(
    "activation",
    proved,
    "neither affine nor a sine nor a hyperbolic sine: σσ‴ ≠ σ′σ″ at a point, enclosed",
  );
}
