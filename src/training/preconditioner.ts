import type { UpdateKernel } from "../compile/index.ts";
import type { UpdateFacts } from "./update-facts.ts";

/**
 * The diagonal D by which an adaptive rule divides its step, from the state after the step: √v + ε (RMSProp, AdaGrad),
 * b₁(√v̂ + ε) with v̂ = v/b₂ (Adam; of the largest v for AMSGrad), b₁ and b₂ the bias corrections, 1 without them.
 */
export function preconditioner(rule: UpdateFacts, kernel: UpdateKernel, next: Float64Array, out: Float64Array): void {
  const block = (name: string) => {
    const found = kernel.blocks[name];
    return found ? next.subarray(found.offset, found.offset + found.size) : null;
  };
  const moment = block("largest") ?? block("square") ?? block("total")!;
  const share = block("squareShare")?.[0] ?? 1;
  const factor = block("meanShare")?.[0] ?? 1;
  const epsilon = rule.values["epsilon"] ?? 0;
  for (let i = 0; i < out.length; i++) out[i] = factor * (Math.sqrt(moment[i] / share) + epsilon);
}
