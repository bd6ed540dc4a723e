import { jvp, kinksOf, vjp } from "../../autodiff/index.ts";
import { type MapProgram, mapAsProgram, mapDimension, mapInputs, mapOutputs } from "../../descent/index.ts";
import * as p from "../../program/index.ts";
import type { Engine, Executable } from "../engine.ts";

export type Buffers = Readonly<Record<string, Float64Array>>;

/** A map on x = (θ, s) made executable, with its derivatives. Programs are built at first use and kept. */
export interface MapKernel {
  /** n + stateSize. */
  readonly dimension: number;
  set(scalar: string, value: number): void;
  step(x: Float64Array, out: Float64Array): void;
  tangent(x: Float64Array, v: Float64Array, out: Float64Array): void;
  adjoint(x: Float64Array, u: Float64Array, out: Float64Array): void;
  /** ∂F/∂scalar. */
  scalarDerivative(scalar: string, x: Float64Array, out: Float64Array): void;
  switchCount(): number;
  switching(x: Float64Array, out: Float64Array): void;
  dispose(): void;
}

/** Runs the programs of a map; `data` are the buffers that stay as they are (data, frozen parameters, weights). */
export function mapKernel(map: MapProgram, engine: Engine, data: Buffers): MapKernel {
  const n = map.dimension;
  const dimension = mapDimension(map);
  const scalars = new Map<string, number>();
  const loaded = new Map<string, Executable>();

  const ready = (kind: string, make: () => p.Program, x: Float64Array): Buffers => {
    let executable = loaded.get(kind);
    if (!executable) {
      loaded.set(kind, (executable = engine.load(make())));
      for (const [name, values] of Object.entries(data)) executable.buffers[name]?.set(values);
      for (const [name, value] of scalars) executable.buffers[name]?.fill(value);
    }
    const { buffers } = executable;
    buffers["theta"]!.set(x.subarray(0, n));
    buffers["state"]?.set(x.subarray(n));
    return buffers;
  };
  const finish = (kind: string, { nextTheta, nextState }: Buffers, out: Float64Array) => {
    loaded.get(kind)!.run();
    out.set(nextTheta!);
    if (nextState) out.set(nextState, n);
  };
  const distances = () => distanceProgram(map);
  const switchCount = () => {
    if (!loaded.has("switching")) ready("switching", distances, new Float64Array(dimension));
    return loaded.get("switching")!.buffers["switching"]?.length ?? 0;
  };

  return {
    dimension,
    set(scalar, value) {
      scalars.set(scalar, value);
      for (const { buffers } of loaded.values()) buffers[scalar]?.fill(value);
    },
    step(x, out) {
      finish(
        "step",
        ready("step", () => mapAsProgram(map), x),
        out,
      );
    },
    tangent(x, v, out) {
      const buffers = ready("tangent", () => tangentProgram(map), x);
      buffers["direction"]!.set(v);
      finish("tangent", buffers, out);
    },
    adjoint(x, u, out) {
      const buffers = ready("adjoint", () => adjointProgram(map), x);
      buffers["direction"]!.set(u);
      finish("adjoint", buffers, out);
    },
    scalarDerivative(scalar, x, out) {
      const kind = `scalar ${scalar}`;
      finish(
        kind,
        ready(kind, () => scalarProgram(map, scalar), x),
        out,
      );
    },
    switchCount,
    switching(x, out) {
      if (switchCount() === 0) return;
      const buffers = ready("switching", distances, x);
      loaded.get("switching")!.run();
      out.set(buffers["switching"]!);
    },
    dispose() {
      for (const executable of loaded.values()) executable.dispose();
      loaded.clear();
    },
  };
}

/** Reads "direction" (like x) and writes DF(x)·direction where the map writes F(x). */
function tangentProgram(map: MapProgram): p.Program {
  const seeds = new Map<p.Node, p.Node>(mapInputs(map).map((node) => [node, directionLike(map, node)]));
  return sameBuffers(map, tangents(map, seeds));
}

function scalarProgram(map: MapProgram, scalar: string): p.Program {
  const roots = mapOutputs(map).map((o) => o.node);
  const seeds = p
    .topologicalOrder(roots)
    .filter((node) => node.op === "input" && node.attributes.buffer === scalar)
    .map((node): [p.Node, p.Node] => [node, p.constant(1)]);
  return sameBuffers(map, tangents(map, new Map(seeds)));
}

function tangents(map: MapProgram, seeds: ReadonlyMap<p.Node, p.Node>): p.Node[] {
  const roots = mapOutputs(map).map((o) => o.node);
  return jvp(roots, seeds).map((tangent, i) => tangent ?? p.constant(0, roots[i]!.shape));
}

/** Reads "direction" (like F(x)) and writes DF(x)ᵀ·direction where the map writes F(x). */
function adjointProgram(map: MapProgram): p.Program {
  const n = map.dimension;
  const roots = mapOutputs(map).map((o) => o.node);
  const output = roots.length === 1 ? roots[0]! : p.concat(roots, 0);
  const inputs = mapInputs(map);
  const direction = p.input("direction", output.shape, { role: "direction" });
  const shares = vjp(output, direction, inputs);
  const sum = (buffer: "theta" | "state", size: number) =>
    inputs.reduce<p.Node>(
      (total, { attributes, shape }, i) => {
        const share = shares[i];
        if (!share || attributes.buffer !== buffer) return total;
        const length = p.sizeOf(shape);
        const after = size - attributes.offset - length;
        return p.add(total, p.pad(p.reshape(share, [length]), 0, attributes.offset, after));
      },
      p.constant(0, [size]),
    );
  const parts = [sum("theta", n), ...(map.stateSize > 0 ? [sum("state", map.stateSize)] : [])];
  return sameBuffers(map, parts);
}

function directionLike(map: MapProgram, { attributes: { buffer, offset }, shape }: p.NodeOf<"input">): p.Node {
  const base = buffer === "theta" ? 0 : map.dimension;
  return p.input("direction", shape, { offset: base + offset, role: "direction" });
}

/** A program that writes these nodes where the map writes its own. */
function sameBuffers(map: MapProgram, nodes: readonly p.Node[]): p.Program {
  const outputs = mapOutputs(map).map((output, i) => ({ ...output, node: nodes[i]! }));
  const state = map.stateSize > 0 ? { state: map.stateSize } : {};
  return p.buildProgram(outputs, { theta: map.dimension, direction: mapDimension(map), ...state });
}

/** Signed distances to the kinks: those of the loss, or of the formulas. */
function distanceProgram(map: MapProgram): p.Program {
  const roots = map.loss ? [map.loss] : mapOutputs(map).map((o) => o.node);
  let offset = 0;
  const outputs = kinksOf(roots, mapInputs(map)).map(({ distance }) => {
    const size = p.sizeOf(distance.shape);
    offset += size;
    return { buffer: "switching", offset: offset - size, node: p.reshape(distance, [size]) };
  });
  return p.buildProgram(outputs, { theta: map.dimension });
}
