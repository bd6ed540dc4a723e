import { compileRandomMap } from "../compile/index.ts";
import {
  type DiscreteMap,
  fateWatcher,
  kaplanYorkeDimension,
  type LyapunovSpectrum,
  lyapunovSpectrum,
  randomLyapunovSpectrum,
} from "../dynamics/index.ts";
import { createRng } from "../numeric/index.ts";
import { type Measure, type Results, tableOf } from "../record/index.ts";
import type { Answer, Experiment } from "./answer.ts";
import { commonNoiseMeasure, deterministicMeasures, lateStates, sharpnessMeasures } from "./chaos-measures.ts";
import { constantStepSize } from "./constant-step-size.ts";
import { fateAtEnd } from "./deadness.ts";
import { autonomousRule, descentEnsemble, descentMap, isStochastic, stateAt } from "./descent-maps.ts";
import { InputError } from "./host.ts";
import { lawOfSteps } from "./step-law.ts";

/** The Lyapunov exponents along the trajectory from `parameters`; of SGD with common batches for all directions. */
export function lyapunov(experiment: Experiment): Answer {
  const { spec, problem, theta, tick, host } = experiment;
  if (!spec.lyapunov) throw new InputError("lyapunov: expected { count, steps, transient } in the file, found nothing");
  const { count, steps, transient } = spec.lyapunov;
  const law = isStochastic(spec) ? lawOfSteps(experiment, theta) : null;
  const stepSize = constantStepSize(spec, "lyapunov");
  const random = law && compileRandomMap(problem, autonomousRule(spec), host.engine, { stepSize, stream: law.stream });
  const map = random ?? descentMap(experiment, "lyapunov");
  const ensemble = random
    ? null
    : descentEnsemble(experiment, "lyapunov", {
        tangents: Math.min(count, map.dimension),
        states: 1,
        stateSteps: transient + steps,
      });
  try {
    if (count > map.dimension) {
      throw new InputError(
        `lyapunov.count: expected at most the ${map.dimension} dimensions of the map, found ${count}`,
      );
    }
    const watcher = fateWatcher({ dimension: problem.dimension, steps: transient + steps });
    const last = new Float64Array(map.dimension);
    const late = lateStates(experiment, map.dimension);
    const options = {
      ...{ count, steps, transient, rng: createRng(spec.seed, "lyapunov") },
      observe: (step: number, x: Float64Array) => {
        last.set(x);
        late.see(step, x);
        watcher.see(step, x.subarray(0, problem.dimension));
      },
      progress: (step: number, total: number) => tick(`exponents: step ${step} of ${total}`, step / total),
    };
    const start = stateAt(theta, map.dimension);
    const found = random
      ? randomLyapunovSpectrum(random, start, random.draws(createRng(spec.seed, "batches")), options)
      : lyapunovSpectrum(map as ReturnType<typeof descentMap>, start, {
          ...options,
          ensemble: ensemble ?? undefined,
        });
    const fate = fateAtEnd(experiment, watcher.fate(), last);
    const results = resultsOf(found, map.dimension);
    if (found.status === "diverged") {
      return {
        results: { ...results, fate },
        warnings: found.steps > 0 ? ["the trajectory diverged; the exponents are those until then"] : [],
      };
    }
    const single = random ? null : (map as DiscreteMap);
    const sharpness = sharpnessMeasures(experiment, late.states, random && law && { map: random, law }, single);
    const more = single
      ? deterministicMeasures(experiment, single, start, late.series)
      : [commonNoiseMeasure(experiment, random!, start, problem.dimension)];
    return {
      results: {
        ...{ ...results, fate, sharpnessOrders: sharpness.table },
        measures: [...results.measures!, ...sharpness.measures, ...more],
      },
      warnings: [],
    };
  } finally {
    map.dispose();
    ensemble?.dispose();
  }
}

function resultsOf(found: LyapunovSpectrum, dimension: number): Partial<Results> {
  const { exponents, history, meanLogAbsDet } = found;
  const columns: Record<string, readonly number[]> = { step: history.steps };
  exponents.forEach((_, j) => {
    columns[`exponent${j + 1}`] = history.values.map((row) => row[j]);
  });
  const known = found.steps > 0;
  const kaplanYorke = known
    ? kaplanYorkeDimension(
        exponents.map(({ value }) => value),
        dimension,
      )
    : null;
  const measures: Measure[] = [{ name: "Kaplan–Yorke dimension", value: kaplanYorke, confidence95: null }];
  if (meanLogAbsDet !== null) {
    const value = Number.isFinite(meanLogAbsDet) ? meanLogAbsDet : null;
    measures.push({ name: "mean log|det|, the sum of all exponents", value, confidence95: null });
  }
  return {
    exponents: exponents.map(({ value, superstable, confidence95 }) => ({
      value: Number.isFinite(value) ? value : null,
      superstable,
      confidence95: confidence95.every(Number.isFinite) ? confidence95 : null,
    })),
    history: tableOf("data/history.csv", columns),
    measures,
  };
}
