import { createRng } from "../numeric/index.ts";
import type { FateResult } from "../record/index.ts";
import type { Experiment } from "./answer.ts";

/** Dead (DESIGN §5): positive loss, gradient exactly 0, and a random vector sent to exactly 0 by the Hessian. */
export function deadness({ spec, objective, theta }: Experiment): (position: Float64Array) => boolean {
  const rng = createRng(spec.seed, "flatness");
  const v = Float64Array.from(theta, () => rng.normal());
  const out = new Float64Array(theta.length);
  const isZero = () => out.every((value) => value === 0);
  return (position) => {
    if (!(objective.gradient(position, out) > 0 && isZero())) return false;
    objective.hvp(position, v, out);
    return isZero();
  };
}

/** The fate of a trajectory that saw positions only, with its end known: one that came to rest may have died. */
export function fateAtEnd(experiment: Experiment, fate: FateResult, end: Float64Array): FateResult {
  const { theta } = experiment;
  const isDead = fate.kind === "converged" && deadness(experiment)(end.subarray(0, theta.length));
  return isDead ? { ...fate, kind: "dead" } : fate;
}
