import type { Node, NodeOf } from "../../program/index.ts";
import { constantsInMemory } from "../wasm/constants-in-memory.ts";
import { f64x2, type I32, i32, type V128, v128 } from "../wasm/expressions.ts";
import { callTo, FunctionBuilder, type FunctionRef, type Variable } from "../wasm/function-builder.ts";
import { evaluate, type LaneValue, numberOf } from "../wasm/kernels/elementwise.ts";
import { ModuleBuilder } from "../wasm/module-builder.ts";
import { functionOps, type LoopOp } from "../wasm/steps.ts";
import type { LaneProgram } from "./lane-program.ts";
import { orthonormalize } from "./orthonormalize.ts";

/**
 * What a kernel does: keep the last states only; write every state of every lane; or carry frames of tangent vectors
 * along, made orthonormal after every step, and write every state with the lengths that this took.
 */
export type LaneMode = "advance" | "record" | "frames";

/** Steps of one call of a group: compiled code is replaced by better code between calls only. */
const STEPS_A_CALL = 1024;
/** Functions written out in place, in all vectors of a group together; beyond, they are called. */
const INLINE_FUNCTIONS = 16;

/**
 * The module of a lane program. Its export
 *
 *   run(states, parameters, orbits, stride, pairs, steps, scratch)
 *
 * moves 2·`pairs` states `steps` steps: `states` points to rows of n numbers, one a lane, rewritten in place (with
 * tangents, each row goes on with them); `parameters` to rows of the lanes' own values. What is written after each step
 * goes to `orbits`, `stride` bytes a lane. Lanes share nothing, and nothing else is written; straight-line code needs no
 * `scratch` memory.
 *
 * Two lanes make a vector. `vectors` of them go through a step one after the other in straight-line code, so that the
 * processor overlaps their chains of dependent operations; what is left over goes one vector at a time.
 */
export function laneModule(program: LaneProgram, mode: LaneMode, vectors: number): ModuleBuilder {
  const module = new ModuleBuilder({}, { constantsInMemory: constantsInMemory() });
  const single = module.add(groupFunction(module, program, mode, 1));
  const group = vectors === 1 ? single : module.add(groupFunction(module, program, mode, vectors));
  module.export("run", module.add(runFunction(module, program, mode, { single, group, vectors })));
  return module;
}

/** Rough number of operations of a step. */
export function workOf({ nodes }: LaneProgram): number {
  return nodes.reduce((sum, { op }) => sum + (functionOps.has(op) ? 25 : 1), 0);
}

/** How many vectors go through a step together: as many as code of bounded size allows. */
export function vectorsFor(program: LaneProgram): number {
  const work = workOf(program);
  return work <= 64 ? 12 : work <= 160 ? 8 : work <= 400 ? 4 : work <= 1000 ? 2 : 1;
}

interface Groups {
  readonly single: FunctionRef;
  readonly group: FunctionRef;
  readonly vectors: number;
}

function runFunction(
  module: ModuleBuilder,
  program: LaneProgram,
  mode: LaneMode,
  { single, group, vectors }: Groups,
): FunctionBuilder {
  const f = new FunctionBuilder(module, new Array<"i32">(7).fill("i32"));
  const [states, parameters, orbits, stride, pairs, steps] = f.pointers<[I32, I32, I32, I32, I32, I32, I32]>();
  const rowBytes = 8 * rowSize(program);
  const orbitBytes = 8 * orbitSize(program, mode);
  const each = (callee: FunctionRef, from: I32 | number, to: I32, width: number) =>
    f.loop(from, to, width, (pair) => {
      const lane = f.let(i32.shl(pair, 1));
      f.loop(0, steps, STEPS_A_CALL, (step) => {
        const left = f.let(i32.sub(steps, step));
        f.call(
          callee,
          i32.add(states, i32.mul(lane, rowBytes)),
          i32.add(parameters, i32.mul(lane, 8 * program.parameters.length)),
          i32.add(i32.add(orbits, i32.mul(lane, stride)), i32.mul(step, orbitBytes)),
          stride,
          i32.select(i32.less(left, i32.constant(STEPS_A_CALL)), left, i32.constant(STEPS_A_CALL)),
        );
      });
    });
  if (vectors === 1) each(single, 0, pairs, 1);
  else {
    const whole = f.let(i32.sub(pairs, remainder(pairs, vectors)));
    each(group, 0, whole, vectors);
    each(single, whole, pairs, 1);
  }
  return f;
}

/** Numbers of a row of states: the state and its tangents. */
export function rowSize({ dimension, tangents }: LaneProgram): number {
  return (1 + tangents) * dimension;
}

/** Numbers that are written after each step: the state, in mode "frames" with a length for each tangent. */
export function orbitSize({ dimension, tangents }: LaneProgram, mode: LaneMode): number {
  return mode === "advance" ? 0 : mode === "record" ? dimension : dimension + tangents;
}

function remainder(a: I32, b: number): I32 {
  return i32.sub(a, i32.mul(i32.divUnsigned(a, b), b));
}

/** The function (states, parameters, orbits, stride, steps) of so many vectors side by side. */
function groupFunction(module: ModuleBuilder, program: LaneProgram, mode: LaneMode, vectors: number): FunctionBuilder {
  const f = new FunctionBuilder(module, ["i32", "i32", "i32", "i32", "i32"]);
  const [states, parameters, orbits, stride, steps] = f.pointers<[I32, I32, I32, I32, I32]>();
  const width = rowSize(program);
  const orbitWidth = orbitSize(program, mode);
  const writer = new StepWriter(f, program, vectors);
  for (let u = 0; u < vectors; u++) writer.begin(loadRows(f, states, width, u), parameters, u);
  const rows = mode === "advance" ? [] : orbitRows(f, orbits, stride, 2 * vectors);
  const left = f.variable(steps);
  f.doWhile(() => {
    for (let u = 0; u < vectors; u++) {
      f.block(() => {
        writer.step(u);
        const lengths = mode === "frames" ? orthonormalize(f, writer.frame(u)) : [];
        if (mode === "advance") return;
        const state = writer.states[u]!.slice(0, program.dimension);
        storeRows(f, [...state, ...lengths], rows[2 * u]!, 0, rows[2 * u + 1]!, 0);
      });
    }
    for (const row of rows) f.assign(row, i32.add(row, 8 * orbitWidth));
    f.assign(left, i32.sub(left, 1));
    return left;
  });
  for (let u = 0; u < vectors; u++) {
    storeRows(f, writer.states[u]!, states, 16 * u * width, states, 8 * (2 * u + 1) * width);
  }
  return f;
}

/** The rows of two neighbouring lanes as vectors, one a coordinate. */
function loadRows(f: FunctionBuilder, base: I32, width: number, vector: number): Variable<"v128">[] {
  return Array.from({ length: width }, (_, i) => {
    const at = 8 * (2 * vector * width + i);
    return f.variable(v128.loadSecond(base, at + 8 * width, v128.loadZero(base, at)));
  });
}

function storeRows(
  f: FunctionBuilder,
  values: readonly V128[],
  first: I32,
  firstOffset: number,
  second: I32,
  secondOffset: number,
): void {
  values.forEach((value, i) => {
    f.storeFirst(first, firstOffset + 8 * i, value);
    f.storeSecond(second, secondOffset + 8 * i, value);
  });
}

/** Where the next state of each lane goes. */
function orbitRows(f: FunctionBuilder, orbits: I32, stride: I32, lanes: number): Variable<"i32">[] {
  return Array.from({ length: lanes }, (_, lane) => f.variable(i32.add(orbits, i32.mul(stride, lane))));
}

/** Writes the code of a step for each vector of a group. */
class StepWriter {
  readonly states: Variable<"v128">[][] = [];
  private readonly f: FunctionBuilder;
  private readonly program: LaneProgram;
  /** Nodes that do not change from step to step, and those that do, in order. */
  private readonly fixed: readonly Node[];
  private readonly moving: readonly Node[];
  private readonly fixedValues: Map<Node, LaneValue>[] = [];
  private readonly inline: boolean;

  constructor(f: FunctionBuilder, program: LaneProgram, vectors: number) {
    this.f = f;
    this.program = program;
    const moves = movingNodes(program);
    this.fixed = program.nodes.filter((node) => !moves.has(node));
    this.moving = program.nodes.filter((node) => moves.has(node));
    const functions = this.moving.filter(({ op }) => functionOps.has(op)).length;
    this.inline = functions * vectors <= INLINE_FUNCTIONS;
  }

  /** Readies a vector: its state in variables, and what stays the same over all steps computed once. */
  begin(states: Variable<"v128">[], parameters: I32, vector: number): void {
    const { f, program } = this;
    this.states[vector] = states;
    const values = new Map<Node, LaneValue>();
    this.fixedValues[vector] = values;
    const count = program.parameters.length;
    for (const node of this.fixed) {
      if (node.op === "input") {
        const at = 8 * (2 * vector * count + program.parameters.indexOf(node.attributes.buffer));
        const both = v128.loadSecond(parameters, at + 8 * count, v128.loadZero(parameters, at));
        values.set(node, { number: f.variable(both) });
      } else if (node.op === "constant") values.set(node, constantValue(node.attributes.values[0]!));
      else {
        const value = this.compute(node, values);
        numberOf(f, value); // here, not where a step needs it first: its variable must outlive the step
        values.set(node, value);
      }
    }
  }

  /** One step of a vector; its variables then hold the next state. */
  step(vector: number): void {
    const { f, program } = this;
    const states = this.states[vector]!;
    f.block(() => {
      const values = new Map(this.fixedValues[vector]);
      for (const node of this.moving) {
        if (node.op === "input") values.set(node, { number: states[this.place(node)]! });
        else values.set(node, this.compute(node, values));
      }
      const next = program.next.map((node) => numberOf(f, values.get(node)!));
      const moved = next.map((value, i) =>
        isStateVariable(value, states) && value !== states[i] ? f.variable(value) : value,
      );
      moved.forEach((value, i) => {
        if (value !== states[i]) f.assign(states[i]!, value);
      });
    });
  }

  /** The tangents of a vector, in variables. */
  frame(vector: number): Variable<"v128">[][] {
    const { dimension, tangents } = this.program;
    return Array.from({ length: tangents }, (_, j) =>
      this.states[vector]!.slice((1 + j) * dimension, (2 + j) * dimension),
    );
  }

  private place({ attributes: { buffer, offset } }: NodeOf<"input">): number {
    const { dimension, thetaSize } = this.program;
    if (buffer === "theta") return offset;
    if (buffer === "state") return thetaSize + offset;
    return (1 + Number(buffer.slice("tangent ".length))) * dimension + offset;
  }

  private compute(node: Node, values: ReadonlyMap<Node, LaneValue>): LaneValue {
    const { f } = this;
    const operands = node.operands.map((o) => values.get(o)!);
    const operation = {
      op: node.op as LoopOp,
      operands: [],
      ...(node.op === "pow" && { exponent: node.attributes.exponent }),
    };
    if (!this.program.signed.has(node) && node.op === "max" && isZero(operands[1]!)) {
      return { number: f.let(f64x2.larger(numberOf(f, operands[0]!), f64x2.constant(0))) };
    }
    if (this.inline || !functionOps.has(node.op)) return evaluate(f, operation, operands);
    const callee = f.module.shared(`lane ${node.op}`, () => {
      const own = new FunctionBuilder(f.module, ["v128"], "v128");
      own.return(numberOf(own, evaluate(own, operation, [{ number: own.parameter<"v128">(0) }])));
      return own;
    });
    return { number: f.variable(callTo<"v128">(callee, [numberOf(f, operands[0]!)])) };
  }
}

function constantValue(value: number): LaneValue {
  return { number: f64x2.constant(value), constant: value };
}

function isZero(value: LaneValue): boolean {
  return "constant" in value && value.constant === 0;
}

function isStateVariable(value: V128, states: readonly V128[]): boolean {
  return states.includes(value);
}

/** Nodes that depend on the state. */
function movingNodes({ nodes, parameters }: LaneProgram): Set<Node> {
  const moving = new Set<Node>();
  for (const node of nodes) {
    const own = node.op === "input" && !parameters.includes(node.attributes.buffer);
    if (own || node.operands.some((o) => moving.has(o))) moving.add(node);
  }
  return moving;
}
