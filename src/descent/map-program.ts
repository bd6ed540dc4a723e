import * as p from "../program/index.ts";

/** A named part of the state vector. */
export interface StateBlock {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

/**
 * One step of a map (θ, s) ↦ (θ′, s′) as nodes, to be differentiated, compiled, enclosed or reduced mod p.
 *
 * Reads the buffers "theta" (n numbers) and "state" (`stateSize` numbers), one number from a buffer of its own name for
 * each entry of `scalars` ("stepSize" first, for a rule), and whatever the loss reads: "frozen", "inputs", "targets",
 * "weights" (the weights of the step: p_i for the full batch, those of the batch for SGD), or "gradient" when the
 * gradient is computed elsewhere. Writes "nextTheta" and "nextState". The state starts at 0.
 *
 * Several inputs may be windows of "theta"; a derivative seeds each of them with the same window of the direction
 * (`mapInputs` lists them).
 */
export interface MapProgram {
  /** n. */
  readonly dimension: number;
  readonly state: readonly StateBlock[];
  readonly stateSize: number;
  readonly scalars: readonly string[];
  /** θ′, [n]. */
  readonly nextTheta: p.Node;
  /** s′, [stateSize]; null when there is no state. */
  readonly nextState: p.Node | null;
  /** The loss at θ, before the step; null when the map is not made from a loss. */
  readonly loss: p.Node | null;
  /** Whether the tangent map is a symmetric matrix: plain descent on a loss. */
  readonly symmetric: boolean;
}

/** Length of (θ, s). */
export function mapDimension(map: MapProgram): number {
  return map.dimension + map.stateSize;
}

/** What the map writes. */
export function mapOutputs({ nextTheta, nextState }: MapProgram): p.Output[] {
  const theta = { buffer: "nextTheta", offset: 0, node: nextTheta };
  return nextState ? [theta, { buffer: "nextState", offset: 0, node: nextState }] : [theta];
}

/** The map as a program; all its buffers exist, read or not. */
export function mapAsProgram(map: MapProgram): p.Program {
  const sizes: Record<string, number> = { theta: map.dimension };
  if (map.stateSize > 0) sizes["state"] = map.stateSize;
  for (const name of map.scalars) sizes[name] = 1;
  return p.buildProgram(mapOutputs(map), sizes);
}

/** The windows of "theta" and "state" that the map reads: where a tangent enters. */
export function mapInputs(map: MapProgram): p.NodeOf<"input">[] {
  return p
    .topologicalOrder(mapOutputs(map).map((o) => o.node))
    .filter((n): n is p.NodeOf<"input"> => n.op === "input")
    .filter(({ attributes: { buffer } }) => buffer === "theta" || buffer === "state");
}
