import type { Objective } from "../compile/index.ts";
import { norm } from "../numeric/index.ts";

/** max_i ‖∇_f ℓ_i‖, of a formula objective max_i ‖∇_θ ℓ_i‖; NaN when one of them is. Cost: one pass over the samples. */
export function largestResidual(objective: Objective, theta: Float64Array): number {
  const { sampleCount, outputCount, dimension } = objective;
  const width = outputCount || dimension;
  const rows = new Float64Array(sampleCount * width);
  if (outputCount > 0) objective.outputGradient(theta, rows);
  else objective.jacobian(theta, rows);
  let largest = 0;
  for (let at = 0; at < rows.length; at += width) largest = Math.max(largest, norm(rows.subarray(at, at + width)));
  return largest;
}
