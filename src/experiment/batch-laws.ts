import type { SampleCurvature } from "../curvature/index.ts";
import { createRng } from "../numeric/index.ts";
import type { LawComparisonResult, LawResult } from "../record/index.ts";
import type { BatchLaw } from "../sampling/index.ts";
import type { LawSpec, RunSpec } from "../spec/index.ts";
import { compareLaws, type LawComparison } from "../stability/index.ts";
import { lawOf } from "./batch-law.ts";
import { InputError } from "./host.ts";
import type { StabilityContext } from "./interpolating.ts";

const allLaws = [
  ...["with-replacement", "without-replacement", "reshuffle", "shuffle-once", "cyclic", "label-balanced", "antithetic"],
] as const satisfies readonly LawSpec[];

interface Candidate {
  readonly law: LawSpec;
  readonly importance: "norm" | "ntk" | null;
}

/**
 * What `stability.laws` asks for: λ and the mean square of the same minimum, step size and batch size under other batch
 * laws, with common random numbers. A law that cannot exist for these samples is listed with the reason.
 */
export function batchLaws(
  context: StabilityContext,
  curvature: SampleCurvature,
  traces: Float64Array,
): LawComparisonResult | null {
  const { spec, rule, stepSize, kernel, tick } = context;
  const { laws: asked, steps, maxSteps, tolerance, burnIn } = spec.stability;
  if (asked === undefined) return null;
  const made = candidates(asked).map((candidate) => ({ candidate, law: tryLaw(context, candidate, traces) }));
  const places = made.flatMap(({ law }, i) => (typeof law === "string" ? [] : [i]));
  const found = compareLaws(
    {
      ...{ factor: curvature.factor, outputs: curvature.rows, rng: createRng(spec.seed, "stability"), rule },
      ...(kernel && { kernel }),
    },
    places.map((i) => made[i]!.law as BatchLaw),
    stepSize,
    {
      ...{ steps, maxSteps, tolerance, burnIn },
      progress: (done, most) => tick("comparing batch laws", Math.min(1, done / Math.min(most, steps))),
    },
  );
  return {
    stepSize,
    laws: made.map(({ candidate, law }, i) => {
      const named = { ...candidate, batchSize: spec.batch.size };
      return typeof law === "string" ? noLaw(named, law) : lawResult(named, found.laws[places.indexOf(i)]!);
    }),
    byExponent: found.byExponent.map((i) => places[i]!),
    byThreshold: found.byThreshold.map((i) => places[i]!),
  };
}

function candidates(asked: "all" | readonly LawSpec[]): Candidate[] {
  const plain = (asked === "all" ? allLaws : asked).map((law) => ({ law, importance: null }));
  if (asked !== "all") return plain;
  const weighted = (["norm", "ntk"] as const).map((importance) => ({ law: "with-replacement" as const, importance }));
  return [...plain, ...weighted];
}

/** The law, or why there is none. */
function tryLaw(
  { spec, problem, labels }: StabilityContext,
  { law, importance }: Candidate,
  traces: Float64Array,
): BatchLaw | string {
  const { importance: _, ...batch } = spec.batch;
  const own: RunSpec = { ...spec, batch: { ...batch, law, ...(importance && { importance }) } };
  try {
    return lawOf(own, problem, labels, traces);
  } catch (error) {
    if (error instanceof InputError) return error.message.replace(/^batch: /, "");
    throw error;
  }
}

type Named = Candidate & { readonly batchSize: number };

function noLaw(named: Named, reason: string): LawResult {
  const none = { lambda: null, superstable: false, confidence95: null, method: "none" } as const;
  return {
    ...{ ...named, ...none, verdict: "not-applicable", reason },
    ...{ meanSquareStepSize: null, meanSquareExponent: null },
  };
}

function lawResult(named: Named, found: LawComparison): LawResult {
  const superstable = found.lambda === Number.NEGATIVE_INFINITY;
  const { verdict, reason } = found.verdict;
  return {
    ...named,
    ...{ lambda: superstable ? null : found.lambda, superstable },
    confidence95: superstable ? null : found.confidence95,
    ...{ method: found.method, verdict, reason },
    ...{ meanSquareStepSize: found.meanSquareStepSize, meanSquareExponent: found.meanSquareExponent },
  };
}
