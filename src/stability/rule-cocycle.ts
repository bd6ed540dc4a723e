import type { BatchLaw } from "../sampling/index.ts";
import type { BatchOperator } from "./batch-operator.ts";
import { type Cocycle, cocycle } from "./cocycle.ts";
import type { UpdateRule } from "./update-rule.ts";

export interface RuleCocycleOptions {
  readonly rule: UpdateRule;
  /** One step size, or those of one period of a schedule. */
  readonly stepSizes: ArrayLike<number>;
  /** Orthonormal directions (rows of length d, flat) that every position is kept orthogonal to. */
  readonly projectOut?: readonly Float64Array[];
}

/**
 * The linearised stochastic rule: with g = H_B δ + wδ (decoupled decay: g = H_B δ, δ first times 1 − ηw),
 * gd δ′ = δ − ηg on R^d; momentum and nesterov on (δ, v) in R^{2d}, velocity in the second half, as `stepMatrix` says.
 */
export function ruleCocycle(operator: BatchOperator, law: BatchLaw, options: RuleCocycleOptions): Cocycle {
  const { rule, projectOut = [] } = options;
  const stepSizes = Float64Array.from(options.stepSizes);
  const d = operator.dimension;
  const dimension = rule.type === "gd" ? d : 2 * d;
  return cocycle({
    dimension,
    period: leastCommonMultiple(law.epochLength, stepSizes.length),
    factors(rng) {
      const stream = law.stream(rng);
      const gradient = new Float64Array(d);
      let t = 0;
      return (frame, count) => {
        const { indices, weights } = stream.next();
        const stepSize = stepSizes[t++ % stepSizes.length];
        for (let row = 0; row < count; row++) {
          const state = frame.subarray(row * dimension, (row + 1) * dimension);
          const position = state.subarray(0, d);
          operator.apply(indices, weights, position, gradient);
          step(rule, stepSize, position, state.subarray(d), gradient);
          for (const direction of projectOut) removeComponent(position, direction);
        }
      };
    },
  });
}

function step(
  rule: UpdateRule,
  stepSize: number,
  position: Float64Array,
  velocity: Float64Array,
  gradient: Float64Array,
): void {
  const { momentum: beta = 0, dampening = 0, weightDecay = 0, decoupled = false } = rule;
  const kept = decoupled ? 1 - stepSize * weightDecay : 1;
  const coupled = decoupled ? 0 : weightDecay;
  for (let a = 0; a < position.length; a++) {
    const g = gradient[a] + coupled * position[a];
    let move = g;
    if (rule.type !== "gd") {
      velocity[a] = beta * velocity[a] + (rule.type === "momentum" ? 1 - dampening : 1) * g;
      move = rule.type === "momentum" ? velocity[a] : g + beta * velocity[a];
    }
    position[a] = kept * position[a] - stepSize * move;
  }
}

function removeComponent(x: Float64Array, direction: Float64Array): void {
  let product = 0;
  for (let a = 0; a < x.length; a++) product += x[a] * direction[a];
  for (let a = 0; a < x.length; a++) x[a] -= product * direction[a];
}

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y > 0) [x, y] = [y, x % y];
  return (a / x) * b;
}
