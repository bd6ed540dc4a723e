import { updateKernel } from "../compile/index.ts";
import { readUpdateRule, stepSizeAt } from "../descent/index.ts";
import { createRng } from "../numeric/index.ts";
import { tableOf } from "../record/index.ts";
import { train } from "../training/index.ts";
import type { Answer, Experiment } from "./answer.ts";
import { isStochastic } from "./descent-maps.ts";
import { InputError } from "./host.ts";
import { findMinimum } from "./minimum.ts";
import { lawOfSteps } from "./step-law.ts";
import { updateRuleSpec } from "./update-rule.ts";

/** A run of the optimizer from `parameters` (or the minimum asked for), with sharpness against its threshold. */
export function training(experiment: Experiment): Answer {
  const { spec, host, problem, objective, theta, tick } = experiment;
  if (!spec.train) throw new InputError("train: expected { steps: … } in the file, found nothing");
  const { steps, every, top } = spec.train;
  const { optimizer } = spec;
  const start = spec.minimize ? findMinimum(spec, problem, objective, theta, tick) : null;
  const from = start?.theta ?? theta;
  const rule = updateRuleSpec(optimizer);
  const kernel = updateKernel(problem.dimension, rule, host.engine);
  try {
    const { columns, fate } = train(objective, kernel, from, {
      ...{ rule: readUpdateRule(rule), stepSizeAt: (t: number) => stepSizeAt(optimizer.stepSize, t) },
      ...{
        law: isStochastic(spec) ? lawOfSteps(experiment, from) : null,
        steps,
        every,
        top,
        rng: createRng(spec.seed, "train"),
      },
      ...(optimizer.averaging && { averaging: optimizer.averaging }),
      progress: (step) => tick(`training: step ${step} of ${steps}`, step / steps),
    });
    const trajectory = tableOf("data/trajectory.csv", columns);
    return {
      results: { minimum: start?.result ?? null, trajectory, fate },
      warnings: [...(start?.warnings ?? []), ...thresholdWarnings(columns["threshold"], optimizer.type)],
    };
  } finally {
    kernel.dispose();
  }
}

function thresholdWarnings(thresholds: readonly number[], optimizer: string): string[] {
  if (thresholds.some(Number.isFinite)) return [];
  return [`no threshold of the sharpness is known for steps of ${optimizer} like these`];
}
