// Every layer against its definition, written as plain nested loops over one sample: PyTorch's Conv1d/Conv2d, MaxPool,
// AvgPool, LayerNorm, BatchNorm (eval), and scaled dot-product attention (Vaswani et al. 2017).
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { interpreterEngine } from "../compile/index.ts";
import { createRng } from "../numeric/index.ts";
import * as p from "../program/index.ts";
import { type LayerSpec, type Model, readModel } from "./index.ts";

const rng = createRng(9, "layers");
const random = (size: number) => Float64Array.from({ length: size }, () => rng.normal());
const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** A layer in front of flatten, with random tensors. */
function layer(input: readonly number[], spec: LayerSpec, samples = 3) {
  const model = readModel({ input, layers: [spec, { type: "flatten" }] });
  const tensors = new Map(model.tensors.map((t) => [t.name.replace("layers[0].", ""), random(t.size)]));
  const variance = tensors.get("variance");
  variance?.forEach((v, i) => {
    variance[i] = v * v;
  });
  const inputs = random(samples * size(input));
  const outputs = evaluate(model, inputs, samples, (name) => tensors.get(name.replace("layers[0].", ""))!);
  const row = (i: number) => inputs.subarray(i * size(input), (i + 1) * size(input));
  const tensor = (name: string) => tensors.get(name)!;
  return { model, outputs, row, tensor, samples, outputShape: model.layers[0]!.outputShape };
}

function evaluate(model: Model, inputs: Float64Array, samples: number, values: (name: string) => Float64Array) {
  const x = p.input("inputs", [samples, ...model.inputShape], { role: "data", perSample: true });
  const f = model.apply(x, (t) => p.input(t.buffer, t.shape, { offset: t.offset, role: "parameter" }));
  const sizes = { theta: model.dimension, frozen: model.frozenSize };
  const executable = interpreterEngine.load(p.buildProgram([{ buffer: "f", offset: 0, node: f }], sizes));
  executable.buffers["inputs"]!.set(inputs);
  for (const t of model.tensors) executable.buffers[t.buffer]!.set(values(t.name), t.offset);
  executable.run();
  return executable.buffers["f"]!;
}

function expectRows(
  { outputs, row, samples, outputShape }: ReturnType<typeof layer>,
  slow: (x: Float64Array) => ArrayLike<number>,
) {
  const width = size(outputShape);
  for (let i = 0; i < samples; i++) {
    const expected = slow(row(i));
    expect(expected.length).toBe(width);
    for (let j = 0; j < width; j++) {
      expect(Math.abs(outputs[i * width + j]! - expected[j]!)).toBeLessThan(1e-13 * (1 + Math.abs(expected[j]!)));
    }
  }
}

test("dense on a vector and on a sequence", () => {
  for (const input of [[5], [4, 5]]) {
    for (const bias of [true, false]) {
      const d = layer(input, { type: "dense", units: 3, bias, activation: "softplus" });
      expect(d.outputShape).toEqual([...input.slice(0, -1), 3]);
      const [w, b] = [d.tensor("weight"), bias ? d.tensor("bias") : new Float64Array(3)];
      expectRows(d, (x) => {
        const out: number[] = [];
        for (let t = 0; t < x.length / 5; t++) {
          for (let u = 0; u < 3; u++) {
            let z = b[u]!;
            for (let i = 0; i < 5; i++) z += w[u * 5 + i]! * x[t * 5 + i]!;
            out.push(Math.log1p(Math.exp(z)));
          }
        }
        return out;
      });
    }
  }
});

/** Output extent, and padding before, along one axis. */
function extent(length: number, kernel: number, stride: number, padding: number | "same", dilation: number) {
  const reach = dilation * (kernel - 1) + 1;
  const before = padding === "same" ? Math.floor((reach - 1) / 2) : padding;
  const total = padding === "same" ? reach - 1 : 2 * padding;
  return { before, out: Math.floor((length + total - reach) / stride) + 1 };
}

const geometry = fc.record({
  groups: fc.integer({ min: 1, max: 3 }),
  inside: fc.integer({ min: 1, max: 2 }),
  perGroup: fc.integer({ min: 1, max: 2 }),
  height: fc.integer({ min: 4, max: 6 }),
  width: fc.integer({ min: 4, max: 7 }),
  kh: fc.integer({ min: 1, max: 3 }),
  kw: fc.integer({ min: 1, max: 3 }),
  stride: fc.integer({ min: 1, max: 2 }),
  padding: fc.oneof(fc.integer({ min: 0, max: 2 }), fc.constant("same" as const)),
  dilation: fc.integer({ min: 1, max: 2 }),
  bias: fc.boolean(),
});

test("two-dimensional convolution", () => {
  fc.assert(
    fc.property(geometry, (g) => {
      const stride = g.padding === "same" ? 1 : g.stride;
      const [channels, filters] = [g.groups * g.inside, g.groups * g.perGroup];
      const rows = extent(g.height, g.kh, stride, g.padding, g.dilation);
      const columns = extent(g.width, g.kw, stride, g.padding, g.dilation);
      fc.pre(rows.out > 0 && columns.out > 0);
      const { groups, padding, dilation, bias } = g;
      const spec = { type: "conv", filters, kernel: [g.kh, g.kw], stride, padding, dilation, groups, bias } as const;
      const d = layer([channels, g.height, g.width], spec, 2);
      expect(d.outputShape).toEqual([filters, rows.out, columns.out]);
      const [w, b] = [d.tensor("weight"), bias ? d.tensor("bias") : new Float64Array(filters)];
      expectRows(d, (x) => {
        const out: number[] = [];
        for (let f = 0; f < filters; f++) {
          const group = Math.floor(f / g.perGroup);
          for (let i = 0; i < rows.out; i++) {
            for (let j = 0; j < columns.out; j++) {
              let z = b[f]!;
              for (let ch = 0; ch < g.inside; ch++) {
                for (let a = 0; a < g.kh; a++) {
                  for (let e = 0; e < g.kw; e++) {
                    const r = i * stride - rows.before + a * dilation;
                    const s = j * stride - columns.before + e * dilation;
                    if (r < 0 || r >= g.height || s < 0 || s >= g.width) continue;
                    const weight = w[((f * g.inside + ch) * g.kh + a) * g.kw + e]!;
                    z += weight * x[((group * g.inside + ch) * g.height + r) * g.width + s]!;
                  }
                }
              }
              out.push(z);
            }
          }
        }
        return out;
      });
    }),
    { seed: 21, numRuns: 60 },
  );
});

test("one-dimensional convolution is the two-dimensional one of height 1", () => {
  const spec = { type: "conv", filters: 4, kernel: [3], stride: 2, padding: 1, dilation: 1, groups: 2 } as const;
  const d = layer([2, 9], spec);
  expect(d.outputShape).toEqual([4, 5]);
  const flat = readModel({
    input: [2, 1, 9],
    layers: [{ ...spec, kernel: [1, 3], stride: [1, 2], padding: [0, 1] }, { type: "flatten" }],
  });
  expectRows(d, (x) => evaluate(flat, x, 1, (name) => d.tensor(name.replace("layers[0].", ""))));
});

describe("pooling", () => {
  const window = { kernel: 3, stride: 2, padding: 1 } as const;
  const [rows, columns] = [extent(5, 3, 2, 1, 1), extent(6, 3, 2, 1, 1)];
  const pooled = (x: Float64Array, reduce: (values: readonly number[]) => number) => {
    const out: number[] = [];
    for (let ch = 0; ch < 2; ch++) {
      for (let i = 0; i < rows.out; i++) {
        for (let j = 0; j < columns.out; j++) {
          const values: number[] = [];
          for (let a = 0; a < 3; a++) {
            for (let e = 0; e < 3; e++) {
              const [r, s] = [i * 2 - 1 + a, j * 2 - 1 + e];
              if (r >= 0 && r < 5 && s >= 0 && s < 6) values.push(x[(ch * 5 + r) * 6 + s]!);
            }
          }
          out.push(reduce(values));
        }
      }
    }
    return out;
  };

  test("maxPool takes the largest inside the image", () => {
    expectRows(layer([2, 5, 6], { type: "maxPool", ...window }), (x) => pooled(x, (v) => Math.max(...v)));
  });

  test("avgPool counts the zeros of its padding", () => {
    expectRows(layer([2, 5, 6], { type: "avgPool", ...window }), (x) =>
      pooled(x, (v) => v.reduce((a, b) => a + b) / 9),
    );
  });

  test("the stride is the kernel by default", () => {
    const d = layer([1, 7], { type: "maxPool", kernel: 2 });
    expectRows(d, (x) => [0, 2, 4].map((i) => Math.max(x[i]!, x[i + 1]!)));
  });

  test("globalAvgPool averages positions: space after a convolution, tokens of a sequence", () => {
    expectRows(layer([2, 3, 4], { type: "globalAvgPool" }), (x) =>
      [0, 12].map((at) => x.subarray(at, at + 12).reduce((a, b) => a + b) / 12),
    );
    const mean = readModel({
      input: [3, 2],
      layers: [{ type: "dense", units: 2, bias: false }, { type: "globalAvgPool" }],
    });
    const outputs = evaluate(mean, Float64Array.of(1, 2, 3, 4, 5, 12), 1, () => Float64Array.of(1, 0, 0, 1));
    expect([...outputs]).toEqual([3, 6]);
  });
});

describe("normalisation", () => {
  test("layerNorm over the last axis", () => {
    for (const affine of [true, false]) {
      const d = layer([3, 5], { type: "layerNorm", epsilon: 0.01, affine });
      const scale = affine ? d.tensor("scale") : new Float64Array(5).fill(1);
      const shift = affine ? d.tensor("shift") : new Float64Array(5);
      expectRows(d, (x) => {
        const out: number[] = [];
        for (let t = 0; t < 3; t++) {
          const row = [...x.subarray(5 * t, 5 * t + 5)];
          const mean = row.reduce((a, b) => a + b) / 5;
          const variance = row.reduce((a, b) => a + (b - mean) ** 2, 0) / 5;
          row.forEach((v, i) => {
            out.push((scale[i]! * (v - mean)) / Math.sqrt(variance + 0.01) + shift[i]!);
          });
        }
        return out;
      });
    }
  });

  test("batchNorm with stored statistics, one a channel", () => {
    for (const input of [[4], [4, 3], [4, 2, 3]]) {
      const d = layer(input, { type: "batchNorm" });
      const inside = size(input) / 4;
      const [scale, shift, mean, variance] = ["scale", "shift", "mean", "variance"].map(d.tensor);
      expectRows(d, (x) =>
        x.map((v, i) => {
          const ch = Math.floor(i / inside);
          return (scale![ch]! * (v - mean![ch]!)) / Math.sqrt(variance![ch]! + 1e-5) + shift![ch]!;
        }),
      );
    }
  });
});

describe("attention", () => {
  test.each([
    { heads: 1, keySize: undefined, causal: false, bias: true },
    { heads: 2, keySize: undefined, causal: true, bias: true },
    { heads: 3, keySize: 5, causal: true, bias: false },
  ])("%o", ({ heads, keySize, causal, bias }) => {
    const [tokens, features] = [4, 6];
    const d = layer([tokens, features], { type: "attention", heads, keySize, causal, bias });
    const k = keySize ?? features / heads;
    const affine = (name: string, x: readonly number[], units: number) => {
      const w = d.tensor(`W${name}`);
      return Array.from({ length: units }, (_, u) =>
        x.reduce((z, v, i) => z + w[u * x.length + i]! * v, bias ? d.tensor(`b${name}`)[u]! : 0),
      );
    };
    expectRows(d, (x) => {
      const rows = Array.from({ length: tokens }, (_, t) => [...x.subarray(t * features, (t + 1) * features)]);
      const [q, key, v] = ["q", "k", "v"].map((name) => rows.map((r) => affine(name, r, heads * k)));
      return rows.flatMap((_, t) => {
        const joined: number[] = [];
        for (let h = 0; h < heads; h++) {
          const head = (r: readonly number[]) => r.slice(h * k, (h + 1) * k);
          const seen = causal ? t + 1 : tokens;
          const scores = Array.from({ length: seen }, (__, s) =>
            head(q![t]!).reduce((z, a, i) => z + a * head(key![s]!)[i]!, 0),
          ).map((z) => Math.exp(z / Math.sqrt(k)));
          const total = scores.reduce((a, b) => a + b);
          for (let i = 0; i < k; i++) joined.push(scores.reduce((z, w, s) => z + (w / total) * head(v![s]!)[i]!, 0));
        }
        return affine("o", joined, features);
      });
    });
  });

  test("no token sees what comes after it", () => {
    const spec = { type: "attention", heads: 2, causal: true } as const;
    const model = readModel({ input: [4, 4], layers: [spec, { type: "flatten" }] });
    const values = new Map(model.tensors.map((t) => [t.name, random(t.size)]));
    const x = random(16);
    const changed = x.slice();
    changed.fill(7, 12);
    const [before, after] = [x, changed].map((v) => evaluate(model, v, 1, (name) => values.get(name)!).slice());
    expect(after!.subarray(0, 12)).toEqual(before!.subarray(0, 12));
    expect(after!.subarray(12)).not.toEqual(before!.subarray(12));
  });
});

test("residual adds its input, activation acts elementwise, flatten keeps the order", () => {
  const d = layer([2, 3], { type: "residual", layers: [{ type: "activation", function: "square" }] });
  expectRows(d, (x) => x.map((v) => v + v * v));
});
