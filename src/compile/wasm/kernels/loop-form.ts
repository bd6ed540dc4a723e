import type { LoopKernel, LoopOp, LoopOperation, Ref } from "../steps.ts";

/** How a stream moves along an axis: not at all, by one element (innermost axis only), or by the size of that number. */
export type StrideCode = number;
export const STILL: StrideCode = 0;
export const UNIT: StrideCode = 1;

/** A loop kernel without its sizes, which its function takes as arguments: layers of one kind share their code. */
export interface LoopForm {
  readonly axes: number;
  /** Whether the innermost axis has one element, two, or another even or odd number. */
  readonly ending: "one" | "two" | "even" | "odd";
  /** Pairs of elements an iteration handles. */
  readonly unroll: number;
  /** Whether it handles them side by side. */
  readonly sideBySide: boolean;
  /** Pairs of a sum in registers that add up apart. */
  readonly accumulators: number;
  readonly leaves: readonly (readonly StrideCode[])[];
  readonly operations: readonly LoopOperation[];
  readonly stores: readonly LoopTarget[];
  readonly sums: readonly LoopTarget[];
}

export interface LoopTarget {
  readonly value: Ref;
  readonly strides: readonly StrideCode[];
}

/** A kernel as its form and the arguments that complete it. */
export interface SizedLoop {
  readonly form: LoopForm;
  /** Extents of the axes, then distances in bytes, which stride codes ≥ 2 count from 2 on. */
  readonly sizes: readonly number[];
  /** How many units lo and hi may divide: pairs of a single axis, else indices of the outermost; 1 if a sum crosses it. */
  readonly extent: number;
}

/** Operations that are long chains: a loop of few of them handles several pairs side by side. */
const chains: ReadonlySet<LoopOp> = new Set<LoopOp>([
  ...(["exp", "expm1", "log", "log1p", "sin", "cos", "tanh", "sigmoid", "softplus", "erf", "pow"] as const),
]);
const MOST_SIDE_BY_SIDE = 8;

export function loopForm(kernel: LoopKernel): SizedLoop {
  const { frame, leaves, operations, stores, sums } = collapse(kernel);
  const last = frame.length - 1;
  const distances: number[] = [];
  const encode = (strides: readonly number[]): StrideCode[] =>
    strides.map((stride, axis) => {
      if (stride === 0) return STILL;
      if (stride === 1 && axis === last) return UNIT;
      const known = distances.indexOf(8 * stride);
      return 2 + (known >= 0 ? known : distances.push(8 * stride) - 1);
    });
  const target = ({ value, strides }: LoopTarget): LoopTarget => ({ value, strides: encode(strides) });
  const inner = frame[last]!;
  const sideBySide =
    inner >= 16 && operations.length <= MOST_SIDE_BY_SIDE && operations.some(({ op }) => chains.has(op));
  const accumulators = inner >= 16 && operations.length <= 4 ? 4 : 1;
  const form: LoopForm = {
    axes: frame.length,
    ending: inner === 1 ? "one" : inner === 2 ? "two" : inner % 2 === 0 ? "even" : "odd",
    unroll: sideBySide ? 4 : accumulators,
    ...{ sideBySide, accumulators },
    leaves: leaves.map(encode),
    operations,
    stores: stores.map(target),
    sums: sums.map(target),
  };
  const crossed = sums.some(({ strides }) => strides[0] === 0);
  const extent = crossed ? 1 : frame.length === 1 ? Math.ceil(inner / 2) : frame[0]!;
  return { form, sizes: [...frame, ...distances], extent };
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

/** Equal strings for equal forms. */
export function loopKey({ leaves, operations, stores, sums, ...rest }: LoopForm): string {
  const parts = [`loop ${Object.values(rest)}`, leaves.join("/")];
  for (const { op, operands, exponent = "" } of operations) parts.push(`${op}${exponent}(${operands.map(refKey)})`);
  for (const targets of [stores, sums]) {
    parts.push(targets.map(({ value, strides }) => `${refKey(value)}:${strides}`).join("/"));
  }
  return parts.join(";");
}

function refKey(ref: Ref): string {
  if ("leaf" in ref) return `l${ref.leaf}`;
  if ("operation" in ref) return `o${ref.operation}`;
  return Object.is(ref.constant, -0) ? "-0" : `${ref.constant}`;
}
