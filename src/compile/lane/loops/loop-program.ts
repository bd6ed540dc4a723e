import { jvp } from "../../../autodiff/index.ts";
import { type MapProgram, mapDimension, mapOutputs } from "../../../descent/index.ts";
import * as p from "../../../program/index.ts";
import type { LaneProgramOptions } from "../lane-program.ts";

/** A step of a map on tensors, to be run in lanes by loops. */
export interface LoopProgram {
  /** n + stateSize: numbers of a state. */
  readonly dimension: number;
  /** Scalars of which every lane has its own value, in the order in which a lane brings them. */
  readonly parameters: readonly string[];
  /** Tangent vectors that are carried along. */
  readonly tangents: number;
  /** Reads "now" and the lanes' parameters, writes "next", and to "kept" what tangents need of it. */
  readonly step: p.Program;
  /** Reads "now", "kept", parameters and "direction", writes DF(x)·direction to "moved"; null without tangents. */
  readonly tangent: p.Program | null;
}

/** Computes tensors that do not depend on lanes, as a lane would. */
export type Evaluate = (nodes: readonly p.Node[]) => readonly Float64Array[];

/**
 * The map with its numbers and data put in. Whatever depends on them alone is computed once, by `evaluate`.
 * @throws RangeError when a scalar or a buffer that the map reads has no value.
 */
export function loopProgram(map: MapProgram, options: LaneProgramOptions, evaluate: Evaluate): LoopProgram {
  const { scalars, parameters = [], data = {}, tangents = 0 } = options;
  const dimension = mapDimension(map);
  const outputs = mapOutputs(map);
  const offsets = outputs.map(({ buffer }) => (buffer === "nextTheta" ? 0 : map.dimension));
  const replacements = new Map<p.Node, p.Node>();
  for (const node of p.topologicalOrder(outputs.map((o) => o.node))) {
    if (node.op === "input") replacements.set(node, leaf(node, map.dimension, { scalars, parameters, data }));
  }
  const roots = p.substitute(
    outputs.map((o) => o.node),
    replacements,
  );
  const written = roots.map((node, i) => ({ buffer: "next", offset: offsets[i]!, node }));
  const sizes = { now: dimension };
  const base = { dimension, parameters, tangents };
  if (tangents === 0) {
    const step = withoutUniform(p.simplify(p.buildProgram(written, sizes)), evaluate);
    return { ...base, step, tangent: null };
  }
  const seeds = new Map<p.Node, p.Node>();
  for (const node of p.topologicalOrder(roots)) {
    if (node.op !== "input" || node.attributes.buffer !== "now") continue;
    seeds.set(node, p.input("direction", node.shape, { offset: node.attributes.offset, role: "direction" }));
  }
  const moved = jvp(roots, seeds).map((tangent, i) => ({
    buffer: "moved",
    offset: offsets[i]!,
    node: tangent ?? p.constant(0, roots[i]!.shape),
  }));
  const whole = withoutUniform(p.simplify(p.buildProgram([...written, ...moved], sizes)), evaluate);
  return { ...base, ...divided(whole, sizes) };
}

function leaf(
  node: p.NodeOf<"input">,
  thetaSize: number,
  { scalars, parameters, data }: Required<Pick<LaneProgramOptions, "scalars" | "parameters" | "data">>,
): p.Node {
  const { buffer, offset, role } = node.attributes;
  if (buffer === "theta") return p.input("now", node.shape, { offset, role });
  if (buffer === "state") return p.input("now", node.shape, { offset: thetaSize + offset, role });
  if (parameters.includes(buffer)) return node;
  const values = data[buffer];
  if (values) return p.constant(values.slice(offset, offset + p.sizeOf(node.shape)), node.shape);
  const scalar = scalars[buffer];
  if (scalar === undefined) throw new RangeError(`laneProgram: the map needs numbers for "${buffer}"`);
  return p.constant(scalar, node.shape);
}

/** Nodes that depend on inputs of these buffers; on any input when none are named. */
function dependent(nodes: readonly p.Node[], ...buffers: readonly string[]): Set<p.Node> {
  const found = new Set<p.Node>();
  for (const node of nodes) {
    const own = node.op === "input" && (buffers.length === 0 || buffers.includes(node.attributes.buffer));
    if (own || node.operands.some((o) => found.has(o))) found.add(node);
  }
  return found;
}

/**
 * Computed nodes outside of `inside` that it, or an output, reads. Rearrangements of them cost nothing to read through
 * and are not listed; what they rearrange is.
 */
function frontier(program: p.Program, inside: ReadonlySet<p.Node>, outputs: readonly p.Output[]): p.Node[] {
  const listed = new Set<p.Node>();
  const visited = new Set<p.Node>();
  const visit = (start: p.Node) => {
    for (let node = start; !inside.has(node) && !visited.has(node); node = node.operands[0]!) {
      visited.add(node);
      if (node.operands.length === 0) return;
      if (isRearrangement(node)) continue;
      listed.add(node);
      return;
    }
  };
  for (const node of program.nodes) if (inside.has(node)) node.operands.forEach(visit);
  for (const { node } of outputs) visit(node);
  return [...listed];
}

function isRearrangement({ op }: p.Node): boolean {
  return op === "reshape" || op === "transpose" || op === "broadcast" || op === "slice";
}

/** The program with every tensor that depends on no input as a constant. */
function withoutUniform(program: p.Program, evaluate: Evaluate): p.Program {
  const uniform = frontier(program, dependent(program.nodes), program.outputs);
  if (uniform.length === 0) return program;
  const values = evaluate(uniform);
  return replaced(
    program,
    uniform.map((node, i) => [node, p.constant(values[i]!, node.shape)]),
  );
}

/** The step, and the tangent that reads what it needs of the step from "kept". */
function divided(program: p.Program, sizes: Readonly<Record<string, number>>): { step: p.Program; tangent: p.Program } {
  const own = program.outputs.filter(({ buffer }) => buffer === "next");
  const moved = program.outputs.filter(({ buffer }) => buffer === "moved");
  let size = 0;
  const kept = frontier(program, dependent(program.nodes, "direction"), moved).map((node): p.Output => {
    size += p.sizeOf(node.shape);
    return { buffer: "kept", offset: size - p.sizeOf(node.shape), node };
  });
  const read = kept.map(({ node, offset }): [p.Node, p.Node] => [
    node,
    p.input("kept", node.shape, { offset, role: "data" }),
  ]);
  const dimension = sizes["now"]!;
  return {
    step: p.buildProgram([...own, ...kept], sizes),
    tangent: replaced(p.buildProgram(moved, { ...sizes, direction: dimension }), read),
  };
}

function replaced(program: p.Program, pairs: readonly (readonly [p.Node, p.Node])[]): p.Program {
  const { outputs, bufferSizes } = program;
  const roots = p.substitute(
    outputs.map((o) => o.node),
    new Map(pairs),
  );
  return p.buildProgram(
    outputs.map((output, i) => ({ ...output, node: roots[i]! })),
    bufferSizes,
  );
}
