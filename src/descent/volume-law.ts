import { readUpdateRule, type UpdateRuleSpec } from "./update-rule.ts";

/**
 * |det D(θ′, s′)| of one step in closed form: exp(logFactor) times |det R|, with a = 1 − ηw for decoupled decay, else 1:
 *
 *   "one"       R = 1: the loss has no say
 *   "gradient"  R = aI − ηH, H with w added for coupled decay
 *   "scaled"    R = aI − ηD⁻¹H, D = diag(√v′ + ε) with the new v′
 */
export interface VolumeLaw {
  readonly remainder: "one" | "gradient" | "scaled";
  /** log of the constant factor, at step size η; −∞ where it vanishes. */
  logFactor(stepSize: number): number;
}

/**
 * How the rule changes volume in (θ, s), or null where no closed form is known (clipping, sam, amsgrad). By shears
 * s′ = As + b(θ), θ′ = Cθ + φ(s′): momentum βⁿ, Nesterov βⁿ·det(I − ηH), Adam (β₁β₂)ⁿ (and β₁β₂ once more for the two
 * bias corrections), RMSProp β₂ⁿ·det(I − ηD⁻¹H), AdaGrad det(I − ηD⁻¹H), Lion β₂ⁿ, signSGD 1; decoupled decay
 * multiplies the "one" rules by aⁿ.
 */
export function volumeLaw(spec: UpdateRuleSpec, dimension: number): VolumeLaw | null {
  const { type, values, decoupled, biasCorrection } = readUpdateRule(spec);
  if (values.clipNorm !== undefined || values.clipValue !== undefined) return null;
  const { momentum = 1, beta1 = 1, beta2 = 1, weightDecay = 0 } = values;
  const shear = (perCoordinate: number, extra = 0): VolumeLaw => ({
    remainder: "one",
    logFactor: (stepSize) => {
      const kept = decoupled ? Math.abs(1 - stepSize * weightDecay) : 1;
      return dimension * (Math.log(perCoordinate) + Math.log(kept)) + extra;
    },
  });
  const constant = (remainder: VolumeLaw["remainder"], perCoordinate: number): VolumeLaw => ({
    remainder,
    logFactor: () => dimension * Math.log(perCoordinate),
  });
  switch (type) {
    case "gd":
    case "sgd":
      return constant("gradient", 1);
    case "nesterov":
      return constant("gradient", momentum);
    case "momentum":
      return shear(momentum);
    case "adam":
    case "adamw":
      return shear(beta1 * beta2, biasCorrection ? Math.log(beta1 * beta2) : 0);
    case "rmsprop":
      return constant("scaled", beta2);
    case "adagrad":
      return constant("scaled", 1);
    case "lion":
      return shear(beta2);
    case "signSgd":
      return shear(1);
    default:
      return null;
  }
}
