import { curvatureLimit, ruleExponent, type UpdateRule } from "./update-rule.ts";
import { decided, digits, notApplicable, undetermined, type Verdict } from "./verdict.ts";

/** `value` is −∞ when every direction is annihilated, null when there is none. `at` is the eigenvalue that decides. */
export interface Mu {
  readonly value: number | null;
  readonly superstable: boolean;
  readonly at: number | null;
}

/**
 * μ = max over the non-zero eigenvalues λ_i of H of the exponent of the rule's step: log|1 − ηλ_i| for GD (THEORY §3).
 *
 * `stepSizes`: η, or the η's of one period of a schedule. Directions of ker H, where the rule moves nothing, are not in
 * `eigenvalues`, and the velocities that belong to them are dropped with them.
 */
export function mu(eigenvalues: ArrayLike<number>, rule: UpdateRule, stepSizes: number | ArrayLike<number>): Mu {
  let value = Number.NEGATIVE_INFINITY;
  let at: number | null = null;
  for (const eigenvalue of Array.from(eigenvalues)) {
    const exponent = ruleExponent(rule, stepSizes, eigenvalue);
    if (at === null || exponent > value) [value, at] = [exponent, eigenvalue];
  }
  if (at === null) return { value: null, superstable: false, at };
  return { value, superstable: value === Number.NEGATIVE_INFINITY, at };
}

export interface SharpnessEvidence {
  /** Largest eigenvalue of H, known up to `residual` (0 for a dense eigenproblem). */
  readonly sharpness: number;
  readonly residual: number;
  /** Smallest eigenvalue; asked for at points that do not interpolate, where H may have negative eigenvalues. */
  readonly smallest?: { readonly value: number; readonly residual: number };
  /** ‖∇L‖ there: an eigenvalue of that size may have another sign at the critical point itself. Default 0. */
  readonly gradientNorm?: number;
}

/** How many gradient norms below 0 an eigenvalue must lie to be that of a saddle (at parameters of order 1). */
const saddleMargin = 10;

/**
 * Is the minimum stable under the full-batch rule? Compares the largest eigenvalue with the rule's limit and the
 * smallest with 0, each with its residual, so the answer never depends on where the rank was cut (DESIGN §5).
 */
export function muVerdict(evidence: SharpnessEvidence, rule: UpdateRule, stepSize: number): Verdict {
  const { sharpness, residual, smallest, gradientNorm = 0 } = evidence;
  if (smallest !== undefined && smallest.value < -smallest.residual) {
    const size = digits(smallest.value);
    if (-smallest.value <= saddleMargin * gradientNorm) {
      const reason = `smallest Hessian eigenvalue ${size}, and the gradient norm ${digits(gradientNorm)} leaves its sign open`;
      return undetermined("not-a-minimum", reason);
    }
    return {
      verdict: "unstable",
      cause: "saddle",
      reason: `smallest Hessian eigenvalue ${size}: no step size keeps it`,
    };
  }
  const limit = curvatureLimit(rule, stepSize);
  if (sharpness + residual < limit) {
    if (sharpness <= residual) return notApplicable(null, "H = 0: the loss is flat here and no direction moves");
    return decided("stable");
  }
  if (sharpness - residual > limit) return decided("unstable");
  const cause = residual > 0 ? "residual-too-large" : "interval-contains-zero";
  return undetermined(cause, `sharpness ${digits(sharpness)} ± ${digits(residual)} against the limit ${digits(limit)}`);
}
