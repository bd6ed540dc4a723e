/** What the certificates need to know of an update rule. */
export interface RuleFacts {
  readonly type: string;
  readonly stepSize: number;
  readonly weightDecay: number;
  /** β of heavy ball and Nesterov; β₁β₂ of the adaptive rules; 0 when there is none. */
  readonly memory: number;
  /** Of heavy ball; 0 when absent. */
  readonly dampening?: number;
  /** W_B, the sums of the step weights over the batches: [1] without importance sampling; null when too many to list. */
  readonly weightSums: readonly number[] | null;
  readonly clipNorm: boolean;
  readonly clipValue: boolean;
}

/**
 * "gradient": singular exactly where the GD map of the loss is. "never": the map of the full state scales volume by a
 * known non-zero factor, or is injective in pieces. "decay": the same but for the step 1/w. "always": collapses for
 * every step size. "almost-every": only Fubini's argument applies.
 */
export type RuleClass = "gradient" | "never" | "decay" | "always" | "almost-every";

export interface RuleVerdict {
  readonly kind: RuleClass;
  readonly reason: string;
  /** Whether the statement is about (θ, state) rather than θ alone. */
  readonly extendedState: boolean;
}

/** The table of update rules: determinant of the Jacobian in the full state, and what follows from it. */
export function ruleVerdict(rule: RuleFacts): RuleVerdict {
  const verdict = unclipped(rule);
  // Shears carry the volume whatever measurable gradient they are given, a clipped one too.
  if (verdict.kind !== "gradient" && shears.has(rule.type)) return verdict;
  if (rule.clipNorm) return say("almost-every", "norm clipping is settled for almost every step size only", false);
  if (rule.clipValue) {
    return say("almost-every", "value clipping brings in the principal submatrices of the Hessian", false);
  }
  return verdict;
}

const shears: ReadonlySet<string> = new Set(["momentum", "adam", "adamw", "amsgrad", "lion", "signSgd"]);

function say(kind: RuleClass, reason: string, extendedState = true): RuleVerdict {
  return { kind, reason, extendedState };
}

function unclipped({ type, memory, weightDecay, dampening = 0 }: RuleFacts): RuleVerdict {
  const stateless = "the Jacobian is I − ηH";
  switch (type) {
    case "gd":
    case "sgd":
      return say("gradient", stateless, false);
    case "momentum":
      if (memory === 0 && dampening !== 0) {
        return say("almost-every", "without momentum the dampening only shortens the step: write it as gd", false);
      }
      return memory === 0
        ? say("gradient", stateless, false)
        : say("never", "one step of (θ, v) scales volume by βⁿ, whatever the loss");
    case "nesterov":
      return memory === 0
        ? say("gradient", stateless, false)
        : say("gradient", "one step of (θ, v) scales volume by βⁿ·|det(I − ηH)|");
    case "adam":
      return memory === 0
        ? say("almost-every", "with a vanishing β the state does not carry the volume", false)
        : say("never", "one step of (θ, m, v) scales volume by (β₁β₂)ⁿ, whatever the loss");
    case "adamw": {
      if (memory === 0) return say("almost-every", "with a vanishing β the state does not carry the volume", false);
      const factor = "one step of (θ, m, v) scales volume by |1 − ηw|ⁿ(β₁β₂)ⁿ";
      return weightDecay > 0 ? say("decay", factor) : say("never", factor);
    }
    case "lion":
      return memory === 0
        ? say("almost-every", "with β₂ = 0 the state does not carry the volume", false)
        : say("never", "on each of the sign cells one step is an injective shear that scales volume by β₂ⁿ");
    case "signSgd":
      return say("never", "on each of the sign cells one step is a translation", false);
    case "rmsprop":
      return memory === 0
        ? say("almost-every", "with β₂ = 0 the state does not carry the volume", false)
        : say("never", "for every θ the second moments at which the step is singular form a null set");
    case "adagrad":
      return say("never", "for every θ the accumulators at which the step is singular form a null set");
    case "amsgrad":
      return say(
        "always",
        "where the new second moment is the running maximum, the old maximum is forgotten: the Jacobian of the state is 0",
      );
    default:
      return say("almost-every", "only Fubini's argument applies to this rule", false);
  }
}
