import * as p from "../../../program/index.ts";
import { constantsInMemory } from "../../wasm/constants-in-memory.ts";
import { type I32, i32 } from "../../wasm/expressions.ts";
import { FunctionBuilder, type Variable } from "../../wasm/function-builder.ts";
import { ModuleBuilder, TABLE_BYTES } from "../../wasm/module-builder.ts";
import type { LaneMode } from "../lane-kernel.ts";
import type { LoopProgram } from "./loop-program.ts";
import { type LaneSteps, laneSteps, type PreparedSteps, planLanes, prepareSteps } from "./loop-steps.ts";
import { orthonormalizeLanes } from "./orthonormalize-lanes.ts";
import { gatherLanes, scatterLanes } from "./transpose-lanes.ts";

/** A kernel that needs memory to work in: as much for each thread. */
export interface LoopModule {
  readonly module: ModuleBuilder;
  readonly scratchBytes: number;
  /** Writes what the kernel expects in a scratch area. */
  fill(memory: WebAssembly.Memory, scratch: number): void;
}

/** A step, and a tangent where there is one, as steps of kernels. */
export interface PreparedLoops {
  readonly program: LoopProgram;
  readonly step: PreparedSteps;
  readonly tangent: PreparedSteps | null;
}

export function prepareLoops(program: LoopProgram): PreparedLoops {
  return { program, step: prepareSteps(program.step), tangent: program.tangent && prepareSteps(program.tangent) };
}

/** Bytes of memory to work in, a thread. */
export function scratchBytes(prepared: PreparedLoops, vectors: number): number {
  return layout(prepared, vectors).bytes;
}

/**
 * The module of a step in loops; what its export `run` does is said at `laneModule`, and states go `vectors` vectors at
 * a time, without a rest. A step reads one area of states and writes the other, and then they change places.
 */
export function loopModule(prepared: PreparedLoops, mode: LaneMode, vectors: number): LoopModule {
  const module = new ModuleBuilder({}, { constantsInMemory: constantsInMemory() });
  const { bytes, areas, places } = layout(prepared, vectors);
  const step = laneSteps(module, prepared.step, vectors, places.step);
  const tangent = prepared.tangent && laneSteps(module, prepared.tangent, vectors, places.tangent);
  const run = runFunction(module, prepared.program, mode, { vectors, step, tangent, areas });
  module.export("run", module.add(run));
  return {
    module,
    scratchBytes: bytes,
    fill(memory, scratch) {
      step.fill(memory, scratch);
      tangent?.fill(memory, scratch);
    },
  };
}

/** Where states and frames stand in the scratch area, each twice, and the lengths of the vectors of a frame. */
interface Areas {
  readonly states: readonly [number, number];
  readonly frames: readonly [number, number] | null;
  readonly lengths: number;
}

function layout({ program, step, tangent }: PreparedLoops, vectors: number) {
  const { dimension: n, tangents } = program;
  const own = planLanes(step, vectors, { start: 0 });
  const placed = Object.fromEntries(
    Object.entries(own.buffers).map(([name, { address }]): [string, number] => [name, address]),
  );
  const places = { step: { start: 0 }, tangent: { start: own.totalBytes, placed } };
  let end = align(tangent ? planLanes(tangent, vectors, places.tangent).totalBytes : own.totalBytes);
  const reserve = (numbers: number) => {
    const address = end;
    end = align(end + 16 * vectors * numbers);
    return address;
  };
  const areas: Areas = {
    states: [reserve(n), reserve(n)],
    frames: tangent && [reserve(tangents * n), reserve(tangents * n)],
    lengths: reserve(tangents),
  };
  return { bytes: end, areas, places };
}

/** The values of tensors that depend on no input, with the bits that a lane would compute. */
export function evaluateOnce(nodes: readonly p.Node[]): Float64Array[] {
  const program = p.buildProgram(nodes.map((node, i) => ({ buffer: `value ${i}`, offset: 0, node })));
  const module = new ModuleBuilder();
  const { run, plan, fill } = laneSteps(module, prepareSteps(program), 1, { start: TABLE_BYTES });
  module.export("run", run);
  const pages = Math.ceil(plan.totalBytes / 65536);
  const memory = new WebAssembly.Memory({ initial: pages });
  module.writeTables(memory);
  fill(memory, 0);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.bytes(1)), { env: { memory } });
  (instance.exports["run"] as (...pointers: number[]) => void)(0, 0, 0, 0, 0);
  return nodes.map((node, i) => {
    const { address } = plan.buffers[`value ${i}`]!;
    const lanes = new Float64Array(memory.buffer, address, 2 * p.sizeOf(node.shape));
    return Float64Array.from({ length: p.sizeOf(node.shape) }, (_, j) => lanes[2 * j]!);
  });
}

interface Parts {
  readonly vectors: number;
  readonly step: LaneSteps;
  readonly tangent: LaneSteps | null;
  readonly areas: Areas;
}

function runFunction(
  module: ModuleBuilder,
  { dimension: n, tangents, parameters }: LoopProgram,
  mode: LaneMode,
  { vectors, step, tangent, areas }: Parts,
): FunctionBuilder {
  const f = new FunctionBuilder(module, new Array<"i32">(7).fill("i32"));
  const [rows, own, orbits, stride, pairs, steps, scratch] = f.pointers<[I32, I32, I32, I32, I32, I32, I32]>();
  const [load, store] = [gatherLanes(module, vectors), scatterLanes(module, vectors)];
  const carried = areas.frames ? tangents * n : 0;
  const rowBytes = 8 * (n + carried);
  const ownBytes = 8 * parameters.length;
  const count = (value: number) => i32.constant(value);
  const area = (at: number) => f.variable(i32.add(scratch, at));
  const vectorBytes = 16 * vectors;
  f.loop(0, pairs, vectors, (pair) => {
    const lane = f.let(i32.shl(pair, 1));
    const row = f.let(i32.add(rows, i32.mul(lane, rowBytes)));
    const [now, next] = areas.states.map(area) as [Variable<"i32">, Variable<"i32">];
    const [from, to] = (areas.frames ?? areas.states).map(area) as [Variable<"i32">, Variable<"i32">];
    f.call(load, row, count(rowBytes), count(n), now);
    if (carried > 0) f.call(load, i32.add(row, 8 * n), count(rowBytes), count(carried), from);
    parameters.forEach((name, i) => {
      const home = step.plan.buffers[name] ?? tangent?.plan.buffers[name];
      const value = i32.add(own, i32.add(i32.mul(lane, ownBytes), 8 * i));
      if (home) f.call(load, value, count(ownBytes), count(1), i32.add(scratch, home.address));
    });
    const written = f.variable(i32.add(orbits, i32.mul(lane, stride)));
    f.loop(0, steps, 1, () => {
      f.call(step.run, scratch, now, next, from, to);
      if (tangent) {
        f.loop(0, tangents * n * vectorBytes, n * vectorBytes, (offset) =>
          f.call(tangent.run, scratch, now, next, i32.add(from, offset), i32.add(to, offset)),
        );
        f.call(orthonormalizeLanes(module, n, tangents, vectors), to, i32.add(scratch, areas.lengths));
        swap(f, from, to);
      }
      swap(f, now, next);
      if (mode === "advance") return;
      f.call(store, written, stride, count(n), now);
      if (carried > 0) f.call(store, i32.add(written, 8 * n), stride, count(tangents), i32.add(scratch, areas.lengths));
      f.assign(written, i32.add(written, 8 * (n + (carried > 0 ? tangents : 0))));
    });
    f.call(store, row, count(rowBytes), count(n), now);
    if (carried > 0) f.call(store, i32.add(row, 8 * n), count(rowBytes), count(carried), from);
  });
  return f;
}

function swap(f: FunctionBuilder, a: Variable<"i32">, b: Variable<"i32">): void {
  f.block(() => {
    const before = f.variable(a);
    f.assign(a, b);
    f.assign(b, before);
  });
}

function align(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}
