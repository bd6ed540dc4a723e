import { f64x2, type I32, i32, type V128, v128 } from "../../wasm/expressions.ts";
import { FunctionBuilder, type Variable } from "../../wasm/function-builder.ts";
import { evaluate, type LaneValue, numberOf } from "../../wasm/kernels/elementwise.ts";
import { collapse } from "../../wasm/kernels/loop-form.ts";
import type { ModuleBuilder } from "../../wasm/module-builder.ts";
import { functionOps, type LoopKernel, type Ref } from "../../wasm/steps.ts";

/** A loop kernel over elements that are vectors of lanes. */
export interface LaneLoop {
  readonly kernel: LoopKernel;
  /** Which leaves have one number for all lanes. */
  readonly uniform: readonly boolean[];
  /** Vectors of two lanes in an element. */
  readonly vectors: number;
}

/** Vectors that are computed side by side, and instructions of a body that is written out for as many. */
const SIDE_BY_SIDE = 4;
const MOST_INSTRUCTIONS = 240;
const INSTRUCTIONS_OF_FUNCTION = 40;

/**
 * The function (reads…, writes…) of a loop kernel in lanes: element by element in row-major order, all its lanes
 * together. Every sum is added up in that order beginning at +0, which is the order of the interpreter.
 */
export function laneLoopFunction(module: ModuleBuilder, loop: LaneLoop): FunctionBuilder {
  const kernel = collapse(loop.kernel);
  const streams = streamsOf(kernel, loop);
  const f = new FunctionBuilder(module, new Array<"i32">(streams.length).fill("i32"));
  new LaneLoopEmitter(f, kernel, loop, streams).axis(0, f.pointers<readonly I32[]>());
  return f;
}

/** Bytes along each axis of what a pointer runs through. */
type Stream = readonly number[];

function streamsOf({ leaves, stores, sums }: LoopKernel, { uniform, vectors }: LaneLoop): Stream[] {
  const bytes = (strides: readonly number[], isUniform = false) =>
    strides.map((stride) => stride * (isUniform ? 8 : 16 * vectors));
  return [
    ...leaves.map((strides, i) => bytes(strides, uniform[i])),
    ...[...stores, ...sums].map(({ strides }) => bytes(strides)),
  ];
}

/** A sum: from axis `memory` on it adds to the result in memory, from axis `registers` on in registers (−1: never). */
interface SumPlan {
  readonly value: Ref;
  readonly stream: number;
  readonly memory: number;
  readonly registers: number;
  totals: Variable<"v128">[];
}

class LaneLoopEmitter {
  private readonly f: FunctionBuilder;
  private readonly kernel: LoopKernel;
  private readonly uniform: readonly boolean[];
  private readonly vectors: number;
  private readonly streams: readonly Stream[];
  private readonly last: number;
  private readonly sums: readonly SumPlan[];

  constructor(f: FunctionBuilder, kernel: LoopKernel, { uniform, vectors }: LaneLoop, streams: readonly Stream[]) {
    this.f = f;
    this.kernel = kernel;
    this.uniform = uniform;
    this.vectors = vectors;
    this.streams = streams;
    this.last = kernel.frame.length - 1;
    const first = kernel.leaves.length + kernel.stores.length;
    this.sums = kernel.sums.map(({ value, strides }, i) => ({
      ...{ value, stream: first + i, totals: [] },
      memory: strides.indexOf(0),
      registers: registerAxis(strides),
    }));
  }

  /** The loop over one axis, and inside it those over the axes after it. */
  axis(axis: number, pointers: readonly I32[]): void {
    const { f, kernel } = this;
    f.block(() => {
      this.beginSums(axis, pointers);
      const extent = kernel.frame[axis]!;
      if (axis === this.last) this.innermost(pointers, extent);
      else this.repeat(pointers, axis, extent, 1, (inner) => this.axis(axis + 1, inner));
      this.finishSums(axis, pointers);
    });
  }

  /** Runs the body `count` times, `unroll` steps of the axis apart, with pointers that move along. */
  private repeat(
    pointers: readonly I32[],
    axis: number,
    count: number,
    unroll: number,
    body: (pointers: readonly I32[]) => void,
  ): readonly I32[] {
    const { f, streams } = this;
    if (count === 0) return pointers;
    const moving = pointers.map((pointer, i) => (streams[i]![axis] === 0 ? pointer : f.variable(pointer)));
    const left = f.variable(i32.constant(count));
    f.doWhile(() => {
      body(moving);
      moving.forEach((pointer, i) => {
        const bytes = unroll * streams[i]![axis]!;
        if (bytes !== 0) f.assign(pointer as Variable<"i32">, i32.add(pointer, bytes));
      });
      f.assign(left, i32.sub(left, 1));
      return left;
    });
    return moving;
  }

  private innermost(pointers: readonly I32[], extent: number): void {
    const { f, kernel, vectors } = this;
    const unroll = Math.min(extent, elementsTogether(kernel, vectors));
    const repeated = kernel.leaves.map((_, i) =>
      this.streams[i]![this.last] === 0 ? this.load(pointers[i]!, i, 0).map((x) => f.let(x)) : null,
    );
    const bodies = (count: number) => (at: readonly I32[]) => f.block(() => this.bodies(at, repeated, count));
    const rest = this.repeat(pointers, this.last, Math.floor(extent / unroll), unroll, bodies(unroll));
    bodies(extent % unroll)(rest);
  }

  /**
   * So many elements, the first at the pointers. All that is computed comes before all that is stored: then compilers
   * mix the elements instruction by instruction, and the processor finds independent work within its reach.
   */
  private bodies(pointers: readonly I32[], repeated: readonly (readonly V128[] | null)[], count: number): void {
    const { f, kernel } = this;
    const results: { place: number; u: number; value: (ref: Ref) => LaneValue }[] = [];
    for (let place = 0; place < count; place++) results.push(...this.element(pointers, repeated, place));
    for (const { place, u, value } of results) {
      kernel.stores.forEach((store, i) => {
        const stream = kernel.leaves.length + i;
        f.storeVector(pointers[stream]!, this.offset(stream, place, u), numberOf(f, value(store.value)));
      });
      for (const sum of this.sums) this.accumulate(sum, pointers, place, u, numberOf(f, value(sum.value)));
    }
  }

  /** The values of one element, vector by vector. */
  private element(pointers: readonly I32[], repeated: readonly (readonly V128[] | null)[], place: number) {
    const { f, kernel, vectors } = this;
    const leaves = kernel.leaves.map((_, i) => repeated[i] ?? this.load(pointers[i]!, i, place).map((x) => f.let(x)));
    return Array.from({ length: vectors }, (_, u) => {
      const values: LaneValue[] = [];
      const value = (ref: Ref): LaneValue => {
        if ("leaf" in ref) return { number: leaves[ref.leaf]![this.uniform[ref.leaf] ? 0 : u]! };
        if ("operation" in ref) return values[ref.operation]!;
        return { number: f64x2.constant(ref.constant), constant: ref.constant };
      };
      for (const operation of kernel.operations) values.push(evaluate(f, operation, operation.operands.map(value)));
      return { place, u, value };
    });
  }

  private offset(stream: number, place: number, vector: number): number {
    return place * this.streams[stream]![this.last]! + 16 * vector;
  }

  /** The vectors of an element of a leaf; one, where all lanes have the same number. */
  private load(pointer: I32, stream: number, place: number): V128[] {
    const offset = (u: number) => this.offset(stream, place, u);
    if (this.uniform[stream]) return [v128.loadSplat(pointer, offset(0))];
    return Array.from({ length: this.vectors }, (_, u) => v128.load(pointer, offset(u)));
  }

  private accumulate(sum: SumPlan, pointers: readonly I32[], place: number, u: number, value: V128): void {
    const { f } = this;
    const total = sum.totals[u];
    if (sum.registers >= 0) f.assign(total!, f64x2.add(total!, value));
    else {
      const [pointer, offset] = [pointers[sum.stream]!, this.offset(sum.stream, place, u)];
      f.storeVector(pointer, offset, f64x2.add(sum.memory < 0 ? f64x2.constant(0) : v128.load(pointer, offset), value));
    }
  }

  private beginSums(axis: number, pointers: readonly I32[]): void {
    const { f, vectors } = this;
    for (const sum of this.sums) {
      const pointer = pointers[sum.stream]!;
      if (sum.memory === axis && sum.registers !== axis) this.clear(sum.stream, axis, pointer);
      if (sum.registers !== axis) continue;
      const begun = sum.memory < axis;
      sum.totals = Array.from({ length: vectors }, (_, u) =>
        f.variable(begun ? v128.load(pointer, 16 * u) : f64x2.constant(0)),
      );
    }
  }

  /** Zeros in the part of a result that the axes from `axis` on write. */
  private clear(stream: number, axis: number, pointer: I32): void {
    const { f, vectors } = this;
    const steps = this.streams[stream]!;
    const kept = this.kernel.frame.flatMap((extent, a) =>
      a >= axis && steps[a] !== 0 ? [{ extent, bytes: steps[a]! }] : [],
    );
    const level = (i: number, at: I32): void => {
      const next = kept[i];
      if (next) f.loop(0, next.extent, 1, (index) => level(i + 1, f.let(i32.add(at, i32.mul(index, next.bytes)))));
      else for (let u = 0; u < vectors; u++) f.storeVector(at, 16 * u, f64x2.constant(0));
    };
    level(0, pointer);
  }

  private finishSums(axis: number, pointers: readonly I32[]): void {
    for (const { registers, stream, totals } of this.sums) {
      if (registers !== axis) continue;
      for (const [u, total] of totals.entries()) this.f.storeVector(pointers[stream]!, 16 * u, total);
    }
  }
}

/** Elements that a body computes side by side. */
function elementsTogether({ operations }: LoopKernel, vectors: number): number {
  const functions = operations.filter(({ op }) => functionOps.has(op)).length;
  const instructions = operations.length + INSTRUCTIONS_OF_FUNCTION * functions;
  const most = Math.min(SIDE_BY_SIDE, Math.floor(MOST_INSTRUCTIONS / instructions));
  return Math.max(1, Math.floor(most / vectors));
}

/** The first of the trailing axes that a sum adds over, or −1. */
function registerAxis(strides: readonly number[]): number {
  let axis = strides.length;
  while (axis > 0 && strides[axis - 1] === 0) axis--;
  return axis === strides.length ? -1 : axis;
}
