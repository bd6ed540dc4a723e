export { type BatchSharpness, batchSharpness } from "./batch-sharpness.ts";
export { type AverageOptions, type RunningAverage, runningAverage } from "./running-average.ts";
export { isPreconditioned, type StepFacts, stabilityThreshold } from "./threshold.ts";
export { type TrainingRun, type TrainOptions, train } from "./train.ts";
export type { UpdateFacts } from "./update-facts.ts";
