import { type LayerContext, positiveInteger, refuse } from "../layer.ts";
import type { PerAxis } from "../model-spec.ts";

/** Windows that slide over the spatial axes of a channels-first sample. */
export interface Windows {
  /** Spatial shape of the sample, of a window, and of the result. */
  readonly size: readonly number[];
  readonly kernel: readonly number[];
  readonly positions: readonly number[];
  /**
   * For every position and place in the window (both row-major) the index within one channel, −1 in the padding;
   * `positions` × `kernel` entries.
   */
  readonly table: Int32Array;
}

interface WindowOptions {
  readonly kernel: PerAxis;
  readonly stride: PerAxis;
  readonly padding: PerAxis | "same";
  readonly dilation: PerAxis;
}

/** Checks the options against a channels-first input; the output extent is ⌊(size + padding − reach)/stride⌋ + 1. */
export function readWindows(context: LayerContext, options: WindowOptions): Windows {
  const { shape } = context.input;
  if (shape.length < 2) {
    refuse(
      context,
      `expects [channels, length] or [channels, height, width], ${context.giver} gives [${shape.join(", ")}]`,
    );
  }
  const size = shape.slice(1);
  const kernel = perAxis(context, "kernel", options.kernel, size.length, 1);
  const stride = perAxis(context, "stride", options.stride, size.length, 1);
  const dilation = perAxis(context, "dilation", options.dilation, size.length, 1);
  const reach = kernel.map((k, a) => dilation[a]! * (k - 1) + 1);
  const before = paddingBefore(context, options.padding, stride, reach);
  const after = options.padding === "same" ? reach.map((r, a) => r - 1 - before[a]!) : before;
  const positions = size.map((s, a) => Math.floor((s + before[a]! + after[a]! - reach[a]!) / stride[a]!) + 1);
  if (positions.some((x) => x < 1)) {
    refuse(
      context,
      `has windows of [${reach.join(", ")}], larger than its padded input [${size.map((s, a) => s + before[a]! + after[a]!).join(", ")}]`,
    );
  }
  const axes = size.map((_, a) =>
    indexTable(positions[a]!, kernel[a]!, stride[a]!, dilation[a]!, before[a]!, size[a]!),
  );
  return { size, kernel, positions, table: combine(axes, positions, kernel, size) };
}

/** Indices along one axis: positions × kernel, −1 outside. */
function indexTable(
  positions: number,
  kernel: number,
  stride: number,
  dilation: number,
  before: number,
  size: number,
): Int32Array {
  const table = new Int32Array(positions * kernel);
  for (let i = 0; i < positions; i++) {
    for (let j = 0; j < kernel; j++) {
      const index = i * stride - before + j * dilation;
      table[i * kernel + j] = index >= 0 && index < size ? index : -1;
    }
  }
  return table;
}

/** Row-major index of one or two axes from the indices along each. */
function combine(
  axes: readonly Int32Array[],
  positions: readonly number[],
  kernel: readonly number[],
  size: readonly number[],
): Int32Array {
  if (axes.length === 1) return axes[0]!;
  const [rows, columns] = axes as [Int32Array, Int32Array];
  const [ph, pw] = positions as [number, number];
  const [kh, kw] = kernel as [number, number];
  const table = new Int32Array(ph * pw * kh * kw);
  let at = 0;
  for (let i = 0; i < ph; i++) {
    for (let j = 0; j < pw; j++) {
      for (let a = 0; a < kh; a++) {
        for (let b = 0; b < kw; b++) {
          const r = rows[i * kh + a]!;
          const c = columns[j * kw + b]!;
          table[at++] = r < 0 || c < 0 ? -1 : r * size[1]! + c;
        }
      }
    }
  }
  return table;
}

function perAxis(context: LayerContext, name: string, value: PerAxis, count: number, least: number): number[] {
  const values = typeof value === "number" ? new Array<number>(count).fill(value) : [...value];
  if (values.length !== count) {
    refuse(context, `needs ${count === 1 ? "one number" : `one or ${count} numbers`} for ${name}, got [${values}]`);
  }
  return values.map((v) => positiveInteger(context, name, v, least));
}

function paddingBefore(
  context: LayerContext,
  padding: PerAxis | "same",
  stride: readonly number[],
  reach: readonly number[],
): number[] {
  if (padding !== "same") return perAxis(context, "padding", padding, reach.length, 0);
  if (stride.some((s) => s !== 1)) refuse(context, `can keep the size ("padding: same") only with stride 1`);
  return reach.map((r) => Math.floor((r - 1) / 2));
}
