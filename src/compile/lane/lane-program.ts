import { jvp } from "../../autodiff/index.ts";
import { type MapProgram, mapDimension, mapInputs, mapOutputs } from "../../descent/index.ts";
import * as p from "../../program/index.ts";
import { type KnownBuffers, scalarCount, scalarize } from "./scalarize.ts";

/** A step of a map on single numbers, ready to be written once a lane. */
export interface LaneProgram {
  /** n + stateSize: numbers of a state. */
  readonly dimension: number;
  /** n: of them, those of θ, which come first. */
  readonly thetaSize: number;
  /** Scalars of which every lane has its own value, in the order in which a lane brings them. */
  readonly parameters: readonly string[];
  /** Tangent vectors that are carried along. */
  readonly tangents: number;
  /** Nodes whose zeros must have the right sign (`signedNodes`). */
  readonly signed: ReadonlySet<p.Node>;
  /** Every node needed, operands before users. */
  readonly nodes: readonly p.Node[];
  /** F(x), one node a coordinate, then DF(x)v for each tangent vector. Leaves read "theta", "state", "tangent j". */
  readonly next: readonly p.Node[];
}

export interface LaneProgramOptions {
  /** Scalars of the map with one value for all lanes. */
  readonly scalars: Readonly<Record<string, number>>;
  /** Scalars with one value a lane. */
  readonly parameters?: readonly string[];
  /** Buffers that stay as they are: data, frozen parameters, weights. */
  readonly data?: KnownBuffers;
  /** Tangent vectors to carry along; 0 by default. */
  readonly tangents?: number;
  /** States times steps that will be asked for, where that is known: for few of them writing the step out does not pay. */
  readonly stateSteps?: number;
  /** Allows other sums and products that are equal over the reals (`rearrange`): faster, other last bits. */
  readonly rearrange?: boolean;
}

/** Beyond these a step is no business of lanes: straight-line code gains nothing over loops any more. */
export const MOST_SCALARS = 8_000;
export const MOST_NODES = 2_000;

/**
 * State steps for each operation that is written out, from which on it pays: an operation takes 50 to 100 µs to fold,
 * share and compile, and a step in array mode 1 µs or so.
 */
const PAYING = 100;

/**
 * The map with its numbers and data put in, as single numbers. Null when a step is too long to be written out: beyond
 * 8000 operations before and 2000 nodes after folding constants, where loops over arrays are as fast, and
 * when few steps of few states are asked for.
 * @throws RangeError when a scalar or a buffer that the map reads has no value.
 */
export function laneProgram(map: MapProgram, options: LaneProgramOptions): LaneProgram | null {
  const { scalars, parameters = [], data = {}, tangents = 0 } = options;
  const known: Record<string, Float64Array> = { ...data };
  for (const [name, value] of Object.entries(scalars)) {
    if (!parameters.includes(name)) known[name] = Float64Array.of(value);
  }
  const written = p.buildProgram(outputsWithTangents(map, tangents));
  const count = scalarCount(written);
  if (count > 2 * MOST_SCALARS || (options.stateSteps ?? Number.POSITIVE_INFINITY) < PAYING * count) return null;
  const tensors = p.simplify(written);
  if (scalarCount(tensors) > MOST_SCALARS) return null;
  const identities = p.scalarIdentities();
  const exact = p.simplify(p.withoutIdleZeros(p.simplify(scalarize(tensors, known), identities)), identities);
  const program = options.rearrange ? p.rearrange(exact) : exact;
  checkInputs(program, parameters);
  if (program.nodes.length > MOST_NODES) return null;
  const dimension = mapDimension(map);
  const next = new Array<p.Node>((1 + tangents) * dimension);
  for (const { buffer, offset, node } of program.outputs)
    next[placeOf(buffer, map.dimension, dimension) + offset] = node;
  return {
    dimension,
    thetaSize: map.dimension,
    parameters,
    tangents,
    signed: options.rearrange ? new Set() : p.signedNodes(program),
    nodes: program.nodes,
    next,
  };
}

function outputsWithTangents(map: MapProgram, tangents: number): p.Output[] {
  const outputs = mapOutputs(map);
  const inputs = mapInputs(map);
  const roots = outputs.map((o) => o.node);
  const moved = Array.from({ length: tangents }, (_, j) => {
    const seeds = inputs.map((node): [p.Node, p.Node] => {
      const { buffer, offset } = node.attributes;
      const base = buffer === "theta" ? 0 : map.dimension;
      return [node, p.input(`tangent ${j}`, node.shape, { offset: base + offset, role: "direction" })];
    });
    return jvp(roots, new Map(seeds)).map((tangent, i) => ({
      buffer: `next tangent ${j}`,
      offset: outputs[i]!.buffer === "nextTheta" ? 0 : map.dimension,
      node: tangent ?? p.constant(0, roots[i]!.shape),
    }));
  });
  return [...outputs, ...moved.flat()];
}

/** Where the numbers of an output buffer begin among those of the next state and its tangents. */
function placeOf(buffer: string, thetaSize: number, dimension: number): number {
  if (buffer === "nextTheta") return 0;
  if (buffer === "nextState") return thetaSize;
  return (1 + Number(buffer.slice("next tangent ".length))) * dimension;
}

function checkInputs(program: p.Program, parameters: readonly string[]): void {
  for (const { attributes } of program.inputs) {
    const { buffer, role } = attributes;
    const own = buffer === "theta" || buffer === "state" || role === "direction" || parameters.includes(buffer);
    if (!own) throw new RangeError(`laneProgram: the map needs numbers for "${buffer}"`);
  }
}
