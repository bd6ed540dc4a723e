export { attachTables, missingTables } from "./attach-tables.ts";
export type {
  BifurcationCurvePoint,
  BifurcationCurveResult,
  BifurcationType,
  BoxSearchResult,
  BranchEnd,
  BranchPoint,
  BranchResult,
  Complex,
  ExponentResult,
  FateKind,
  FateResult,
  Measure,
  MultiplierDisc,
  NormalFormResult,
  OrbitEnclosure,
  OrbitResult,
  OrbitStability,
  ProvedStability,
  ProvedStretchResult,
  SpecialPoint,
} from "./dynamics-results.ts";
export { encodeRecord } from "./encode-record.ts";
export type {
  CertificateEvidence,
  CertificateRecord,
  CertificateVerdict,
  CollapseDemonstration,
  DeadAtStart,
  ExceptionalStepSize,
  NonsingularityResult,
  Reach,
  RegionPiece,
  WitnessRecord,
} from "./nonsingularity-results.ts";
export { parseRecord, RecordError } from "./parse-record.ts";
export type {
  PanelAxis,
  PanelNote,
  PanelSeries,
  PublishedFigureName,
  ReproducedValue,
  ReproductionPanel,
  ReproductionResult,
} from "./reproduction-results.ts";
export type { Conventions, InputHash, RecordKind, Results, RunRecord, ToolStamp } from "./run-record.ts";
export { emptyResults, schemaVersion } from "./run-record.ts";
export type {
  AveragingResult,
  BatchSizeHint,
  CurvatureResult,
  Hypothesis,
  HypothesisStatus,
  Interval,
  LambdaResult,
  LawComparisonResult,
  LawResult,
  LinearizedResult,
  LrConversion,
  MeanSquareResult,
  MinimumResult,
  MinimumSearch,
  MuResult,
  ScheduleResult,
  SpectrumResult,
  StabilityCause,
  StabilityVerdict,
  StableStepSizesResult,
} from "./stability-results.ts";
export type { Cell, Table } from "./table.ts";
export { columnOf, inlineRows, tableOf } from "./table.ts";
export { tableFromCsv, tableToCsv } from "./table-csv.ts";
