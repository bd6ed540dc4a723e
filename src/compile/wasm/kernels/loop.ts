import { f64, f64x2, type I32, i32, type V128, v128 } from "../expressions.ts";
import { FunctionBuilder, type Variable } from "../function-builder.ts";
import type { ModuleBuilder } from "../module-builder.ts";
import type { LoopKernel, Ref } from "../steps.ts";
import { evaluate, type LaneValue, numberOf } from "./elementwise.ts";

/**
 * The function (reads…, writes…, lo, hi) of one loop kernel: two neighbouring elements at a time, the odd last one
 * alone. lo and hi bound the outermost axis, in pairs of elements when it is the only one.
 *
 * Sums: along trailing axes two lanes (times the unrolling) add up in registers and are joined at the end; along outer
 * axes each element of the result adds up in memory, in order. Either way the order depends on the kernel only.
 */
export function loopFunction(module: ModuleBuilder, kernel: LoopKernel): FunctionBuilder {
  const plan = collapse(kernel);
  const count = plan.leaves.length + plan.stores.length + plan.sums.length;
  const f = new FunctionBuilder(module, new Array<"i32">(count + 2).fill("i32"));
  const pointers = Array.from({ length: count }, (_, i) => f.parameter<"i32">(i));
  const range = [f.parameter<"i32">(count), f.parameter<"i32">(count + 1)] as const;
  new LoopEmitter(f, plan, range).axis(0, pointers);
  return f;
}

/** How many units lo and hi may divide; 1 where a sum runs over the outermost axis. */
export function loopExtent(kernel: LoopKernel): number {
  const { frame, sums } = collapse(kernel);
  if (sums.some(({ strides }) => strides[0] === 0)) return 1;
  return frame.length === 1 ? Math.ceil(frame[0]! / 2) : frame[0]!;
}

/** Merges neighbouring axes that every stream crosses with one stride. A single element is an axis of extent 1. */
export function collapse(kernel: LoopKernel): LoopKernel {
  const { frame } = kernel;
  const streams = [...kernel.leaves, ...kernel.stores.map((s) => s.strides), ...kernel.sums.map((s) => s.strides)];
  const kept: number[] = []; // innermost axis of each merged run
  const extents: number[] = [];
  for (let axis = 0; axis < frame.length; axis++) {
    const merges = axis > 0 && streams.every((s) => s[axis - 1] === s[axis]! * frame[axis]!);
    if (merges) {
      kept[kept.length - 1] = axis;
      extents[extents.length - 1]! *= frame[axis]!;
    } else {
      kept.push(axis);
      extents.push(frame[axis]!);
    }
  }
  const single = frame.length === 0;
  const pick = (strides: readonly number[]) => (single ? [1] : kept.map((axis) => strides[axis]!));
  return {
    frame: single ? [1] : extents,
    leaves: kernel.leaves.map(pick),
    operations: kernel.operations,
    stores: kernel.stores.map(({ value, strides }) => ({ value, strides: pick(strides) })),
    sums: kernel.sums.map(({ value, strides }) => ({ value, strides: pick(strides) })),
  };
}

/** Where a sum begins to add: in memory from axis `memory`, in registers from axis `registers` (or never, −1). */
interface SumPlan {
  readonly value: Ref;
  readonly strides: readonly number[];
  readonly memory: number;
  readonly registers: number;
  readonly pointer: number;
  accumulators: Variable<"v128">[];
}

type Lanes = "pair" | "single";

class LoopEmitter {
  private readonly f: FunctionBuilder;
  private readonly plan: LoopKernel;
  private readonly range: readonly [I32, I32];
  private readonly streams: readonly (readonly number[])[];
  private readonly sums: readonly SumPlan[];
  private readonly unroll: number;
  private readonly last: number;

  constructor(f: FunctionBuilder, plan: LoopKernel, range: readonly [I32, I32]) {
    this.f = f;
    this.plan = plan;
    this.range = range;
    this.last = plan.frame.length - 1;
    this.streams = [...plan.leaves, ...plan.stores.map((s) => s.strides), ...plan.sums.map((s) => s.strides)];
    const firstSum = plan.leaves.length + plan.stores.length;
    this.sums = plan.sums.map(({ value, strides }, i) => ({
      value,
      strides,
      ...sumAxes(strides),
      pointer: firstSum + i,
      accumulators: [],
    }));
    const pairs = plan.frame[this.last]! >> 1;
    this.unroll = pairs >= 8 && plan.operations.length <= 4 ? 4 : 1;
  }

  /** The loop over one axis, and inside it those over the axes after it. */
  axis(axis: number, pointers: readonly I32[]): void {
    const { f } = this;
    f.block(() => {
      this.beginSums(axis, pointers);
      if (axis === this.last) this.innermost(pointers);
      else {
        const [from, to] = axis === 0 && this.divisible() ? this.range : [0, this.plan.frame[axis]!];
        f.loop(from, to, 1, (i) => this.axis(axis + 1, this.advance(pointers, axis, i)));
      }
      this.finishSums(axis, pointers);
    });
  }

  private divisible(): boolean {
    return !this.plan.sums.some(({ strides }) => strides[0] === 0);
  }

  private advance(pointers: readonly I32[], axis: number, i: I32): I32[] {
    const offsets = new Map<number, I32>();
    return pointers.map((pointer, stream) => {
      const stride = this.streams[stream]![axis]!;
      if (stride === 0) return pointer;
      if (!offsets.has(stride)) offsets.set(stride, this.f.let(i32.mul(i, 8 * stride)));
      return this.f.let(i32.add(pointer, offsets.get(stride)!));
    });
  }

  private innermost(pointers: readonly I32[]): void {
    const { f, unroll, plan } = this;
    const extent = plan.frame[this.last]!;
    const pairs = extent >> 1;
    const repeated = plan.leaves.map((strides, i) =>
      strides[this.last] === 0 ? f.let(v128.loadSplat(pointers[i]!)) : null,
    );
    const single = () => this.body(pointers, repeated, i32.constant(0), pairs, "single", 0);
    const pass = (from: I32 | number, to: I32 | number, vectors: number) => {
      f.loop(from, to, vectors, (pair) => {
        const at = f.let(i32.shl(pair, 4));
        for (let u = 0; u < vectors; u++) f.block(() => this.body(pointers, repeated, at, u, "pair", u));
      });
    };
    if (this.last === 0 && this.divisible()) {
      const [lo, hi] = this.range;
      pass(
        lo,
        extent % 2 === 0 ? hi : f.let(i32.select(i32.less(hi, i32.constant(pairs)), hi, i32.constant(pairs))),
        1,
      );
      if (extent % 2 === 1) f.if(i32.less(i32.constant(pairs), hi), single);
      return;
    }
    const whole = pairs - (pairs % unroll);
    pass(0, whole, unroll);
    if (unroll > 1) pass(whole, pairs, 1);
    if (extent % 2 === 1) f.block(single);
  }

  /** One pair (or one single element) of every stream: `at` bytes and `extra` pairs past the pointers. */
  private body(
    pointers: readonly I32[],
    repeated: readonly (V128 | null)[],
    at: I32,
    extra: number,
    lanes: Lanes,
    slot: number,
  ): void {
    const { f, plan } = this;
    const fixed = lanes === "single" && extra * 16 === 0;
    const address = (stream: number): [I32, number] => {
      const stride = this.streams[stream]![this.last]!;
      const pointer = pointers[stream]!;
      if (lanes === "single") return [pointer, fixed ? 0 : extra * 16 * stride];
      return [i32.add(pointer, stride === 1 ? at : i32.mul(at, stride)), extra * 16 * stride];
    };
    const loaded = plan.leaves.map<V128 | null>(() => null);
    const leaf = (i: number): V128 => {
      loaded[i] ??= repeated[i] ?? f.let(this.load(address(i), this.streams[i]![this.last]!, lanes));
      return loaded[i]!;
    };
    const results: LaneValue[] = [];
    const resolve = (ref: Ref): LaneValue => {
      if ("leaf" in ref) return { number: leaf(ref.leaf) };
      if ("operation" in ref) return results[ref.operation]!;
      return { number: f64x2.constant(ref.constant), constant: ref.constant };
    };
    for (const operation of plan.operations) results.push(evaluate(f, operation, operation.operands.map(resolve)));
    plan.stores.forEach(({ value }, i) => {
      const stream = plan.leaves.length + i;
      this.store(address(stream), this.streams[stream]![this.last]!, numberOf(f, resolve(value)), lanes);
    });
    for (const sum of this.sums)
      this.accumulate(sum, address(sum.pointer), numberOf(f, resolve(sum.value)), lanes, slot);
  }

  private load([address, offset]: [I32, number], stride: number, lanes: Lanes): V128 {
    if (lanes === "single") return v128.loadZero(address, offset);
    if (stride === 1) return v128.load(address, offset);
    const base = this.f.let(address);
    return v128.loadSecond(base, offset + 8 * stride, v128.loadZero(base, offset));
  }

  private store([address, offset]: [I32, number], stride: number, value: V128, lanes: Lanes): void {
    const { f } = this;
    if (lanes === "single") f.storeFirst(address, offset, value);
    else if (stride === 1) f.storeVector(address, offset, value);
    else {
      const base = f.let(address);
      f.storeFirst(base, offset, value);
      f.storeSecond(base, offset + 8 * stride, value);
    }
  }

  private accumulate(sum: SumPlan, place: [I32, number], value: V128, lanes: Lanes, slot: number): void {
    const { f } = this;
    if (sum.registers >= 0) {
      const target = sum.accumulators[slot % sum.accumulators.length]!;
      const added = lanes === "single" ? v128.and(value, v128.bits(-1n, 0n)) : value;
      f.assign(target, f64x2.add(target, added));
    } else if (sum.memory < 0) {
      this.store(place, 1, f64x2.add(f64x2.constant(0), value), lanes);
    } else {
      this.store(place, 1, f64x2.add(this.load(place, 1, lanes), value), lanes);
    }
  }

  private beginSums(axis: number, pointers: readonly I32[]): void {
    for (const sum of this.sums) {
      if (sum.memory === axis && sum.registers !== axis) this.clear(sum, axis + 1, pointers[sum.pointer]!);
      if (sum.registers === axis) {
        sum.accumulators = Array.from({ length: this.unroll }, () => this.f.variable(f64x2.constant(0)));
      }
    }
  }

  /** Zeros in the part of the result that the axes from `axis` on write. */
  private clear(sum: SumPlan, axis: number, pointer: I32): void {
    const { f } = this;
    const kept = sum.strides.flatMap((stride, a) => (a >= axis && stride !== 0 ? [a] : []));
    const level = (i: number, at: I32) => {
      if (i === kept.length) return f.storeF64(at, 0, f64.constant(0));
      const stride = sum.strides[kept[i]!]!;
      f.loop(0, this.plan.frame[kept[i]!]!, 1, (index) => level(i + 1, f.let(i32.add(at, i32.mul(index, 8 * stride)))));
    };
    level(0, pointer);
  }

  private finishSums(axis: number, pointers: readonly I32[]): void {
    const { f } = this;
    for (const sum of this.sums) {
      if (sum.registers !== axis) continue;
      const joined = f.let(joinAll(sum.accumulators));
      const total = f64.add(f64x2.lane(joined, 0), f64x2.lane(joined, 1));
      const pointer = pointers[sum.pointer]!;
      f.storeF64(pointer, 0, sum.memory < axis ? f64.add(f64.load(pointer), total) : total);
    }
  }
}

function sumAxes(strides: readonly number[]): { memory: number; registers: number } {
  let registers = strides.length;
  while (registers > 0 && strides[registers - 1] === 0) registers--;
  return { memory: strides.indexOf(0), registers: registers === strides.length ? -1 : registers };
}

/** Neighbours first, so that the tree of additions is the same for any number of them. */
function joinAll(values: readonly V128[]): V128 {
  if (values.length === 1) return values[0]!;
  const half = values.length >> 1;
  return f64x2.add(joinAll(values.slice(0, half)), joinAll(values.slice(half)));
}
