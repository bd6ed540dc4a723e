import { sampleCurvature } from "../curvature/index.ts";
import type { BatchLaw } from "../sampling/index.ts";
import { sampleTraces } from "../stability/index.ts";
import type { Experiment } from "./answer.ts";
import { lawOf } from "./batch-law.ts";

/** The law that the steps of a run draw their batches by; importance by a norm is that at `theta`. */
export function lawOfSteps({ spec, problem, objective, labels }: Experiment, theta: Float64Array): BatchLaw {
  if (typeof spec.batch.importance !== "string") return lawOf(spec, problem, labels, null);
  const { factor, rows } = sampleCurvature(objective, theta, spec.stability.rankTolerance);
  return lawOf(spec, problem, labels, sampleTraces({ factor, outputs: rows }));
}
