import type { DataSpec, ParametersSpec } from "./data-spec.ts";
import type { LossSpec, ModelSpec, ObjectiveSpec } from "./model-spec.ts";
import type { BatchSpec, MinimizeSpec, OptimizerSpec } from "./optimizer-spec.ts";
import type {
  BifurcationSpec,
  CertifySpec,
  ContinueSpec,
  LyapunovSpec,
  OrbitsSpec,
  PhaseSpec,
  PlaneSpec,
  ReproduceSpec,
  StabilitySpec,
  SweepSpec,
  TrainSpec,
} from "./verb-spec.ts";

/** The verbs that answer a question about an experiment file. */
export type Verb =
  | "check"
  | "stability"
  | "phase"
  | "certify"
  | "orbits"
  | "continue"
  | "bifurcation"
  | "lyapunov"
  | "basins"
  | "regions"
  | "train"
  | "sweep"
  | "reproduce";

/**
 * An experiment file with every default filled in: plain data, and itself a valid experiment file.
 * Either `model`, `data` and `loss` are there, or `objective` is. Numbers are doubles; in exact arguments each stands
 * for the simplest rational that rounds to it, so the text `1/3` and its double mean the same.
 */
export interface RunSpec {
  readonly title?: string;
  /** Every random stream is derived from it and a name. */
  readonly seed: number;
  readonly model?: ModelSpec;
  readonly data?: DataSpec;
  readonly loss?: LossSpec;
  readonly objective?: ObjectiveSpec;
  /** Absent only for a model read from ONNX, whose initialisers it then takes. */
  readonly parameters?: ParametersSpec;
  readonly minimize?: MinimizeSpec;
  readonly optimizer: OptimizerSpec;
  readonly batch: BatchSpec;
  readonly stability: StabilitySpec;
  readonly certify: CertifySpec;
  readonly phase?: PhaseSpec;
  readonly orbits?: OrbitsSpec;
  readonly continue?: ContinueSpec;
  readonly bifurcation?: BifurcationSpec;
  readonly lyapunov?: LyapunovSpec;
  readonly basins?: PlaneSpec;
  readonly regions?: PlaneSpec;
  readonly train?: TrainSpec;
  readonly sweep?: SweepSpec;
  readonly reproduce?: ReproduceSpec;
}
