import { examination, hypothesis, notNeeded, type Theorem } from "../theorem.ts";
import { biasEigenvalue, lossHypothesis, outputLayerHypothesis } from "./shared.ts";

const needed = 3;

/** The order criterion: outputs that vanish to third order at θ = 0 have a vanishing Hessian there, on every piece. */
export const orderCriterion: Theorem = {
  id: "order criterion",
  statement:
    "If every path from a constant to the outputs multiplies at least three trained factors, the Hessian vanishes at θ = 0 for every activation pattern, so it has no constant eigenvalue other than 0 on any piece.",
  source: "Separatrix, docs/non-singularity.md, order criterion; uses the extension principle",
  examine({ order, form }) {
    return examination(
      [
        hypothesis(
          "domain",
          order !== null,
          order === null ? "an operation may leave its domain" : "analytic with fixed selections",
        ),
        hypothesis("order", order !== null && order >= needed, orderReason(order), finite(order)),
        hypothesis(
          "loss",
          form.kind !== "other",
          form.kind === "other" ? "its smoothness near f = 0 was not recognised" : "smooth near f = 0",
        ),
        notNeeded("data", "any inputs, targets and positive weights"),
      ],
      [],
      true,
    );
  },
};

/** Theorem D: an output bias on top of a network of order three. */
export const deepWithBias: Theorem = {
  id: "D",
  statement:
    "If the outputs without their bias vanish to third order at θ = 0, the Hessian has no constant eigenvalue other than 0 on any piece for cross-entropy and logistic losses; for squared error only 2κ can occur, exactly where the mean of the last hidden features vanishes identically.",
  source: "Separatrix, docs/non-singularity.md, Theorem D; extends arXiv 2510.24466",
  examine(structure) {
    const { orderWithoutBias: order, output } = structure;
    const hypotheses = [
      lossHypothesis(structure),
      outputLayerHypothesis(structure),
      hypothesis("output-bias", output?.bias != null, output?.bias ? "trained" : "there is none"),
      hypothesis(
        "domain",
        order !== null,
        order === null ? "an operation may leave its domain" : "analytic with fixed selections",
      ),
      hypothesis("order", order !== null && order >= needed, orderReason(order), finite(order)),
    ];
    return examination(hypotheses, biasEigenvalue(structure, "unknown", "last hidden features of mean zero"), true);
  },
};

function orderReason(order: number | null): string {
  if (order === null) return "not defined";
  return `${order === Number.POSITIVE_INFINITY ? "infinite" : order} of ${needed} needed`;
}

function finite(order: number | null): number | null {
  return order !== null && Number.isFinite(order) ? order : null;
}
