import { f64, f64x2, type I32, i32, type V128, v128 } from "../expressions.ts";
import { FunctionBuilder, type Variable } from "../function-builder.ts";
import type { ModuleBuilder } from "../module-builder.ts";
import type { Ref } from "../steps.ts";
import { evaluate, type LaneValue, numberOf } from "./elementwise.ts";
import { type LoopForm, STILL, type StrideCode, UNIT } from "./loop-form.ts";

/**
 * The function (reads…, writes…, extents…, distances…, lo, hi) of one form of loops: two neighbouring elements at a
 * time, the odd last one alone. lo and hi bound the outermost axis, in pairs of elements when it is the only one.
 *
 * Sums: along trailing axes two lanes (times the unrolling) add up in registers and are joined at the end; along outer
 * axes each element of the result adds up in memory, in order. Either way the order depends on the kernel only.
 */
export function loopFunction(module: ModuleBuilder, form: LoopForm): FunctionBuilder {
  const streams = [...form.leaves, ...form.stores.map((s) => s.strides), ...form.sums.map((s) => s.strides)];
  const distances = Math.max(1, ...streams.flat()) - 1;
  const count = streams.length + form.axes + distances + 2;
  const f = new FunctionBuilder(module, new Array<"i32">(count).fill("i32"));
  const parameters = f.pointers<readonly I32[]>();
  new LoopEmitter(f, form, streams, parameters).axis(0, parameters.slice(0, streams.length));
  return f;
}

/** Where a sum begins to add: in memory from axis `memory`, in registers from axis `registers` (or never, −1). */
interface SumPlan {
  readonly value: Ref;
  readonly strides: readonly StrideCode[];
  readonly memory: number;
  readonly registers: number;
  readonly stream: number;
  accumulators: Variable<"v128">[];
}

/** One or two elements of every stream: `extra` pairs past the address, or the odd last one alone. */
interface Spot {
  readonly single: boolean;
  readonly address: (stream: number) => I32;
  readonly extra: number;
}

class LoopEmitter {
  private readonly f: FunctionBuilder;
  private readonly form: LoopForm;
  private readonly streams: readonly (readonly StrideCode[])[];
  private readonly extents: readonly I32[];
  private readonly distances: readonly I32[];
  private readonly range: readonly [I32, I32];
  private readonly sums: readonly SumPlan[];
  private readonly last: number;
  private readonly divisible: boolean;

  constructor(
    f: FunctionBuilder,
    form: LoopForm,
    streams: readonly (readonly StrideCode[])[],
    parameters: readonly I32[],
  ) {
    this.f = f;
    this.form = form;
    this.streams = streams;
    this.extents = parameters.slice(streams.length, streams.length + form.axes);
    this.distances = parameters.slice(streams.length + form.axes, -2);
    this.range = parameters.slice(-2) as [I32, I32];
    this.last = form.axes - 1;
    this.divisible = !form.sums.some(({ strides }) => strides[0] === STILL);
    const firstSum = form.leaves.length + form.stores.length;
    this.sums = form.sums.map(({ value, strides }, i) => ({
      value,
      strides,
      ...sumAxes(strides),
      stream: firstSum + i,
      accumulators: [],
    }));
  }

  /** The loop over one axis, and inside it those over the axes after it. */
  axis(axis: number, pointers: readonly I32[]): void {
    const { f } = this;
    f.block(() => {
      this.beginSums(axis, pointers);
      if (axis === this.last) this.innermost(pointers);
      else {
        const [from, to] = axis === 0 && this.divisible ? this.range : [0, this.extents[axis]!];
        f.loop(from, to, 1, (i) => this.axis(axis + 1, this.advance(pointers, axis, i)));
      }
      this.finishSums(axis, pointers);
    });
  }

  private distance(code: StrideCode): I32 {
    return code === UNIT ? i32.constant(8) : this.distances[code - 2]!;
  }

  private advance(pointers: readonly I32[], axis: number, i: I32): I32[] {
    const offsets = new Map<StrideCode, I32>();
    return pointers.map((pointer, stream) => {
      const code = this.streams[stream]![axis]!;
      if (code === STILL) return pointer;
      if (!offsets.has(code)) offsets.set(code, this.f.let(i32.mul(i, this.distance(code))));
      return this.f.let(i32.add(pointer, offsets.get(code)!));
    });
  }

  private innermost(pointers: readonly I32[]): void {
    const { f, form } = this;
    const codes = this.streams.map((strides) => strides[this.last]!);
    const repeated = form.leaves.map((_, i) => (codes[i] === STILL ? f.let(v128.loadSplat(pointers[i]!)) : null));
    const pairs = form.ending === "one" ? i32.constant(0) : f.let(i32.shr(this.extents[this.last]!, 1));
    const single = () => {
      const address = (stream: number) => {
        const code = codes[stream]!;
        if (form.ending === "one" || code === STILL) return pointers[stream]!;
        return i32.add(pointers[stream]!, i32.mul(i32.shl(pairs, 1), this.distance(code)));
      };
      this.body({ single: true, address, extra: 0 }, repeated, 0);
    };
    const pass = (from: I32 | number, to: I32, unroll: number) => {
      f.loop(from, to, unroll, (pair) => {
        const at = f.let(i32.shl(pair, 4));
        const address = (stream: number) => {
          const code = codes[stream]!;
          if (code === STILL) return pointers[stream]!;
          if (code === UNIT) return i32.add(pointers[stream]!, at);
          return f.let(i32.add(pointers[stream]!, i32.mul(i32.shl(pair, 1), this.distance(code))));
        };
        const one = (u: number) => this.body({ single: false, address, extra: u }, repeated, u);
        if (form.sideBySide && unroll > 1) f.interleave(unroll, one);
        else for (let u = 0; u < unroll; u++) f.block(() => one(u));
      });
    };
    if (this.last === 0 && this.divisible) {
      const [lo, hi] = this.range;
      if (form.ending === "even" || form.ending === "two") pass(lo, hi, 1);
      if (form.ending === "odd") pass(lo, f.let(i32.select(i32.less(hi, pairs), hi, pairs)), 1);
      if (form.ending === "odd" || form.ending === "one") f.if(i32.less(pairs, hi), single);
      return;
    }
    if (form.ending === "two") {
      f.block(() => this.body({ single: false, address: (stream) => pointers[stream]!, extra: 0 }, repeated, 0));
      return;
    }
    if (form.ending !== "one" && form.unroll === 1) pass(0, pairs, 1);
    if (form.ending !== "one" && form.unroll > 1) {
      const whole = f.let(i32.and(pairs, -form.unroll));
      pass(0, whole, form.unroll);
      pass(whole, pairs, 1);
    }
    if (form.ending !== "even") f.block(single);
  }

  private body(spot: Spot, repeated: readonly (V128 | null)[], slot: number): void {
    const { f, form } = this;
    const loaded = form.leaves.map<V128 | null>(() => null);
    const leaf = (i: number): V128 => {
      loaded[i] ??= repeated[i] ?? f.let(this.load(spot, i));
      return loaded[i]!;
    };
    const results: LaneValue[] = [];
    const resolve = (ref: Ref): LaneValue => {
      if ("leaf" in ref) return { number: leaf(ref.leaf) };
      if ("operation" in ref) return results[ref.operation]!;
      return { number: f64x2.constant(ref.constant), constant: ref.constant };
    };
    for (const operation of form.operations) results.push(evaluate(f, operation, operation.operands.map(resolve)));
    form.stores.forEach(({ value }, i) => {
      this.store(spot, form.leaves.length + i, numberOf(f, resolve(value)));
    });
    for (const sum of this.sums) this.accumulate(sum, spot, numberOf(f, resolve(sum.value)), slot);
  }

  /** Address and immediate offset of the first element of a spot. */
  private place(spot: Spot, stream: number): [I32, number] {
    const unit = this.streams[stream]![this.last] === UNIT;
    const address = spot.address(stream);
    if (spot.extra === 0 || unit) return [address, 16 * spot.extra];
    const moved = i32.mul(this.distance(this.streams[stream]![this.last]!), 2 * spot.extra);
    return [this.f.let(i32.add(address, moved)), 0];
  }

  private load(spot: Spot, stream: number): V128 {
    const code = this.streams[stream]![this.last]!;
    const [address, offset] = this.place(spot, stream);
    if (spot.single) return v128.loadZero(address, offset);
    if (code === UNIT) return v128.load(address, offset);
    const first = v128.loadZero(address, offset);
    return v128.loadSecond(i32.add(address, this.distance(code)), offset, first);
  }

  private store(spot: Spot, stream: number, value: V128): void {
    const { f } = this;
    const code = this.streams[stream]![this.last]!;
    const [address, offset] = this.place(spot, stream);
    if (spot.single) f.storeFirst(address, offset, value);
    else if (code === UNIT) f.storeVector(address, offset, value);
    else {
      f.storeFirst(address, offset, value);
      f.storeSecond(i32.add(address, this.distance(code)), offset, value);
    }
  }

  private accumulate(sum: SumPlan, spot: Spot, value: V128, slot: number): void {
    const { f } = this;
    if (sum.registers >= 0) {
      const target = sum.accumulators[slot % sum.accumulators.length]!;
      const added = spot.single ? v128.and(value, v128.bits(-1n, 0n)) : value;
      f.assign(target, f64x2.add(target, added));
    } else {
      const before = sum.memory < 0 ? f64x2.constant(0) : this.load(spot, sum.stream);
      this.store(spot, sum.stream, f.let(f64x2.add(before, value)));
    }
  }

  private beginSums(axis: number, pointers: readonly I32[]): void {
    for (const sum of this.sums) {
      if (sum.memory === axis && sum.registers !== axis) this.clear(sum, axis + 1, pointers[sum.stream]!);
      if (sum.registers === axis) {
        const { accumulators } = this.form;
        sum.accumulators = Array.from({ length: accumulators }, () => this.f.variable(f64x2.constant(0)));
      }
    }
  }

  /** Zeros in the part of the result that the axes from `axis` on write. */
  private clear(sum: SumPlan, axis: number, pointer: I32): void {
    const { f } = this;
    const kept = sum.strides.flatMap((code, a) => (a >= axis && code !== STILL ? [a] : []));
    const level = (i: number, at: I32): void => {
      const a = kept[i];
      if (a === undefined) f.storeF64(at, 0, f64.constant(0));
      else {
        const distance = this.distance(sum.strides[a]!);
        f.loop(0, this.extents[a]!, 1, (index) => level(i + 1, f.let(i32.add(at, i32.mul(index, distance)))));
      }
    };
    level(0, pointer);
  }

  private finishSums(axis: number, pointers: readonly I32[]): void {
    const { f } = this;
    for (const sum of this.sums) {
      if (sum.registers !== axis) continue;
      const joined = f.let(joinAll(sum.accumulators));
      const total = f64.add(f64x2.lane(joined, 0), f64x2.lane(joined, 1));
      const pointer = pointers[sum.stream]!;
      f.storeF64(pointer, 0, sum.memory < axis ? f64.add(f64.load(pointer), total) : total);
    }
  }
}

function sumAxes(strides: readonly StrideCode[]): { memory: number; registers: number } {
  let registers = strides.length;
  while (registers > 0 && strides[registers - 1] === STILL) registers--;
  return { memory: strides.indexOf(STILL), registers: registers === strides.length ? -1 : registers };
}

/** Neighbours first, so that the tree of additions is the same for any number of them. */
function joinAll(values: readonly V128[]): V128 {
  if (values.length === 1) return values[0]!;
  const half = values.length >> 1;
  return f64x2.add(joinAll(values.slice(0, half)), joinAll(values.slice(half)));
}
