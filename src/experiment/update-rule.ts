import type { UpdateRuleSpec } from "../descent/index.ts";
import type { OptimizerSpec } from "../spec/index.ts";
import type { UpdateRule } from "../stability/index.ts";

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

/** The rule as descent writes it: all but its step size. */
export function updateRuleSpec({ name: _name, stepSize: _stepSize, ...rule }: OptimizerSpec): UpdateRuleSpec {
  return rule;
}
