import * as p from "../program/index.ts";
import { type MapProgram, mapInputs, mapOutputs } from "./map-program.ts";

/** The map with the numbers of some of its buffers put in: the data and weights of one batch. */
export function withBuffers(map: MapProgram, buffers: Readonly<Record<string, Float64Array>>): MapProgram {
  const roots = mapOutputs(map).map((o) => o.node);
  const constants = p.topologicalOrder(roots).flatMap((node): [p.Node, p.Node][] => {
    const values = node.op === "input" ? buffers[node.attributes.buffer] : undefined;
    if (node.op !== "input" || !values) return [];
    const { offset } = node.attributes;
    return [[node, p.constant(values.subarray(offset, offset + p.sizeOf(node.shape)), node.shape)]];
  });
  return { ...replaced(map, new Map(constants)), loss: null };
}

/**
 * One map after another as one map: an epoch of SGD from the steps of its batches. They have the same state and the same
 * scalars, whose values they share; a buffer that is read in several is one buffer.
 */
export function composeMaps(maps: readonly MapProgram[]): MapProgram {
  const [first, ...others] = maps;
  if (!first) throw new RangeError("composeMaps: needs at least one map");
  return others.reduce((before, map) => {
    if (map.dimension !== before.dimension || map.stateSize !== before.stateSize) {
      throw new RangeError("composeMaps: maps of different state cannot follow each other");
    }
    const windows = mapInputs(map).map((node): [p.Node, p.Node] => {
      const { buffer, offset } = node.attributes;
      const whole = buffer === "theta" ? before.nextTheta : before.nextState!;
      return [node, p.reshape(p.slice(whole, 0, offset, p.sizeOf(node.shape)), node.shape)];
    });
    return { ...replaced(map, new Map(windows)), loss: null, symmetric: false };
  }, first);
}

function replaced(map: MapProgram, replacements: ReadonlyMap<p.Node, p.Node>): MapProgram {
  const roots = mapOutputs(map).map((o) => o.node);
  const [nextTheta, nextState = null] = p.substitute(roots, replacements) as [p.Node, p.Node?];
  return { ...map, nextTheta, nextState };
}
