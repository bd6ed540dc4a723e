// The layout of DESIGN §3: θ concatenates, layer by layer, W (units × inputs, row-major; filters × inputs/groups × kernel)
// then b; attention Wq bq Wk bk Wv bv Wo bo; what is not trained stands in the frozen vector. Refusals are one sentence
// that names the layer.
import { describe, expect, test } from "vitest";
import { type LayerSpec, layerTable, type ModelSpec, readModel } from "./index.ts";

const places = (spec: ModelSpec) =>
  readModel(spec).tensors.map((t) => `${t.name} ${t.buffer}[${t.offset}+${t.size}] ${t.shape}`);

test("layout of dense and convolution layers", () => {
  const layers: LayerSpec[] = [
    { type: "conv", filters: 4, kernel: [3, 2], groups: 2 },
    { type: "globalAvgPool" },
    { type: "dense", units: 3, name: "head" },
  ];
  expect(places({ input: [2, 5, 5], layers })).toEqual([
    "layers[0].weight theta[0+24] 4,1,3,2",
    "layers[0].bias theta[24+4] 4",
    "head.weight theta[28+12] 3,4",
    "head.bias theta[40+3] 3",
  ]);
});

test("layout of attention, normalisations and blocks", () => {
  const block: LayerSpec = {
    type: "residual",
    name: "block",
    layers: [{ type: "layerNorm" }, { type: "attention", heads: 2 }],
  };
  const layers: LayerSpec[] = [{ type: "batchNorm" }, block, { type: "flatten" }];
  expect(places({ input: [3, 4], layers })).toEqual([
    "layers[0].scale theta[0+3] 3",
    "layers[0].shift theta[3+3] 3",
    "layers[0].mean frozen[0+3] 3",
    "layers[0].variance frozen[3+3] 3",
    "block.layers[0].scale theta[6+4] 4",
    "block.layers[0].shift theta[10+4] 4",
    "block.layers[1].Wq theta[14+16] 4,4",
    "block.layers[1].bq theta[30+4] 4",
    "block.layers[1].Wk theta[34+16] 4,4",
    "block.layers[1].bk theta[50+4] 4",
    "block.layers[1].Wv theta[54+16] 4,4",
    "block.layers[1].bv theta[70+4] 4",
    "block.layers[1].Wo theta[74+16] 4,4",
    "block.layers[1].bo theta[90+4] 4",
  ]);
});

test("frozen layers leave θ, a frozen block all that is inside", () => {
  const frozenBlock: LayerSpec = { type: "residual", trainable: false, layers: [{ type: "dense", units: 2 }] };
  const layers: LayerSpec[] = [{ type: "dense", units: 2, trainable: false }, frozenBlock, { type: "dense", units: 1 }];
  const model = readModel({ input: [3], layers });
  expect(model.dimension).toBe(3);
  expect(model.frozenSize).toBe(8 + 6);
  expect(model.tensors.map((t) => t.buffer)).toEqual(["frozen", "frozen", "frozen", "frozen", "theta", "theta"]);
});

test("layers that share have one set of tensors", () => {
  const dense: LayerSpec = { type: "dense", units: 3, share: "tied" };
  const block: LayerSpec = { type: "residual", share: "b", layers: [{ type: "dense", units: 3, activation: "tanh" }] };
  const model = readModel({ input: [3], layers: [dense, dense, block, block] });
  expect(model.dimension).toBe(24);
  expect(model.tensors.map((t) => t.name)).toEqual([
    "layers[0].weight",
    "layers[0].bias",
    "layers[2].layers[0].weight",
    "layers[2].layers[0].bias",
  ]);
  expect(layerTable(model).map((row) => row.parameterCount)).toEqual([12, 0, 0, 12, 0, 0]);
  expect(layerTable(model)[1]!.tensors).toEqual(model.tensors.slice(0, 2));
});

test("the table lists blocks before what is inside them, with shapes", () => {
  const layers: LayerSpec[] = [
    { type: "conv", filters: 2, kernel: 3, padding: "same", activation: "relu" },
    { type: "residual", layers: [{ type: "conv", filters: 2, kernel: 1 }] },
    { type: "maxPool", kernel: 2 },
    { type: "flatten" },
  ];
  expect(
    layerTable({ input: [1, 4, 4], layers }).map((r) => [
      r.name,
      r.type,
      r.inputShape,
      r.outputShape,
      r.parameterCount,
      r.depth,
    ]),
  ).toEqual([
    ["layers[0]", "conv", [1, 4, 4], [2, 4, 4], 20, 0],
    ["layers[1]", "residual", [2, 4, 4], [2, 4, 4], 0, 0],
    ["layers[1].layers[0]", "conv", [2, 4, 4], [2, 4, 4], 6, 1],
    ["layers[2]", "maxPool", [2, 4, 4], [2, 2, 2], 0, 0],
    ["layers[3]", "flatten", [2, 2, 2], [8], 0, 0],
  ]);
});

describe("refusals", () => {
  const nested = (depth: number): LayerSpec =>
    depth === 0 ? { type: "flatten" } : { type: "residual", layers: [nested(depth - 1)] };
  const refusals: [number[], LayerSpec[], string][] = [
    [[4], [], "layers is empty; a network needs at least one layer"],
    [[], [{ type: "flatten" }], "input: expected one to three positive integers, the shape of one sample, found []"],
    [[2.5], [{ type: "flatten" }], "found [2.5]"],
    [[4], [{ type: "dense", units: 0 }], "layers[0] (dense) needs an integer ≥ 1 for units, got 0"],
    [[4], [{ type: "dense", units: 1.5 }], "layers[0] (dense) needs an integer ≥ 1 for units, got 1.5"],
    [
      [4],
      [{ type: "dense", units: 1e9 }],
      "layers[0] (dense) would have [1000000000, 4] numbers in weight, more than 2^31",
    ],
    [
      [2, 4, 4],
      [
        { type: "conv", filters: 3, kernel: 2 },
        { type: "dense", units: 5 },
      ],
      "layers[1] (dense) expects a vector or a sequence [tokens, features], layers[0] gives [3, 3, 3]; put flatten before it",
    ],
    [
      [4, 4],
      [{ type: "conv", filters: 3, kernel: 2 }],
      "the outputs must form a vector, layers[0] gives [3, 3]; end with flatten or globalAvgPool",
    ],
    [
      [9],
      [{ type: "conv", filters: 3, kernel: 2 }],
      "layers[0] (conv) expects [channels, length] or [channels, height, width], the input gives [9]",
    ],
    [
      [1, 3, 3],
      [{ type: "conv", filters: 1, kernel: 5, padding: [0, 1] }],
      "layers[0] (conv) has windows of [5, 5], larger than its padded input [3, 5]",
    ],
    [
      [3, 8],
      [{ type: "conv", filters: 4, kernel: 3, groups: 2 }],
      "layers[0] (conv) has 2 groups, which divide not both 3 channels and 4 filters",
    ],
    [
      [3, 8],
      [{ type: "conv", filters: 4, kernel: 3, stride: 2, padding: "same" }],
      'layers[0] (conv) can keep the size ("padding: same") only with stride 1',
    ],
    [[3, 8], [{ type: "conv", filters: 4, kernel: [3, 3] }], "layers[0] (conv) needs one number for kernel, got [3,3]"],
    [
      [3, 8],
      [{ type: "maxPool", kernel: 2, padding: 2 }],
      "layers[0] (maxPool) may pad at most half its kernel, got 2",
    ],
    [[8], [{ type: "globalAvgPool" }], "layers[0] (globalAvgPool) expects [channels, length]"],
    [
      [8],
      [{ type: "attention", heads: 2 }],
      "layers[0] (attention) expects a sequence [tokens, features], the input gives [8]",
    ],
    [
      [8, 5],
      [{ type: "attention", heads: 2 }],
      "layers[0] (attention) has 2 heads, which do not divide 5 features; give keySize",
    ],
    [[8], [{ type: "layerNorm", epsilon: 0 }], "layers[0] (layerNorm) needs a positive number for epsilon, got 0"],
    [
      [4],
      [{ type: "residual", layers: [{ type: "dense", units: 3 }] }],
      "layers[0] (residual) adds [3] to [4]; its layers must keep the shape",
    ],
    [[4], [nested(40)], "is nested deeper than 32 blocks"],
    [
      [4],
      [{ type: "dense", units: 2, activation: "rleu" as "relu" }],
      'layers[0] (dense) unknown activation "rleu"; did you mean relu?',
    ],
    [[4], [{ type: "dens" } as unknown as LayerSpec], 'layers[0] has the unknown type "dens"; did you mean dense?'],
    [[4], [{ type: "flatten", name: " " }], "(flatten) needs a name that is not empty"],
    [
      [4],
      [
        { type: "dense", units: 4, name: "a" },
        { type: "dense", units: 4, name: "a" },
      ],
      'two layers are called "a"',
    ],
    [
      [4],
      [
        { type: "dense", units: 3, share: "t" },
        { type: "dense", units: 3, share: "t" },
      ],
      "layers[1] (dense) needs a weight of shape [3, 3], layers[0], with which it shares, has [3, 4]",
    ],
    [
      [4],
      [
        { type: "dense", units: 4, share: "t" },
        { type: "dense", units: 4, share: "t", trainable: false },
      ],
      "layers[1] (dense) and layers[0] share their tensors but only one of them is trained",
    ],
  ];
  test.each(refusals)("%j %j", (input, layers, message) => {
    expect(() => readModel({ input, layers })).toThrow(RangeError);
    expect(() => readModel({ input, layers })).toThrow(message);
    expect(() => readModel({ input, layers })).toThrow(/^readModel: /);
  });
});
