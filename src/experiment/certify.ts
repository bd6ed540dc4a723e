import type { Decision } from "../certify/index.ts";
import { sampleCurvature } from "../curvature/index.ts";
import { matrix, symmetricEigenvalues } from "../numeric/index.ts";
import { sampleTraces } from "../stability/index.ts";
import { certificateOf, needsCollapse } from "../verify/index.ts";
import type { Answer, Experiment } from "./answer.ts";
import { lawOf } from "./batch-law.ts";
import { certifiedSpec } from "./certificate-file.ts";
import { constantStepSize } from "./constant-step-size.ts";
import { deadAtStart, startsOf } from "./fresh-starts.ts";
import { findMinimum } from "./minimum.ts";
import { type LocalFactors, nonsingularity, withNumbers } from "./nonsingularity.ts";

/** Up to here the whole spectrum at θ is computed. */
const largestSpectrum = 400;

/** Is the map non-singular at the step size in use, and for which step sizes is it not? */
export function certify(experiment: Experiment): Answer {
  const { spec, problem, objective, theta, labels, tick } = experiment;
  const stepSize = constantStepSize(spec, "certify");
  const { point } = spec.certify;
  const minimum = point ? null : findMinimum(spec, problem, objective, theta, tick);
  const at = point ? Float64Array.from(point) : minimum!.theta;
  const law = lawOf(spec, problem, labels, tracesFor(spec, objective, at));
  tick("non-singularity", null);
  const decay = spec.optimizer.weightDecay;
  const local = at.length <= largestSpectrum ? localFactors(at, stepSize, decay, objective.hvp) : noFactors;
  const thorough = {
    starts: startsOf(experiment, stepSize),
    deadAtStart: (decision: Decision) => deadAtStart(experiment, decision),
  };
  const certified = certifiedSpec(withNumbers(spec, law), problem);
  const found = nonsingularity(spec, problem, objective, at, law, stepSize, local, thorough);
  const { subject, evidence, finding } = found.decision;
  const body = certificateOf(subject, evidence, finding);
  const isShown = !needsCollapse(body) || body.collapse !== null;
  return {
    results: {
      ...(minimum ? { minimum: minimum.result } : {}),
      nonsingularity: found.result,
      certificates: isShown ? [{ file: "certificate.json", body, spec: certified }] : [],
    },
    warnings: [...(minimum?.warnings ?? []), ...found.warnings, ...(isShown ? [] : [notShown])],
  };
}

/** tr H_i, where the batches are drawn in proportion to them. */
function tracesFor(spec: Experiment["spec"], objective: Experiment["objective"], theta: Float64Array) {
  if (typeof spec.batch.importance !== "string") return null;
  const { factor, rows } = sampleCurvature(objective, theta, spec.stability.rankTolerance);
  return sampleTraces({ factor, outputs: rows });
}

const notShown =
  "no certificate was written: the step size is singular by the theorem named, but no box was found on which that can be shown";

const noFactors: LocalFactors = { smallestFactor: null, nearestReciprocal: null, volumeFactor: null };

/** min |1 − η(λ_i + w)| over the spectrum of the Hessian at θ, and the positive 1/(λ_i + w) nearest to η in ratio. */
function localFactors(
  theta: Float64Array,
  stepSize: number,
  weightDecay: number,
  hvp: (theta: Float64Array, v: Float64Array, out: Float64Array) => void,
): LocalFactors {
  const n = theta.length;
  const hessian = matrix(n, n);
  const unit = new Float64Array(n);
  for (let j = 0; j < n; j++) hvp(theta, unit.fill(0).fill(1, j, j + 1), hessian.data.subarray(j * n, (j + 1) * n));
  const values = [...symmetricEigenvalues(hessian)].map((v) => v + weightDecay);
  const distance = (reciprocal: number) => Math.abs(Math.log(reciprocal / stepSize));
  const reciprocals = values.filter((v) => v > 0).map((v) => 1 / v);
  const factors = values.map((v) => Math.abs(1 - stepSize * v));
  const volume = factors.reduce((total, x) => total + Math.log(x), 0);
  return {
    smallestFactor: Math.min(...factors),
    volumeFactor: Number.isFinite(volume) ? volume : null,
    nearestReciprocal: reciprocals.sort((a, b) => distance(a) - distance(b))[0] ?? null,
  };
}
