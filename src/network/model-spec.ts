/** An activation by name, or with its options. */
export type ActivationSpec = ActivationName | ActivationWithOptions;

export type ActivationName =
  | ("identity" | "relu" | "leakyRelu" | "relu6" | "abs" | "square" | "hardTanh" | "hardSigmoid" | "hardSwish")
  | ("elu" | "selu" | "softplus" | "softsign" | "sigmoid" | "tanh" | "gelu" | "geluTanh" | "silu" | "sin" | "exp")
  | "step";

export type ActivationWithOptions =
  | { readonly type: "leakyRelu"; readonly slope?: number | undefined }
  | { readonly type: "elu"; readonly alpha?: number | undefined }
  | { readonly type: Exclude<ActivationName, "leakyRelu" | "elu"> };

/** What every kind of layer takes. */
export interface LayerOptions {
  /** Stands before the names of its tensors; `layers[i]` when absent. */
  readonly name?: string | undefined;
  /** False keeps its tensors out of θ, in the frozen vector. For a residual block: of all layers inside. */
  readonly trainable?: boolean | undefined;
  /** Layers with the same word use the same tensors. */
  readonly share?: string | undefined;
}

/** One number for every spatial axis, or one for each. */
export type PerAxis = number | readonly number[];

export interface DenseSpec extends LayerOptions {
  readonly type: "dense";
  readonly units: number;
  readonly bias?: boolean | undefined;
  readonly activation?: ActivationSpec | undefined;
}

export interface ConvSpec extends LayerOptions {
  readonly type: "conv";
  readonly filters: number;
  readonly kernel: PerAxis;
  readonly stride?: PerAxis | undefined;
  readonly padding?: PerAxis | "same" | undefined;
  readonly dilation?: PerAxis | undefined;
  readonly groups?: number | undefined;
  readonly bias?: boolean | undefined;
  readonly activation?: ActivationSpec | undefined;
}

export interface PoolSpec extends LayerOptions {
  readonly type: "maxPool" | "avgPool";
  readonly kernel: PerAxis;
  readonly stride?: PerAxis | undefined;
  readonly padding?: PerAxis | undefined;
}

export interface PlainSpec extends LayerOptions {
  readonly type: "globalAvgPool" | "flatten";
}

export interface ActivationLayerSpec extends LayerOptions {
  readonly type: "activation";
  readonly function: ActivationSpec;
}

export interface LayerNormSpec extends LayerOptions {
  readonly type: "layerNorm";
  readonly epsilon?: number | undefined;
  readonly affine?: boolean | undefined;
}

export interface BatchNormSpec extends LayerOptions {
  readonly type: "batchNorm";
  readonly epsilon?: number | undefined;
}

export interface AttentionSpec extends LayerOptions {
  readonly type: "attention";
  readonly heads: number;
  readonly keySize?: number | undefined;
  readonly causal?: boolean | undefined;
  readonly bias?: boolean | undefined;
}

export interface ResidualSpec extends LayerOptions {
  readonly type: "residual";
  readonly layers: readonly LayerSpec[];
}

export type LayerSpec =
  | (DenseSpec | ConvSpec | PoolSpec | PlainSpec | ActivationLayerSpec)
  | (LayerNormSpec | BatchNormSpec | AttentionSpec | ResidualSpec);

/**
 * A network as an experiment file gives it. `input` is the shape of one sample: [features], channels first
 * [c, length] or [c, h, w], or a sequence [tokens, features].
 */
export interface ModelSpec {
  readonly input: readonly number[];
  readonly layers: readonly LayerSpec[];
}

/** ℓ of one sample from its outputs f and targets y; see `sampleLosses`. */
export type LossSpec =
  | { readonly type: "mse"; readonly scale: number | "torch" }
  | { readonly type: "crossEntropy"; readonly labelSmoothing?: number | undefined }
  | { readonly type: "logistic" }
  | { readonly type: "huber"; readonly delta?: number | undefined };

/** How the parameters are drawn; see `initialParameters`. */
export type InitSpec = InitName | { readonly normal: number };

export type InitName =
  | ("torch" | "heNormal" | "heUniform" | "glorotNormal" | "glorotUniform" | "lecunNormal")
  | "zeros";
