import type { Node, Program } from "../../../program/index.ts";
import { type I32, i32 } from "../../wasm/expressions.ts";
import { FunctionBuilder, type FunctionRef } from "../../wasm/function-builder.ts";
import { type Lowered, lower } from "../../wasm/lower.ts";
import { type MemoryPlan, planMemory } from "../../wasm/memory-plan.ts";
import type { ModuleBuilder } from "../../wasm/module-builder.ts";
import { type Schedule, schedule } from "../../wasm/schedule.ts";
import type { Place, Step } from "../../wasm/steps.ts";
import { laneLoopFunction } from "./lane-loop.ts";
import { laneProductFunction } from "./lane-product.ts";
import { laneRowsFunction, laneRowsKey } from "./lane-rows.ts";

/** Buffers that the function of a program is given pointers to; all else has its place in the scratch area. */
const moving = ["now", "next", "direction", "moved"] as const;

/** A program as a function of the module, and where in the scratch area it keeps what. */
export interface LaneSteps {
  /** The function (scratch, now, next, direction, moved). */
  readonly run: FunctionRef;
  readonly plan: MemoryPlan;
  /** Writes constants and index tables into a scratch area. */
  fill(memory: WebAssembly.Memory, scratch: number): void;
}

/** A program as steps, and which of its nodes have one number for all lanes. */
export interface PreparedSteps {
  readonly program: Program;
  readonly lowered: Lowered;
  readonly views: Schedule["views"];
  readonly isUniform: (node: Node) => boolean;
}

/** The steps of array mode, without the packing of operands. */
export function prepareSteps(program: Program): PreparedSteps {
  const planned = schedule(program);
  const lowered = lower(program, planned, { packs: false });
  return { program, lowered, views: planned.views, isUniform: uniformNodes(lowered.steps) };
}

/** Where the scratch area of a program begins, and buffers that another program has planned. */
export interface LanePlace {
  readonly start: number;
  readonly placed?: Readonly<Record<string, number>>;
}

/**
 * Memory of a program whose elements are `vectors` vectors of two lanes. Constants have one number for all lanes, unless
 * an operation along rows reads them.
 */
export function planLanes(
  { program, lowered, views, isUniform }: PreparedSteps,
  vectors: number,
  { start, placed = {} }: LanePlace,
): MemoryPlan {
  return planMemory(program, lowered, views, {
    start,
    elementBytes: 16 * vectors,
    constantBytes: (node) => (isUniform(node) ? 8 : 16 * vectors),
    placed: { ...Object.fromEntries(moving.map((name) => [name, 0])), ...placed },
  });
}

/** Adds a program in lanes to a module. */
export function laneSteps(
  module: ModuleBuilder,
  prepared: PreparedSteps,
  vectors: number,
  place: LanePlace,
): LaneSteps {
  const { lowered, isUniform } = prepared;
  const plan = planLanes(prepared, vectors, place);
  const f = new FunctionBuilder(module, ["i32", "i32", "i32", "i32", "i32"]);
  const [scratch, ...pointers] = f.pointers<[I32, I32, I32, I32, I32]>();
  const addressOf = (place: Place): I32 => {
    const buffer = bufferOf(place, lowered);
    const given = (moving as readonly (string | undefined)[]).indexOf(buffer);
    return i32.add(given < 0 ? scratch : pointers[given]!, plan.addressOf(place));
  };
  for (const step of lowered.steps) {
    const table = step.kind === "rows" ? tableOf(step.node, plan) : [];
    const operands = [
      ...step.reads.map(addressOf),
      ...table.map((address) => i32.add(scratch, address)),
      ...step.writes.map(addressOf),
    ];
    const uniform = step.reads.map((place) => "node" in place && isUniform(place.node));
    f.call(kernelOf(module, step, uniform, vectors), ...operands);
  }
  return {
    run: module.add(f),
    plan,
    fill(memory, base) {
      for (const { address, node, length } of plan.constants) {
        const copies = isUniform(node) ? 1 : 2 * vectors;
        fillConstant(new Float64Array(memory.buffer, base + address, copies * length), node, copies);
      }
      for (const [indices, address] of plan.tables) {
        new Int32Array(memory.buffer, base + address, indices.length).set(indices);
      }
    },
  };
}

/** Tells constants that stand in memory once for all lanes. */
function uniformNodes(steps: readonly Step[]): (node: Node) => boolean {
  const wide = new Set(
    steps.flatMap((step) =>
      step.kind === "rows" ? step.reads.map((place) => ("node" in place ? place.node : null)) : [],
    ),
  );
  return (node) => node.op === "constant" && !wide.has(node);
}

function fillConstant(home: Float64Array, node: Node, copies: number): void {
  if (node.op !== "constant") return;
  const { values } = node.attributes;
  const each = (i: number) => values[values.length === 1 ? 0 : i]!;
  for (let i = 0; copies * i < home.length; i++) home.fill(each(i), copies * i, copies * (i + 1));
}

/** The buffer in which a place lies, if it lies in one. */
function bufferOf(place: Place, { windows }: Lowered): string | undefined {
  if ("buffer" in place) return place.buffer;
  if (!("node" in place)) return undefined;
  const { node } = place;
  return node.op === "input" ? node.attributes.buffer : windows.get(node)?.buffer;
}

function tableOf(node: Extract<Step, { kind: "rows" }>["node"], { tables }: MemoryPlan): number[] {
  return node.op === "gather" || node.op === "scatter" ? [tables.get(node.attributes.indices)!] : [];
}

function kernelOf(module: ModuleBuilder, step: Step, uniform: readonly boolean[], vectors: number): FunctionRef {
  switch (step.kind) {
    case "loop": {
      const loop = { kernel: step.kernel, uniform, vectors };
      return module.shared(`lane loop ${keyOf(loop)}`, () => laneLoopFunction(module, loop));
    }
    case "product": {
      const product = { kernel: step.kernel, uniform: uniform as [boolean, boolean], vectors };
      return module.shared(`lane product ${keyOf(product)}`, () => laneProductFunction(module, product));
    }
    case "rows":
      return module.shared(laneRowsKey(step.node, vectors), () => laneRowsFunction(module, step.node, vectors));
    default:
      throw new Error(`laneSteps: no step of lanes is ${step.kind}`);
  }
}

/** Equal strings for equal plain data, numbers that JSON does not tell apart included. */
function keyOf(data: unknown): string {
  return JSON.stringify(data, (_, value) =>
    typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))
      ? `${Object.is(value, -0) ? "-0" : value}`
      : value,
  );
}
