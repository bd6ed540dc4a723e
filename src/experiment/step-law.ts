import type { Objective } from "../compile/index.ts";
import { sampleCurvature } from "../curvature/index.ts";
import type { BatchLaw } from "../sampling/index.ts";
import type { RunSpec } from "../spec/index.ts";
import { sampleTraces } from "../stability/index.ts";
import type { Experiment } from "./answer.ts";
import { lawOf } from "./batch-law.ts";

/** The law that the steps of a run draw their batches by; importance by a norm is that at `theta`. */
export function lawOfSteps(
  { spec, problem, objective, labels }: Pick<Experiment, "spec" | "problem" | "objective" | "labels">,
  theta: Float64Array,
): BatchLaw {
  return lawOf(spec, problem, labels, importanceTraces(spec, objective, theta));
}

/** tr of each sample's curvature at `theta`, where importance is in proportion to a norm; null where it is not. */
export function importanceTraces({ batch, stability }: RunSpec, objective: Objective, theta: Float64Array) {
  if (typeof batch.importance !== "string") return null;
  const { factor, rows } = sampleCurvature(objective, theta, stability.rankTolerance);
  return sampleTraces({ factor, outputs: rows });
}
