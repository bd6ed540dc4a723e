/** Numbers in a file as nested lists: `[[0.9], [2.5]]`. */
export type NumberTree = readonly (number | NumberTree)[];

/** Numbers that stand in a file of their own (csv, npy, npz, idx, each also gzipped). */
export interface ArrayFileSpec {
  /** Relative to the experiment file. */
  readonly file: string;
  /** Which array of an npz; required when it holds several. */
  readonly array?: string;
  /** Columns by name or index (from 0), or ranges: "p0..p63", "0..63". */
  readonly columns?: readonly (string | number)[];
  /** "first:count", counted from 0. */
  readonly rows?: string;
  /** value ← scale · value + offset */
  readonly scale: number;
  readonly offset: number;
  /** Shape of one sample, when the file holds flat rows. */
  readonly shape?: readonly number[];
}

/** Where class numbers stand in a file. */
export interface LabelFileSpec {
  readonly file: string;
  readonly array?: string;
  /** One column by name or index; required when the file has several. */
  readonly column?: string | number;
  readonly rows?: string;
}

export interface LabelsSpec {
  readonly labels: LabelFileSpec | readonly number[];
  /** Targets are one-hot vectors of this length (class indices 0 … classes − 1). */
  readonly classes: number;
}

/** Targets are the network's own outputs at `parameters`: y := f(θ). */
export interface TargetsFromModel {
  readonly from: "model";
}

export interface DataSpec {
  readonly inputs: NumberTree | ArrayFileSpec;
  readonly targets: NumberTree | ArrayFileSpec | LabelsSpec | TargetsFromModel;
  /** p_i of L = Σ p_i ℓ_i; default 1/m. */
  readonly weights?: readonly number[] | ArrayFileSpec;
  /** A random subset of the samples, in file order. Without a seed, that of the run. */
  readonly samples?: { readonly count: number; readonly seed?: number };
}

export type NamedInitialiser =
  | "torch"
  | "heNormal"
  | "heUniform"
  | "glorotNormal"
  | "glorotUniform"
  | "lecunNormal"
  | "zeros";

/** Where θ starts. */
export type ParametersSpec =
  | { readonly values: readonly number[] }
  | {
      readonly file: string;
      /** Which array holds the whole θ. */
      readonly array?: string;
      /** Model name → name in the file. */
      readonly names?: Readonly<Record<string, string>>;
    }
  | { readonly init: NamedInitialiser | { readonly normal: number }; readonly seed?: number };
