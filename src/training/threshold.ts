import { curvatureLimit, type UpdateRule } from "../stability/index.ts";
import type { UpdateFacts } from "./update-facts.ts";

/** What the threshold may depend on at one step. */
export interface StepFacts {
  readonly stepSize: number;
  /** Of the gradient that the rule steps with, before clipping. */
  readonly gradientNorm: number;
  readonly largestEntry: number;
}

/**
 * The curvature above which the rule overshoots along the sharpest direction (THEORY §3, §5): 2/η for descent,
 * (2 + 2β)/η for momentum (over 1 − dampening), (2 + 2β)/((1 + 2β)η) for Nesterov. It limits the Hessian of the loss
 * without decay; coupled decay w takes w away.
 *
 * Adaptive rules are judged by the *preconditioned* sharpness λ_max(D^−½ (H + wI) D^−½) at their present D: Adam, AdamW and
 * AMSGrad by (2 + 2β₁)/((1 − β₁)η), 38/η at β₁ = 0.9, RMSProp and AdaGrad by 2/η (Cohen et al., arXiv 2207.14484).
 * SAM by (‖g‖/2ρ)(√(1 + 8ρ/(η‖g‖)) − 1), which falls with the gradient (Long and Bartlett, JMLR 25, 2024).
 * NaN where no such limit is known: steps by signs (signSgd, Lion), and steps whose gradient is clipped.
 */
export function stabilityThreshold(rule: UpdateFacts, step: StepFacts): number {
  const { values } = rule;
  const { stepSize, gradientNorm, largestEntry } = step;
  if (gradientNorm > (values["clipNorm"] ?? Number.POSITIVE_INFINITY)) return Number.NaN;
  if (largestEntry > (values["clipValue"] ?? Number.POSITIVE_INFINITY)) return Number.NaN;
  if (rule.type === "sam") return samThreshold(values["rho"]!, step) - (values["weightDecay"] ?? 0);
  const linear = linearRule(rule);
  return linear ? curvatureLimit(linear, stepSize) : Number.NaN;
}

/** Whether the threshold is one for the preconditioned sharpness. */
export function isPreconditioned({ type }: UpdateFacts): boolean {
  return ["adam", "adamw", "amsgrad", "rmsprop", "adagrad"].includes(type);
}

function linearRule(rule: UpdateFacts): UpdateRule | null {
  const { type, values, decoupled } = rule;
  const { momentum, dampening, beta1 = 0, weightDecay = 0 } = values;
  // The decay of preconditioned rules is coupled into what is preconditioned, so only the decoupled one is left here.
  const decay = isPreconditioned(rule) && !decoupled ? {} : { weightDecay, decoupled };
  switch (type) {
    case "gd":
    case "sgd":
    case "rmsprop":
    case "adagrad":
      return { type: "gd", ...decay };
    case "momentum":
      return { type, momentum: momentum!, dampening: dampening!, ...decay };
    case "nesterov":
      return { type, momentum: momentum!, ...decay };
    case "adam":
    case "adamw":
    case "amsgrad":
      return { type: "momentum", momentum: beta1, dampening: beta1, ...decay };
    default:
      return null;
  }
}

function samThreshold(rho: number, { stepSize, gradientNorm }: StepFacts): number {
  const u = (8 * rho) / (stepSize * gradientNorm);
  return gradientNorm === 0 ? 0 : (gradientNorm / (2 * rho)) * (u / (Math.sqrt(1 + u) + 1)); // √(1+u) − 1, without cancellation
}
