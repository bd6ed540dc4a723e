export {
  type Batch,
  type BatchLaw,
  type BatchStream,
  distinctBatchLimit,
  type LawName,
  type SecondMoment,
  type WeightedBatch,
} from "./batch-law.ts";
export { type BatchLawOptions, batchLaw } from "./create-batch-law.ts";
export { importanceProbabilities } from "./importance.ts";
