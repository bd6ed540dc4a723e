import { sampleHessian } from "../curvature/index.ts";
import { createRng } from "../numeric/index.ts";
import type { Hypothesis } from "../record/index.ts";
import {
  composedMoment,
  type DenseProblem,
  decided,
  denseLambda,
  denseRuleLambda,
  denseStableStepSizes,
  hessianNoise,
  invertibility,
  mu,
  muVerdict,
  prepareDense,
  undetermined,
  type Verdict,
} from "../stability/index.ts";
import { requireFiniteSteps } from "./flat.ts";
import { InputError } from "./host.ts";
import type { StabilityAnswer, StabilityContext } from "./interpolating.ts";
import { kinkDistance } from "./kink-distance.ts";
import { composedMeanSquare, curvesTable, lambdaFields, liftedFields, setsResult, signOf } from "./stability-fields.ts";
import { lawOfSteps } from "./step-law.ts";

/** Hessians are stored up to this many numbers in all. */
const hessianBudget = 2e7;

/**
 * The same questions at a point where every sample's gradient vanishes but some sample's Hessian is indefinite (formula
 * objectives): there is no factor Φ, so I − ηH_B itself is iterated. Nothing is proved from above.
 */
export function indefiniteStability(context: StabilityContext): StabilityAnswer {
  const { spec, objective, minimum, rule, stepSizes, stepSize, tick } = context;
  const { sampleCount: m, dimension: n } = objective;
  if (m * n * n > hessianBudget) {
    throw new InputError(
      `stability: ${m} samples have indefinite Hessians of ${n} parameters; at most ${hessianBudget} numbers are kept`,
    );
  }
  const law = lawOfSteps(context, minimum.theta);
  const hessians = Array.from({ length: m }, (_, i) => {
    tick("samples' Hessians", i / m);
    return sampleHessian(objective, minimum.theta, i);
  });
  const dense = prepareDense({ hessians, law, rng: createRng(spec.seed, "stability") });
  const { eigenvalues } = dense;
  requireFiniteSteps(stepSizes, Math.max(eigenvalues[0]!, -eigenvalues[eigenvalues.length - 1]!));
  const kink = kinkDistance(objective, minimum.theta);
  const doubt = doubtOf(dense, n, kink.on);
  const isPlain = rule.type === "gd";
  const { steps, maxSteps, tolerance, burnIn, stepSizes: asked } = spec.stability;
  tick("second moment", null);
  const noise = law.secondMoment && hessianNoise(dense.hessians, eigenvalues, law.secondMoment);
  const composed = noise && composedMoment([noise], rule, stepSizes);
  const options = {
    ...{ steps, maxSteps, tolerance, burnIn },
    progress: (done: number, most: number) =>
      tick(`λ at step size ${stepSize}`, Math.min(1, done / Math.min(most, steps))),
  };
  const isConstant = stepSizes.length === 1;
  const contracts = composed?.sign === -1;
  const found = isPlain && isConstant ? denseLambda(dense, stepSize, options) : null;
  const lifted = found ? null : denseRuleLambda(dense, rule, stepSizes, { ...options, contracts });
  const sets = isConstant
    ? denseStableStepSizes(dense, {
        ...{ count: asked.count, steps, rule },
        ...(asked.range ? { range: asked.range } : {}),
        progress: (done, total) => tick("scanning step sizes", done / total),
      })
    : null;
  const [largest, smallest] = [eigenvalues[0]!, eigenvalues[eigenvalues.length - 1]!];
  const muFound = mu(eigenvalues, rule, isConstant ? stepSize : stepSizes);
  const evidence = { sharpness: largest, residual: 0, smallest: { value: smallest, residual: 0 } };
  const says = isConstant ? muVerdict(evidence, rule, stepSize) : signOf(muFound.value);
  const { verdict, cause, reason } = contracts ? decided("stable") : (found ?? lifted)!;
  return {
    law,
    eigenvalues,
    warnings: sets ? [...sets.warnings] : [`the exponents are those of ${stepSizes.length} steps in turn, per step`],
    results: {
      curvature: {
        ...{ sharpness: largest, sharpnessResidual: 0, smallestEigenvalue: smallest, smallestResidual: 0 },
        ...{ ntkRank: null, ntkSize: null, ntkGap: null, rankLocallyConstant: null },
      },
      spectrum: {
        operator: "hessian",
        eigenvalues: [...eigenvalues],
        residuals: Array.from(eigenvalues, () => 0),
        dimension: n,
        complete: true,
      },
      mu: {
        value: Number.isFinite(muFound.value) ? muFound.value : null,
        ...{ superstable: muFound.superstable, at: muFound.at },
        ...(doubt ?? says),
      },
      lambda: {
        ...(found ? lambdaFields(found) : liftedFields(lifted!)),
        ...(doubt ?? { verdict, cause, reason }),
      },
      meanSquare: composedMeanSquare(composed, law, doubt),
      stableStepSizes: sets && setsResult(sets, isPlain, null),
      hypotheses: hypothesesOf(context, dense, kink),
      curves: sets && curvesTable(sets.curve, isPlain),
    },
  };
}

/** The common kernel of the samples is not known to be tangent to the minima, so a direction in it leaves doubt. */
function doubtOf({ eigenvalues }: DenseProblem, n: number, onKink: boolean): Verdict | null {
  if (onKink) return undetermined("on-a-kink", "the minimum lies exactly on a kink, where the loss has no Hessian");
  if (eigenvalues.length === n) return null;
  const flat = n - eigenvalues.length;
  return undetermined(
    "rank-not-constant",
    `${flat} flat directions, and samples with indefinite Hessians: not known to be minima`,
  );
}

function hypothesesOf(
  { spec, minimum, stepSize }: StabilityContext,
  { spectra, eigenvalues }: DenseProblem,
  kink: ReturnType<typeof kinkDistance>,
): Hypothesis[] {
  const { smallest, singular } = invertibility(spectra, stepSize);
  const residual = minimum.result.maxResidual!;
  const n = minimum.theta.length;
  const isolated = eigenvalues.length === n;
  const size = Number(smallest.toPrecision(2));
  const over = spectra.exact ? "over all batches" : "among sampled batches";
  return [
    {
      name: "interpolation",
      status: "holds",
      value: residual,
      reason: `largest residual ${Number(residual.toPrecision(2))}, tolerance ${spec.stability.interpolationTolerance}`,
    },
    {
      name: "rank",
      status: isolated ? "holds" : "unchecked",
      value: eigenvalues.length,
      reason: isolated ? `${n}, and the minimum is isolated` : "some samples have indefinite Hessians",
    },
    {
      name: "invertibility",
      status: singular ? "fails" : spectra.exact ? "holds" : "unchecked",
      value: smallest,
      reason: `smallest |det(I − ηH_B)| is ${size} ${over}`,
    },
    { name: "irreducibility", status: "unchecked", value: null, reason: "some samples have indefinite Hessians" },
    {
      name: "kink-distance",
      status: kink.on ? "fails" : "holds",
      value: kink.distance,
      reason:
        kink.kinks === 0
          ? "the loss has no kinks"
          : `nearest at distance ${kink.distance?.toPrecision(2) ?? "unknown"} in parameter space`,
    },
  ];
}
