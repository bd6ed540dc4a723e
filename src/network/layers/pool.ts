import * as p from "../../program/index.ts";
import { type LayerContext, type LayerReader, refuse } from "../layer.ts";
import type { PoolSpec } from "../model-spec.ts";
import { readWindows, type Windows } from "./windows.ts";

/** Largest element of each window; the padding never wins, and at a tie the first in row-major order does. */
export const maxPool: LayerReader<PoolSpec> = (spec, context) =>
  pool(spec, context, Number.NEGATIVE_INFINITY, (windows) => p.maxAlong(windows));

/** Mean of each window, zeros of the padding included (PyTorch's default). */
export const avgPool: LayerReader<PoolSpec> = (spec, context) =>
  pool(spec, context, 0, (windows) => {
    const axis = windows.shape.length - 1;
    return p.mul(1 / windows.shape[axis]!, p.sum(windows, [axis]));
  });

function pool(spec: PoolSpec, context: LayerContext, fill: number, reduce: (windows: p.Node) => p.Node) {
  const { kernel, stride = kernel, padding = 0 } = spec;
  const windows = readWindows(context, { kernel, stride, padding, dilation: 1 });
  const most = windows.kernel.map((k) => Math.floor(k / 2));
  const asked = typeof padding === "number" ? most.map(() => padding) : padding;
  if (asked.some((x, axis) => x > most[axis]!)) refuse(context, `may pad at most half its kernel, got ${padding}`);
  const channels = context.input.shape[0]!;
  const indices = windowIndices(windows, channels);
  const output = [channels, ...windows.positions];
  return {
    output: { shape: output, sequence: false },
    apply(x: p.Node): p.Node {
      const samples = x.shape[0]!;
      const gathered = p.gather(p.reshape(x, [samples, p.sizeOf(context.input.shape)]), indices, fill);
      return reduce(p.reshape(gathered, [samples, ...output, p.sizeOf(windows.kernel)]));
    },
  };
}

/** For [channel, position, tap] the index into the flat sample, −1 in the padding. */
function windowIndices({ size, table }: Windows, channels: number): Int32Array {
  const area = p.sizeOf(size);
  const indices = new Int32Array(channels * table.length);
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < table.length; i++) {
      indices[c * table.length + i] = table[i]! < 0 ? -1 : c * area + table[i]!;
    }
  }
  return indices;
}
