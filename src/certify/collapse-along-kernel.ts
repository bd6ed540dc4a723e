import type { Objective } from "../compile/index.ts";
import { matrix, symmetricEigen } from "../numeric/index.ts";
import type { Collapse } from "./demonstrate-collapse.ts";

const count = 16;
/** Above this dimension the Hessian is not formed for a demonstration. */
const largestDimension = 400;

/**
 * Carries a collapse out on a piece around θ where 1/η is a constant eigenvalue: `count` points on a segment in the
 * direction v that I − η(H + wI) annihilates, one step each, compared along v. Null when θ lies too near a kink.
 */
export function collapseAlongKernel(
  objective: Objective,
  theta: Float64Array,
  { stepSize, weightDecay, indices, weights }: StepOptions,
): Collapse | null {
  const n = theta.length;
  if (n > largestDimension) return null;
  const m = matrix(n, n);
  const unit = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    unit.fill(0)[j] = 1;
    const row = m.data.subarray(j * n, (j + 1) * n);
    objective.batchHvp(theta, indices, weights, unit, row);
    for (let i = 0; i < n; i++) row[i] = (i === j ? 1 - stepSize * weightDecay : 0) - stepSize * row[i]!;
  }
  const { values, vectors } = symmetricEigen(m);
  const least = values.reduce((best, v, i) => (Math.abs(v) < Math.abs(values[best]!) ? i : best), 0);
  const direction = vectors.data.subarray(least * n, (least + 1) * n);
  const piece = (at: Float64Array) => {
    const bits = new Uint8Array(objective.switchCount);
    objective.piece(at, bits);
    return bits.join("");
  };
  const start = piece(theta);
  const gradient = new Float64Array(n);
  for (let reach = 1; reach > 1e-9; reach /= 2) {
    const before: number[] = [];
    const after: number[] = [];
    for (let i = 0; i < count; i++) {
      const t = reach * ((2 * i) / (count - 1) - 1);
      const at = theta.map((x, j) => x + t * direction[j]!);
      if (piece(at) !== start) break;
      objective.batchGradient(at, indices, weights, gradient);
      before.push(t);
      const moved = at.map((x, j) => x - stepSize * (gradient[j]! + weightDecay * x) - theta[j]!);
      after.push(moved.reduce((sum, x, j) => sum + x * direction[j]!, 0));
    }
    if (before.length < count) continue;
    return {
      description: `${count} points of one piece, on a segment along which it collapses, one step`,
      coordinate: "the position along the segment",
      count,
      spreadBefore: Math.max(...before) - Math.min(...before),
      spreadAfter: Math.max(...after) - Math.min(...after),
    };
  }
  return null;
}

interface StepOptions {
  readonly stepSize: number;
  readonly weightDecay: number;
  readonly indices: Int32Array;
  readonly weights: Float64Array;
}
