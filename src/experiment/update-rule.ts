import type { UpdateRuleSpec } from "../descent/index.ts";
import type { OptimizerSpec, RunSpec } from "../spec/index.ts";
import type { UpdateRule } from "../stability/index.ts";
import { InputError } from "./host.ts";

/** The rule as stability knows it, linear near a minimum; null for rules that are not (Adam, sign descent, clipping). */
export function linearRule(optimizer: OptimizerSpec): UpdateRule | null {
  const { weightDecay } = optimizer;
  switch (optimizer.type) {
    case "gd":
    case "sgd":
      return { type: "gd", weightDecay };
    case "momentum":
      return { type: "momentum", momentum: optimizer.momentum, dampening: optimizer.dampening, weightDecay };
    case "nesterov":
      return { type: "nesterov", momentum: optimizer.momentum, weightDecay };
    default:
      return null;
  }
}

/** The same for a question about linear rules. @throws InputError for any other. */
export function linearRuleOf({ optimizer }: RunSpec, question: string): UpdateRule {
  const rule = linearRule(optimizer);
  if (rule !== null) return rule;
  const known = "gd, sgd, momentum or nesterov, whose steps are linear near a minimum";
  throw new InputError(`optimizer.type: ${question} expected ${known}, found ${optimizer.type}`);
}

/** The rule as descent writes it: all but its step size, and the average that is kept beside the iterates. */
export function updateRuleSpec(optimizer: OptimizerSpec): UpdateRuleSpec {
  const { name: _name, stepSize: _stepSize, averaging: _averaging, ...rule } = optimizer;
  return rule;
}
