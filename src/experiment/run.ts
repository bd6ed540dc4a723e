import { compileObjective } from "../compile/index.ts";
import { stepSizeAt } from "../descent/index.ts";
import { emptyResults, type RecordKind, type RunRecord, schemaVersion } from "../record/index.ts";
import { type RunSpec, runId, type Verb } from "../spec/index.ts";
import type { Answer, Experiment } from "./answer.ts";
import { basins } from "./basins.ts";
import { lawOf } from "./batch-law.ts";
import { bifurcation } from "./bifurcation.ts";
import { certify } from "./certify.ts";
import { check, stability } from "./check.ts";
import { stepSizesOf } from "./constant-step-size.ts";
import { continuation } from "./continuation.ts";
import { conventionsOf } from "./conventions.ts";
import { requireFit } from "./forecast.ts";
import { type Host, InputError } from "./host.ts";
import { lyapunov } from "./lyapunov.ts";
import { orbits } from "./orbits.ts";
import { phase } from "./phase/phase.ts";
import { ticker } from "./progress.ts";
import { readProblem } from "./read-problem.ts";
import { regions } from "./regions.ts";
import { reproduce } from "./reproduce/index.ts";
import { training } from "./training.ts";

const answers: Partial<Record<Verb, (experiment: Experiment) => Answer>> = {
  ...{
    check,
    stability,
    certify,
    train: training,
    orbits,
    continue: continuation,
    lyapunov,
    bifurcation,
    basins,
    regions,
    reproduce,
    phase,
  },
};

/** The verbs that `run` answers. */
export const answeredVerbs = Object.keys(answers) as readonly Verb[];

/**
 * Answers one verb for one experiment: reads model and data, goes to a minimum when asked to, asks the questions, and
 * returns the record. The same spec on the same engine gives the same record but for the time it took.
 *
 * @throws InputError (or an error with the code "bad-input") for what cannot be done with the files given;
 * InterruptedError when the host asks to stop.
 */
export async function run(spec: RunSpec, verb: Verb, host: Host): Promise<RunRecord> {
  const answer = answers[verb];
  if (!answer) throw new InputError(`${verb}: this version answers ${answeredVerbs.join(", ")}`);
  const start = host.now();
  const tick = ticker(host);
  tick("reading", null);
  const { problem, theta, inputs, labels, rebuild, reread } = await readProblem(spec, host, host.engine);
  lawOf(spec, problem, labels, null); // said before anything long is begun
  requireFit(spec, verb, problem, host);
  const objective = compileObjective(problem, host.engine);
  try {
    const { results, warnings } = answer({ spec, host, problem, objective, theta, labels, rebuild, reread, tick });
    const hashes = Object.fromEntries(inputs.map(({ path, sha256 }) => [path, sha256]));
    return {
      schemaVersion,
      kind: verb as RecordKind,
      runId: runId(verb, spec, host.engine.name, hashes),
      tool: stampOf(host),
      spec: { ...spec },
      conventions: conventionsOf(
        spec,
        problem,
        verb === "stability" ? stepSizesOf(spec)[0]! : stepSizeAt(spec.optimizer.stepSize, 0),
      ),
      inputs,
      seed: spec.seed,
      seconds: (host.now() - start) / 1000,
      results: { ...emptyResults(), ...results },
      warnings,
    };
  } finally {
    objective.dispose();
  }
}

function stampOf({ tool, engine, library, threads }: Host): RunRecord["tool"] {
  return { ...tool, engine: engine.name, ...(library === undefined ? {} : { library }), threads };
}
