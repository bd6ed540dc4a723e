import { compileObjective } from "../compile/index.ts";
import { emptyResults, type RecordKind, type Results, type RunRecord, schemaVersion } from "../record/index.ts";
import { type RunSpec, runId, type Verb } from "../spec/index.ts";
import { lawOf } from "./batch-law.ts";
import { conventionsOf } from "./conventions.ts";
import { type Host, InputError } from "./host.ts";
import { interpolatingStability, type StabilityAnswer, type StabilityContext } from "./interpolating.ts";
import { findMinimum } from "./minimum.ts";
import { nonInterpolatingStability } from "./non-interpolating.ts";
import { nonsingularity } from "./nonsingularity.ts";
import { ticker } from "./progress.ts";
import { readProblem } from "./read-problem.ts";
import { linearRule } from "./update-rule.ts";

/** The verbs that `run` answers. */
export const answeredVerbs: readonly Verb[] = ["check", "stability"];

/**
 * Answers one verb for one experiment: reads model and data, goes to a minimum when asked to, asks the questions, and
 * returns the record. The same spec on the same engine gives the same record but for the time it took.
 *
 * @throws InputError (or an error with the code "bad-input") for what cannot be done with the files given;
 * InterruptedError when the host asks to stop.
 */
export async function run(spec: RunSpec, verb: Verb, host: Host): Promise<RunRecord> {
  if (!answeredVerbs.includes(verb))
    throw new InputError(`${verb}: this version answers ${answeredVerbs.join(" and ")}`);
  const start = host.now();
  const tick = ticker(host);
  tick("reading", null);
  const stepSize = constantStepSize(spec);
  const { problem, theta, inputs, labels } = await readProblem(spec, host, host.engine);
  lawOf(spec, problem, labels, null); // said before anything long is begun
  const objective = compileObjective(problem, host.engine);
  try {
    const minimum = findMinimum(spec, problem, objective, theta, tick);
    const rule = linearRule(spec.optimizer) ?? { type: "gd" };
    const context: StabilityContext = {
      ...{ spec, problem, objective, minimum, labels, rule, stepSize, tick },
      kernel: host.factorKernel,
    };
    const stability = minimum.result.interpolating
      ? interpolatingStability(context)
      : nonInterpolatingStability(context);
    const certificate = verb === "check" ? certify(context, stability) : null;
    const hashes = Object.fromEntries(inputs.map(({ path, sha256 }) => [path, sha256]));
    const results: Results = {
      ...emptyResults(),
      minimum: minimum.result,
      ...stability.results,
      nonsingularity: certificate?.result ?? null,
    };
    return {
      schemaVersion,
      kind: verb as RecordKind,
      runId: runId(verb, spec, host.engine.name, hashes),
      tool: { ...host.tool, engine: host.engine.name, threads: host.threads },
      spec: { ...spec },
      conventions: conventionsOf(spec, problem, stepSize),
      inputs,
      seed: spec.seed,
      seconds: (host.now() - start) / 1000,
      results,
      warnings: [...minimum.warnings, ...stability.warnings, ...(certificate?.warnings ?? [])],
    };
  } finally {
    objective.dispose();
  }
}

function certify({ spec, problem, objective, minimum, stepSize, tick }: StabilityContext, stability: StabilityAnswer) {
  tick("non-singularity", null);
  const factors = stability.eigenvalues && localFactors(stability.eigenvalues, stepSize);
  const none = { smallestFactor: null, nearestReciprocal: null };
  return nonsingularity(spec, problem, objective, minimum.theta, stability.law, stepSize, factors ?? none);
}

/** min |1 − ηλ_i| over all eigenvalues (ker H contributes 1), and the 1/λ_i nearest to η. */
function localFactors(eigenvalues: Float64Array, stepSize: number) {
  let smallestFactor = 1;
  let nearestReciprocal: number | null = null;
  for (const eigenvalue of eigenvalues) {
    const factor = Math.abs(1 - stepSize * eigenvalue);
    if (factor > smallestFactor || !(eigenvalue > 0)) continue;
    smallestFactor = factor;
    nearestReciprocal = 1 / eigenvalue;
  }
  return { smallestFactor, nearestReciprocal };
}

function constantStepSize({ optimizer }: RunSpec): number {
  if (typeof optimizer.stepSize === "number") return optimizer.stepSize;
  throw new InputError("optimizer.stepSize: stability is a question about one step size, found a schedule");
}
