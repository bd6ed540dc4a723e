import { compileObjective, type Objective } from "../../compile/index.ts";
import { type HessianSpectrum, hessianSpectrum, type SampleCurvature, sampleCurvature } from "../../curvature/index.ts";
import { createRng, type Matrix } from "../../numeric/index.ts";
import type { Problem } from "../../program/index.ts";
import type { RunSpec } from "../../spec/index.ts";
import { sampleTraces } from "../../stability/index.ts";
import type { Experiment } from "../answer.ts";
import { kinkDistance } from "../kink-distance.ts";
import { hessianBudget, sampleHessians } from "../linearized-problem.ts";
import { type FoundMinimum, findMinimum, isCritical } from "../minimum.ts";
import { rankCheck } from "../rank-check.ts";
import { importanceTraces } from "../step-law.ts";

/** What cells of a diagram with the same problem share: the minimum, and the curvature there. */
export interface LocalProblem {
  readonly problem: Problem;
  readonly labels: Int32Array | null;
  readonly minimum: FoundMinimum;
  /** tr H_i, where there is Φ or where importance asks for them. */
  readonly traces: Float64Array | null;
  /** Φ; null where not every sample is fitted or some have indefinite Hessians. */
  readonly curvature: SampleCurvature | null;
  /** What is iterated where there is no Φ; null where there is, and where no λ can be asked for. */
  readonly hessians: LocalHessians | null;
  /** Eigenvalues of H (with weight decay) that are not 0, where there is no Φ. */
  readonly eigenvalues: Float64Array | null;
  /** Why no sign may be claimed, in words; empty when one may. */
  readonly doubts: readonly string[];
  /** What λ means here, in words, where it is not that of SGD at a minimum. */
  readonly notes: readonly string[];
  dispose(): void;
}

/** The samples' Hessians, weight decay included: all of them, or how those of a batch act. */
export type LocalHessians = {
  /** "walk": residuals are left; "indefinite": all samples are fitted. */
  readonly kind: "walk" | "indefinite";
} & (
  | { readonly all: Float64Array; readonly dimension: number }
  | { readonly objective: Objective; readonly spectrum: HessianSpectrum }
);

/**
 * Goes to the minimum when the experiment asks for it, and looks at what lies there. A problem with the same `parameters`
 * as that of the file starts from the minimum of the file, `base`, so that a diagram follows one minimum.
 */
export function localProblem(experiment: Experiment, spec: RunSpec, base: LocalProblem | null): LocalProblem {
  const { host, reread, tick } = experiment;
  const { problem, theta, labels } = reread(spec);
  const objective = compileObjective(problem, host.engine);
  let isKept = false;
  try {
    const isSame = base !== null && theta.every((value, i) => value === experiment.theta[i]);
    const minimum = findMinimum(spec, problem, objective, isSame ? base.minimum.theta : theta, tick);
    const kink = kinkDistance(objective, minimum.theta).on ? ["the minimum lies on a kink"] : [];
    const shared = { problem, labels, minimum, hessians: null, notes: [], dispose: () => {} };
    const curvature = minimum.result.interpolating
      ? sampleCurvature(objective, minimum.theta, spec.stability.rankTolerance)
      : null;
    if (!curvature?.semidefinite) {
      const kind = curvature === null ? "walk" : "indefinite";
      const found = withHessians(experiment, spec, { objective, minimum, kind, kink });
      isKept = found.hessians !== null && "objective" in found.hessians;
      const traces = importanceTraces(spec, objective, minimum.theta);
      return { ...shared, ...found, traces, curvature: null, ...(isKept && { dispose: () => objective.dispose() }) };
    }
    if (curvature.rank === 0) {
      const flat = "every H_i = 0: the loss is flat there and no direction moves";
      return { ...shared, curvature: null, traces: null, eigenvalues: new Float64Array(0), doubts: [...kink, flat] };
    }
    const { constant } = rankCheck(objective, minimum, curvature, spec, tick);
    const changing = constant ? [] : ["the rank of the tangent kernel changes at nearby minima"];
    const traces = sampleTraces({ factor: curvature.factor, outputs: curvature.rows });
    return { ...shared, curvature, traces, eigenvalues: null, doubts: [...kink, ...changing] };
  } finally {
    if (!isKept) objective.dispose();
  }
}

interface Point {
  readonly objective: Objective;
  readonly minimum: FoundMinimum;
  readonly kind: LocalHessians["kind"];
  readonly kink: readonly string[];
}

/** Where there is no Φ: the Hessians themselves, unless nothing can be asked of them. */
function withHessians(
  { tick }: Experiment,
  spec: RunSpec,
  { objective, minimum, kind, kink }: Point,
): Pick<LocalProblem, "hessians" | "eigenvalues" | "doubts" | "notes"> {
  const { theta, result } = minimum;
  const { weightDecay } = spec.optimizer;
  const spectrum = hessianSpectrum(objective, theta, {
    ...{ weightDecay, count: 6, rtol: 1e-8 },
    rng: createRng(spec.seed, "stability").fork("lanczos"),
  });
  const eigenvalues = movingOf(spectrum);
  if (kind === "walk" && !isCritical(result)) {
    const why = `not a critical point, the gradient norm is ${result.gradientNorm!.toPrecision(2)}`;
    return { hessians: null, eigenvalues, doubts: [...kink, why], notes: [] };
  }
  const flat = objective.dimension - eigenvalues.length;
  const isFlat = kind === "indefinite" && spectrum.complete && flat > 0;
  const doubts = isFlat ? [...kink, `${flat} flat directions beside samples with indefinite Hessians`] : kink;
  const size = `residuals are left, the largest ${result.maxResidual!.toPrecision(2)}`;
  const notes = kind === "walk" ? [`${size}: λ is that of the linearised steps, an estimate`] : [];
  const { sampleCount: m, dimension: n } = objective;
  const all = m * n * n <= hessianBudget ? flattened(sampleHessians(objective, theta, weightDecay, tick)) : null;
  const hessians = all ? { kind, all, dimension: n } : { kind, objective, spectrum };
  return { hessians, eigenvalues, doubts, notes };
}

/** The eigenvalues that are not 0 up to their residual: all of a small Hessian, both ends of a large one. */
function movingOf({ values, residuals }: HessianSpectrum): Float64Array {
  const top = Math.max(Math.abs(values[0]!), Math.abs(values[values.length - 1]!));
  return values.filter((value, i) => Math.abs(value) > Math.max(1e-9 * top, residuals[i]!));
}

function flattened(hessians: readonly Matrix[]): Float64Array {
  const size = hessians[0]!.data.length;
  const all = new Float64Array(hessians.length * size);
  hessians.forEach(({ data }, i) => {
    all.set(data, i * size);
  });
  return all;
}
