import { multiplyRationals, type Rational, rational, simplestRational } from "../../modular/index.ts";
import type { NetworkStructure } from "../network-structure.ts";
import type { OutputLayer } from "../output-layer.ts";
import { type ConstantEigenvalue, type Hypothesis, hypothesis, type Realised } from "../theorem.ts";

/** 2κ, exactly, of a squared error with scale κ as the user wrote it. */
export function twiceScale(structure: NetworkStructure): Rational | null {
  return structure.form.kind === "mse" ? multiplyRationals(rational(2n), simplestRational(structure.form.scale)) : null;
}

/** The loss is one of those a theorem covers. */
export function lossHypothesis({ form }: NetworkStructure): Hypothesis {
  const names = { mse: "squared error", crossEntropy: "softmax cross-entropy", logistic: "logistic loss", other: "" };
  return hypothesis(
    "loss",
    form.kind !== "other",
    form.kind === "other" ? "not one the theorem covers" : names[form.kind],
  );
}

/** The loss is a squared error. */
export function lossIsSquaredError({ form }: NetworkStructure): Hypothesis {
  return hypothesis("loss", form.kind === "mse", form.kind === "mse" ? "squared error" : "not a squared error");
}

/** A dense output layer, trained and used nowhere else, without an activation after it. */
export function outputLayerHypothesis({ output }: NetworkStructure): Hypothesis {
  const ok = output !== null && output.activation === null;
  return hypothesis("output-layer", ok, ok ? describeOutput(output) : "not a plain dense layer trained on its own");
}

/**
 * The same, or one output behind a piecewise-linear function through 0 and no bias: on a piece that function multiplies
 * each sample by a fixed slope, which the features of the sample absorb.
 */
export function outputLayerUpToSlope({ output, outputCount }: NetworkStructure): Hypothesis {
  const sloped = output?.activation?.kind === "homogeneous" && outputCount === 1 && output.bias === null;
  const ok = output !== null && (output.activation === null || sloped);
  const after = sloped ? ", one output behind a piecewise-linear function" : "";
  return hypothesis("output-layer", ok, ok ? describeOutput(output) + after : "not a dense layer trained on its own");
}

function describeOutput({ bias }: OutputLayer): string {
  return `dense, trained, used nowhere else, ${bias ? "with" : "without"} bias`;
}

/** The eigenvalue 2κ of the output bias, where the mean of the last hidden features vanishes on a piece. */
export function biasEigenvalue(
  structure: NetworkStructure,
  realised: Realised,
  piece: string,
): readonly ConstantEigenvalue[] {
  const value = twiceScale(structure);
  if (!value || !structure.output?.bias || realised === "no") return [];
  return [
    {
      value,
      realised,
      piece,
      reason:
        "the mean of the last hidden features vanishes, so the output bias decouples and lands on the mean target in one step",
    },
  ];
}
