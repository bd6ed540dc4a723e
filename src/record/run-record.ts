import type {
  BifurcationCurveResult,
  BoxSearchResult,
  BranchResult,
  ExponentResult,
  FateResult,
  Measure,
  OrbitResult,
} from "./dynamics-results.ts";
import type { CertificateRecord, NonsingularityResult, RegionPiece } from "./nonsingularity-results.ts";
import type { ReproductionResult } from "./reproduction-results.ts";
import type {
  AveragingResult,
  BatchSizeHint,
  CurvatureResult,
  Hypothesis,
  LambdaResult,
  LawComparisonResult,
  LinearizedResult,
  LrConversion,
  MeanSquareResult,
  MinimumResult,
  MuResult,
  ScheduleResult,
  SpectrumResult,
  StableStepSizesResult,
} from "./stability-results.ts";
import type { Table } from "./table.ts";

/** The version written today. Records of older versions stay readable through `parseRecord`. */
export const schemaVersion = 1;

export type RecordKind =
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

export interface ToolStamp {
  readonly name: string;
  readonly version: string;
  readonly engine: string;
  /** The library behind the engine "native" and its configuration. */
  readonly library?: string;
  readonly threads: number;
  /** The command that repeats the run: "separatrix check two-weights.yaml --seed 0". */
  readonly command: string;
}

/** What every number of the record means, in words and numbers that fit on one line. */
export interface Conventions {
  /** "L = sum_i p_i * 0.5 * |f_i - y_i|^2" */
  readonly loss: string;
  /** "batch 1, with replacement" */
  readonly sampling: string;
  /** "natural, per step" */
  readonly logarithm: string;
  /** "Two-weight network", "dense 64-16-10, tanh". */
  readonly network: string;
  /** "half mean squared error" */
  readonly lossName: string;
  /** "gradient descent", "heavy ball, momentum 0.9". */
  readonly optimizer: string;
  readonly stepSize: number;
  readonly batchSize: number;
  readonly parameters: number;
  readonly samples: number;
  readonly outputs: number;
}

export interface InputHash {
  readonly path: string;
  readonly sha256: string;
}

/** Every group is present; null means that the verb did not compute it. */
export interface Results {
  readonly minimum: MinimumResult | null;
  readonly curvature: CurvatureResult | null;
  readonly spectrum: SpectrumResult | null;
  readonly mu: MuResult | null;
  readonly lambda: LambdaResult | null;
  readonly meanSquare: MeanSquareResult | null;
  readonly stableStepSizes: StableStepSizesResult | null;
  readonly hypotheses: readonly Hypothesis[] | null;
  readonly linearized: LinearizedResult | null;
  readonly schedule: ScheduleResult | null;
  readonly averaging: AveragingResult | null;
  readonly nonsingularity: NonsingularityResult | null;
  readonly certificates: readonly CertificateRecord[] | null;
  readonly lr: readonly LrConversion[] | null;
  readonly batchSizes: BatchSizeHint | null;
  readonly laws: LawComparisonResult | null;
  readonly orbits: readonly OrbitResult[] | null;
  readonly orbitBox: BoxSearchResult | null;
  readonly branches: readonly BranchResult[] | null;
  /** Where their bifurcations lie in a second parameter too. */
  readonly bifurcationCurves: readonly BifurcationCurveResult[] | null;
  readonly exponents: readonly ExponentResult[] | null;
  readonly fate: FateResult | null;
  /** Dimensions, entropies and the like of the verbs about dynamics. */
  readonly measures: readonly Measure[] | null;
  /** stepSize, mu, lambda, lambdaLo, lambdaHi, lambdaLower, lambdaUpper, meanSquare. */
  readonly curves: Table | null;
  /** step, loss, gradientNorm, sharpness, sharpnessResidual, eigenvalue2, …, threshold, piecesCrossed. */
  readonly trajectory: Table | null;
  /** x, y, mu, lambda, lambdaLo, lambdaHi, meanSquare. */
  readonly phase: Table | null;
  /** parameter, start, step, value. */
  readonly bifurcation: Table | null;
  /** x, y, class, steps. */
  readonly basins: Table | null;
  /** x, y, class, steps. */
  readonly regions: Table | null;
  /** x1, y1, x2, y2, kink: where the pieces of `regions` meet. */
  readonly regionEdges: Table | null;
  readonly regionPieces: readonly RegionPiece[] | null;
  /** step, exponent1, exponent2, …: running means of the Lyapunov exponents. */
  readonly history: Table | null;
  /** order, sharpness: the RDS sharpness s_k of every order k. */
  readonly sharpnessOrders: Table | null;
  /** axes…, runId, verdicts. */
  readonly sweep: Table | null;
  readonly reproduction: ReproductionResult | null;
}

/**
 * What came out of a run, as plain data: the same object in memory, in record.json and in the report.
 * The same runId gives the same record but for `seconds` and `tool.threads`.
 */
export interface RunRecord {
  readonly schemaVersion: typeof schemaVersion;
  readonly kind: RecordKind;
  readonly runId: string;
  readonly tool: ToolStamp;
  /** The resolved specification, defaults included. */
  readonly spec: Readonly<Record<string, unknown>>;
  readonly conventions: Conventions;
  readonly inputs: readonly InputHash[];
  readonly seed: number;
  readonly seconds: number;
  readonly results: Results;
  readonly warnings: readonly string[];
}

/** Results in which nothing was computed yet: `{ ...emptyResults(), mu }`. */
export function emptyResults(): Results {
  return {
    minimum: null,
    curvature: null,
    spectrum: null,
    mu: null,
    lambda: null,
    meanSquare: null,
    stableStepSizes: null,
    hypotheses: null,
    linearized: null,
    schedule: null,
    averaging: null,
    nonsingularity: null,
    certificates: null,
    lr: null,
    batchSizes: null,
    laws: null,
    orbits: null,
    orbitBox: null,
    branches: null,
    bifurcationCurves: null,
    exponents: null,
    fate: null,
    measures: null,
    curves: null,
    trajectory: null,
    phase: null,
    bifurcation: null,
    basins: null,
    regions: null,
    regionEdges: null,
    regionPieces: null,
    history: null,
    sharpnessOrders: null,
    sweep: null,
    reproduction: null,
  };
}
