import * as p from "../../program/index.ts";
import { readActivation } from "../activation.ts";
import { type LayerReader, positiveInteger, refuse } from "../layer.ts";
import type { ConvSpec } from "../model-spec.ts";
import { readWindows, type Windows } from "./windows.ts";

/**
 * Convolution of one or two spatial axes, as PyTorch's Conv1d and Conv2d: cross-correlation, zeros outside.
 * weight [filters, channels/groups, …kernel], bias [filters]. "same" pads ⌊total/2⌋ before and the rest after.
 * The patches are gathered and multiplied by the weights; with groups the weights are repeated per sample.
 */
export const conv: LayerReader<ConvSpec> = (spec, context) => {
  const { stride = 1, padding = 0, dilation = 1, bias: withBias = true } = spec;
  const filters = positiveInteger(context, "filters", spec.filters);
  const groups = positiveInteger(context, "groups", spec.groups ?? 1);
  const windows = readWindows(context, { kernel: spec.kernel, stride, padding, dilation });
  const channels = context.input.shape[0]!;
  if (channels % groups !== 0 || filters % groups !== 0) {
    refuse(context, `has ${groups} groups, which divide not both ${channels} channels and ${filters} filters`);
  }
  const activation = readActivation(spec.activation);
  const inside = channels / groups;
  const taps = p.sizeOf(windows.kernel);
  const fans = { fanIn: inside * taps, fanOut: filters * taps };
  const shape = [filters, inside, ...windows.kernel];
  const weight = context.request({ key: "weight", role: "weight", shape, ...fans });
  const bias = withBias ? context.request({ key: "bias", role: "bias", shape: [filters], ...fans }) : null;
  const indices = patchIndices(windows, channels, groups);
  const places = p.sizeOf(windows.positions);
  const output = [filters, ...windows.positions];

  return {
    output: { shape: output, sequence: false },
    apply(x, tensor) {
      const samples = x.shape[0]!;
      const patches = p.gather(p.reshape(x, [samples, p.sizeOf(context.input.shape)]), indices);
      const shift = (z: p.Node, axis: number) => (bias ? p.add(z, p.broadcast(tensor(bias), z.shape, [axis])) : z);
      if (groups === 1) {
        const rows = p.reshape(patches, [samples * places, inside * taps]);
        const product = p.matmul(rows, p.reshape(tensor(weight), [filters, inside * taps]), false, true);
        const z = shift(p.reshape(product, [samples, places, filters]), 2);
        return activation(p.reshape(p.transpose(z, [0, 2, 1]), [samples, ...output]));
      }
      const grouped = [groups, filters / groups, inside * taps];
      const kernels = p.broadcast(p.reshape(tensor(weight), grouped), [samples, ...grouped], [1, 2, 3]);
      const rows = p.reshape(patches, [samples, groups, places, inside * taps]);
      const z = shift(p.reshape(p.matmul(kernels, rows, false, true), [samples, filters, places]), 1);
      return activation(p.reshape(z, [samples, ...output]));
    },
  };
};

/** For [group, position, channel of the group, tap] the index into the flat sample, −1 in the padding. */
function patchIndices({ size, positions, kernel, table }: Windows, channels: number, groups: number): Int32Array {
  const [area, places, taps] = [p.sizeOf(size), p.sizeOf(positions), p.sizeOf(kernel)];
  const inside = channels / groups;
  const indices = new Int32Array(channels * places * taps);
  let at = 0;
  for (let g = 0; g < groups; g++) {
    for (let place = 0; place < places; place++) {
      for (let c = 0; c < inside; c++) {
        for (let tap = 0; tap < taps; tap++) {
          const index = table[place * taps + tap]!;
          indices[at++] = index < 0 ? -1 : (g * inside + c) * area + index;
        }
      }
    }
  }
  return indices;
}
