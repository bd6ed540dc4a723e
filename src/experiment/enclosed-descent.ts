import { updateMap } from "../descent/index.ts";
import { type EnclosedMap, encloseMap, exactWeights, type OrbitSubject } from "../verify/index.ts";
import type { Experiment } from "./answer.ts";
import { lawOf } from "./batch-law.ts";
import { constantStepSize } from "./constant-step-size.ts";
import { autonomousRule, isStochastic, refuseBatches } from "./descent-maps.ts";
import { exactEpoch } from "./exact-batches.ts";

/** What the certificates of its orbits are about. @throws InputError when the experiment is no map. */
export function orbitSubject(experiment: Pick<Experiment, "spec" | "problem" | "labels">): OrbitSubject {
  const { type } = experiment.spec.optimizer;
  const maps = enclosedDescent(experiment, "orbits");
  return { maps, rule: type, stepSize: constantStepSize(experiment.spec, "orbits") };
}

/**
 * The map of an experiment as `descentMap` compiles it, in interval arithmetic: one map, or one for each batch of an
 * epoch in a fixed order. @throws InputError when it is no map.
 */
export function enclosedDescent(
  { spec, problem, labels }: Pick<Experiment, "spec" | "problem" | "labels">,
  verb: string,
): readonly EnclosedMap[] {
  const stepSize = [constantStepSize(spec, verb)];
  const map = updateMap(problem.lossProgram(problem.sampleCount), autonomousRule(spec));
  const inputs = { ...problem.data, frozen: problem.frozen, stepSize };
  if (!isStochastic(spec)) return [encloseMap(map, { ...inputs, weights: exactWeights(problem) })];
  const epoch = exactEpoch(lawOf(spec, problem, labels, null));
  if (!epoch) return refuseBatches(verb);
  return epoch.map((weights) => encloseMap(map, { ...inputs, weights }));
}
