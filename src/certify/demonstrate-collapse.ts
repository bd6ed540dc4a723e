import type { Objective } from "../compile/index.ts";
import type { Rng } from "../numeric/index.ts";
import type { Node } from "../program/index.ts";
import { type NetworkStructure, slopes } from "../verify/index.ts";

/** Networks of one open set before and after one step, in one coordinate. */
export interface Collapse {
  readonly description: string;
  readonly coordinate: string;
  readonly count: number;
  readonly spreadBefore: number;
  readonly spreadAfter: number;
}

const count = 16;

/**
 * Carries a collapse out: draws networks around θ whose last hidden layer is dead on every sample (an open condition),
 * takes one step with the given batch, and reports how far apart they were and are in a coordinate that collapses: the
 * output bias, or with `byDecay` a weight of the dead layer. Null when the layer has no side on which it is dead.
 */
export function demonstrateCollapse(
  objective: Objective,
  structure: NetworkStructure,
  theta: Float64Array,
  options: {
    readonly stepSize: number;
    readonly weightDecay: number;
    readonly indices: Int32Array;
    readonly weights: Float64Array;
    readonly byDecay: boolean;
    readonly rng: Rng;
  },
): Collapse | null {
  const { hidden, output, loss } = structure;
  if (!hidden?.bias || !output?.bias) return null;
  const { left, right } = slopes(hidden.activation);
  const side = left.lo === 0 && left.hi === 0 ? -1 : right.lo === 0 && right.hi === 0 ? 1 : 0;
  if (side === 0) return null;
  const slotOf = (node: Node) => loss.parameters.find((x) => x.node === node)!.slot;
  const [weight, bias] = [slotOf(hidden.weight), slotOf(hidden.bias)];
  const watched = options.byDecay ? weight : slotOf(output.bias);
  const { rng, stepSize, weightDecay, indices, weights } = options;
  const gradient = new Float64Array(theta.length);
  const before: number[] = [];
  const after: number[] = [];
  for (let draw = 0; draw < count; draw++) {
    const start = theta.map((x) => x + rng.normal());
    for (let i = 0; i < weight.size; i++) start[weight.offset + i] = 1e-9 * rng.normal();
    for (let i = 0; i < bias.size; i++) start[bias.offset + i] = side * (1 + rng.uniform());
    objective.batchGradient(start, indices, weights, gradient);
    const at = watched.offset;
    before.push(start[at]!);
    after.push(start[at]! - stepSize * (gradient[at]! + weightDecay * start[at]!));
  }
  return {
    description: `${count} networks whose last hidden layer is dead on every sample, one step`,
    coordinate: `${watched.name}[0]`,
    count,
    spreadBefore: spread(before),
    spreadAfter: spread(after),
  };
}

function spread(values: readonly number[]): number {
  return Math.max(...values) - Math.min(...values);
}
