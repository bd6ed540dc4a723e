import { z } from "zod";
import { anyOf, flag, integer, kinds, list, literal, mapping, oneOf, real, text } from "./fields.ts";
import type { ActivationSpec, LayerSpec, LossSpec, ModelSpec, ObjectiveSpec } from "./model-spec.ts";

/** One layer of more units does not fit any machine that we know. */
const mostUnits = 2 ** 24;

const plainActivations = [
  ...["identity", "relu", "relu6", "abs", "square", "hardTanh", "hardSigmoid", "hardSwish", "selu", "softplus"],
  ...["softsign", "sigmoid", "tanh", "gelu", "geluTanh", "silu", "sin", "exp", "step"],
] as const;
const activationNames = [...plainActivations, "leakyRelu", "elu"] as const;

const name = text("a name").exactOptional();

const activationKinds = kinds("an activation", activationNames, [
  mapping("an activation", { type: oneOf(plainActivations), name }),
  mapping("leakyRelu", { type: literal("leakyRelu"), slope: real().default(0.01), name }),
  mapping("elu", { type: literal("elu"), alpha: real().default(1), name }),
]);

export const activationSchema: z.ZodType<ActivationSpec> = anyOf(
  `an activation (${activationNames.join(", ")}) or { type: leakyRelu, slope: 0.2 }`,
  [
    oneOf(activationNames)
      .transform((type) => ({ type }))
      .pipe(activationKinds),
    activationKinds,
  ],
  activationNames,
).meta({ id: "activation" });

const activation = activationSchema.default({ type: "identity" });
const common = { name, trainable: flag().exactOptional(), share: text("the name of a layer").exactOptional() };

function spatial(min: number) {
  const length = integer(min, mostUnits);
  const expected = `an integer ≥ ${min}, or one for each spatial axis`;
  return anyOf(expected, [length, z.tuple([length], expected), z.tuple([length, length], expected)]);
}

const dense = mapping("a dense layer", {
  type: literal("dense"),
  units: integer(1, mostUnits),
  bias: flag().default(true),
  activation,
  ...common,
});

const conv = mapping("a conv layer", {
  type: literal("conv"),
  filters: integer(1, mostUnits),
  kernel: spatial(1),
  stride: spatial(1).default(1),
  padding: anyOf("an integer ≥ 0, one for each spatial axis, or same", [literal("same"), spatial(0)], ["same"]).default(
    0,
  ),
  dilation: spatial(1).default(1),
  groups: integer(1, mostUnits).default(1),
  bias: flag().default(true),
  activation,
  ...common,
});

const pool = mapping("a pooling layer", {
  type: oneOf(["maxPool", "avgPool"]),
  kernel: spatial(1),
  stride: spatial(1).exactOptional(),
  padding: spatial(0).default(0),
  ...common,
}).transform((layer) => ({ ...layer, stride: layer.stride ?? layer.kernel }));

const attention = mapping("an attention layer", {
  type: literal("attention"),
  heads: integer(1, mostUnits),
  keySize: integer(1, mostUnits).exactOptional(),
  causal: flag().default(false),
  bias: flag().default(true),
  ...common,
});

const epsilon = real({ above: 0 }).default(1e-5);

const layerNames = [
  ...["dense", "conv", "maxPool", "avgPool", "globalAvgPool", "flatten", "activation", "layerNorm", "batchNorm"],
  ...["attention", "residual"],
] as const satisfies readonly LayerSpec["type"][];

const layers: z.ZodType<readonly LayerSpec[]> = z
  .lazy(() => list(layerSchema, "a list of layers"))
  .meta({ id: "layers" });

export const layerSchema: z.ZodType<LayerSpec> = kinds("a layer", layerNames, [
  dense,
  conv,
  pool,
  mapping("a globalAvgPool layer", { type: literal("globalAvgPool"), ...common }),
  mapping("a flatten layer", { type: literal("flatten"), ...common }),
  mapping("an activation layer", { type: literal("activation"), function: activationSchema, ...common }),
  mapping("a layerNorm layer", { type: literal("layerNorm"), epsilon, affine: flag().default(true), ...common }),
  mapping("a batchNorm layer", { type: literal("batchNorm"), epsilon, ...common }),
  attention,
  mapping("a residual layer", { type: literal("residual"), layers, ...common }),
]);

export const modelSchema: z.ZodType<ModelSpec> = anyOf(
  "{ input: [64], layers: […] } or { onnx: FILE }",
  [
    mapping("a model", {
      input: list(integer(1, mostUnits), "the shape of one sample such as [64], [1, 28, 28] or [tokens, features]"),
      layers,
    }),
    mapping("a model", { onnx: text("a file name") }),
  ],
  ["input", "layers", "onnx"],
);

const lossNames = ["mse", "crossEntropy", "logistic", "huber"] as const;

const lossKinds = kinds("a loss", lossNames, [
  mapping("mse", {
    type: literal("mse"),
    scale: anyOf("a number > 0 or torch (1/outputs)", [literal("torch"), real({ above: 0 })], ["torch"]),
    name,
  }),
  mapping("crossEntropy", {
    type: literal("crossEntropy"),
    labelSmoothing: real({ min: 0, below: 1 }).default(0),
    name,
  }),
  mapping("logistic", { type: literal("logistic"), name }),
  mapping("huber", { type: literal("huber"), delta: real({ above: 0 }).default(1), name }),
]);

export const lossSchema: z.ZodType<LossSpec> = anyOf(
  "{ type: mse, scale: 0.5 }, crossEntropy, logistic or huber",
  [
    oneOf(["crossEntropy", "logistic", "huber"])
      .transform((type): z.input<typeof lossKinds> => ({ type }))
      .pipe(lossKinds),
    lossKinds,
  ],
  lossNames,
);

export const objectiveSchema: z.ZodType<ObjectiveSpec> = mapping("an objective { parameters, samples }", {
  parameters: list(text("the name of a parameter"), "a list of parameter names"),
  samples: list(text("a formula"), "a list of formulas, one for each sample"),
  weights: list(real({ above: 0 }), "a list of weights, one for each sample").exactOptional(),
});
