import { compileObjective } from "../../compile/index.ts";
import { hessianSpectrum, type SampleCurvature, sampleCurvature } from "../../curvature/index.ts";
import { createRng } from "../../numeric/index.ts";
import type { Problem } from "../../program/index.ts";
import type { RunSpec } from "../../spec/index.ts";
import { sampleTraces } from "../../stability/index.ts";
import type { Experiment } from "../answer.ts";
import { kinkDistance } from "../kink-distance.ts";
import { type FoundMinimum, findMinimum } from "../minimum.ts";
import { rankCheck } from "../rank-check.ts";

/** What cells of a diagram with the same problem share: the minimum, and the curvature there. */
export interface LocalProblem {
  readonly problem: Problem;
  readonly labels: Int32Array | null;
  readonly minimum: FoundMinimum;
  /** Φ and tr H_i; null where not every sample is fitted, so that only the full batch can be asked about. */
  readonly samples: { readonly curvature: SampleCurvature; readonly traces: Float64Array } | null;
  /** Non-zero eigenvalues of H (with weight decay), where there is no Φ. */
  readonly eigenvalues: Float64Array | null;
  /** Why no sign may be claimed, in words; empty when one may. */
  readonly doubts: readonly string[];
}

/**
 * Goes to the minimum when the experiment asks for it, and looks at what lies there. A problem with the same `parameters`
 * as that of the file starts from the minimum of the file, `base`, so that a diagram follows one minimum.
 */
export function localProblem(experiment: Experiment, spec: RunSpec, base: LocalProblem | null): LocalProblem {
  const { host, reread, tick } = experiment;
  const { problem, theta, labels } = reread(spec);
  const objective = compileObjective(problem, host.engine);
  try {
    const isSame = base !== null && theta.every((value, i) => value === experiment.theta[i]);
    const minimum = findMinimum(spec, problem, objective, isSame ? base.minimum.theta : theta, tick);
    const kink = kinkDistance(objective, minimum.theta).on ? ["the minimum lies on a kink"] : [];
    const shared = { problem, labels, minimum };
    if (!minimum.result.interpolating) {
      const why = `residuals are left, the largest ${minimum.result.maxResidual!.toPrecision(2)}`;
      const eigenvalues = curvatureOf(objective, minimum.theta, spec);
      return { ...shared, samples: null, eigenvalues, doubts: [...kink, why] };
    }
    const curvature = sampleCurvature(objective, minimum.theta, spec.stability.rankTolerance);
    if (!curvature.semidefinite) {
      const eigenvalues = curvatureOf(objective, minimum.theta, spec);
      return { ...shared, samples: null, eigenvalues, doubts: [...kink, "a sample has an indefinite Hessian"] };
    }
    const { constant } = rankCheck(objective, minimum, curvature, spec, tick);
    const changing = constant ? [] : ["the rank of the tangent kernel changes at nearby minima"];
    const traces = sampleTraces({ factor: curvature.factor, outputs: curvature.rows });
    return { ...shared, samples: { curvature, traces }, eigenvalues: null, doubts: [...kink, ...changing] };
  } finally {
    objective.dispose();
  }
}

/** The eigenvalues of H that are not 0 up to their residual: all of a small Hessian, both ends of a large one. */
function curvatureOf(
  objective: Parameters<typeof hessianSpectrum>[0],
  theta: Float64Array,
  spec: RunSpec,
): Float64Array {
  const { values, residuals } = hessianSpectrum(objective, theta, {
    ...{ weightDecay: spec.optimizer.weightDecay, count: 6, rtol: 1e-8 },
    rng: createRng(spec.seed, "stability").fork("lanczos"),
  });
  const top = Math.max(Math.abs(values[0]), Math.abs(values[values.length - 1]));
  return values.filter((value, i) => Math.abs(value) > Math.max(1e-9 * top, residuals[i]));
}
