import { degreeBound } from "../degree.ts";
import type { NetworkStructure } from "../network-structure.ts";
import { examination, hypothesis, notNeeded, type Theorem } from "../theorem.ts";

/** Outputs affine in what is trained, on every piece: a linear probe, or one trained layer of a ReLU network. */
export const affineInTrained: Theorem = {
  id: "affine",
  statement:
    "If on every piece the outputs are affine in the trained parameters, a cross-entropy or logistic loss is convex there with a bounded gradient, so its Hessian has no constant eigenvalue other than 0.",
  source: "Separatrix, docs/non-singularity.md, affine in what is trained; extends arXiv 2510.24466",
  examine(structure) {
    const { form } = structure;
    const degree = outputDegree(structure);
    const ok = form.kind === "crossEntropy" || form.kind === "logistic";
    return examination(
      [
        hypothesis(
          "loss",
          ok,
          ok
            ? "convex in the outputs, with bounded gradient"
            : form.kind === "mse"
              ? "squared error: the Hessian is constant on every piece, and each of its eigenvalues counts"
              : "not one the theorem covers",
        ),
        hypothesis(
          "affine",
          degree <= 1,
          `degree ${degree} in what is trained`,
          Number.isFinite(degree) ? degree : null,
        ),
        notNeeded("body", "frozen layers of any kind"),
        notNeeded("data", "any inputs, targets and positive weights"),
      ],
      [],
      true,
    );
  },
};

/** The degree of the outputs in the trained parameters, on every piece. */
function outputDegree({ loss }: NetworkStructure): number {
  if (!loss.outputs) return Number.POSITIVE_INFINITY;
  return degreeBound(loss.outputs, new Set(loss.parameters.map((x) => x.node)), { selections: "held" });
}
