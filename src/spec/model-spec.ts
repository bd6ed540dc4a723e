/** Activations without options. */
export type PlainActivation =
  | "identity"
  | "relu"
  | "relu6"
  | "abs"
  | "square"
  | "hardTanh"
  | "hardSigmoid"
  | "hardSwish"
  | "selu"
  | "softplus"
  | "softsign"
  | "sigmoid"
  | "tanh"
  | "gelu"
  | "geluTanh"
  | "silu"
  | "sin"
  | "exp"
  | "step";

/** `activation: tanh` in a file stands for `{ type: tanh }`. */
export type ActivationSpec =
  | { readonly type: PlainActivation; readonly name?: string }
  | { readonly type: "leakyRelu"; readonly slope: number; readonly name?: string }
  | { readonly type: "elu"; readonly alpha: number; readonly name?: string };

/** What every layer may say. */
export interface LayerOptions {
  readonly name?: string;
  /** Default true; the weights of an untrained layer are constants of the problem. */
  readonly trainable?: boolean;
  /** The name of the layer whose weights this one uses. */
  readonly share?: string;
}

export interface DenseSpec extends LayerOptions {
  readonly type: "dense";
  readonly units: number;
  readonly bias: boolean;
  readonly activation: ActivationSpec;
}

/** Lengths along the one or two spatial axes of the input; one number stands for every axis. */
export type SpatialSpec = number | readonly [number] | readonly [number, number];

export interface ConvSpec extends LayerOptions {
  readonly type: "conv";
  readonly filters: number;
  readonly kernel: SpatialSpec;
  readonly stride: SpatialSpec;
  readonly padding: SpatialSpec | "same";
  readonly dilation: SpatialSpec;
  readonly groups: number;
  readonly bias: boolean;
  readonly activation: ActivationSpec;
}

export interface PoolSpec extends LayerOptions {
  readonly type: "maxPool" | "avgPool";
  readonly kernel: SpatialSpec;
  /** Default: the kernel. */
  readonly stride: SpatialSpec;
  readonly padding: SpatialSpec;
}

export interface GlobalAvgPoolSpec extends LayerOptions {
  readonly type: "globalAvgPool";
}

export interface FlattenSpec extends LayerOptions {
  readonly type: "flatten";
}

export interface ActivationLayerSpec extends LayerOptions {
  readonly type: "activation";
  readonly function: ActivationSpec;
}

export interface LayerNormSpec extends LayerOptions {
  readonly type: "layerNorm";
  readonly epsilon: number;
  readonly affine: boolean;
}

/** With stored statistics: an affine map, no batch coupling. */
export interface BatchNormSpec extends LayerOptions {
  readonly type: "batchNorm";
  readonly epsilon: number;
}

export interface AttentionSpec extends LayerOptions {
  readonly type: "attention";
  readonly heads: number;
  /** Default: features / heads. */
  readonly keySize?: number;
  readonly causal: boolean;
  readonly bias: boolean;
}

export interface ResidualSpec extends LayerOptions {
  readonly type: "residual";
  readonly layers: readonly LayerSpec[];
}

export type LayerSpec =
  | DenseSpec
  | ConvSpec
  | PoolSpec
  | GlobalAvgPoolSpec
  | FlattenSpec
  | ActivationLayerSpec
  | LayerNormSpec
  | BatchNormSpec
  | AttentionSpec
  | ResidualSpec;

export interface LayeredModelSpec {
  /** Shape of one sample, channels first. */
  readonly input: readonly number[];
  readonly layers: readonly LayerSpec[];
}

/** A network read from a file; its initialisers are the parameters. */
export interface OnnxModelSpec {
  readonly onnx: string;
}

export type ModelSpec = LayeredModelSpec | OnnxModelSpec;

export type LossSpec =
  | { readonly type: "mse"; readonly scale: number | "torch"; readonly name?: string }
  | { readonly type: "crossEntropy"; readonly labelSmoothing: number; readonly name?: string }
  | { readonly type: "logistic"; readonly name?: string }
  | { readonly type: "huber"; readonly delta: number; readonly name?: string };

/** Losses as formulas, in place of model, data and loss. */
export interface ObjectiveSpec {
  /** Names of the coordinates of θ. */
  readonly parameters: readonly string[];
  /** ℓ_i */
  readonly samples: readonly string[];
  /** p_i; default 1/m. */
  readonly weights?: readonly number[];
}
