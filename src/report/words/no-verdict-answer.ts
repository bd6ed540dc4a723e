import type { RunRecord, StabilityCause } from "../../record/index.ts";
import { rough } from "../numerals.ts";

/** What to say when the point itself forbids a verdict, and what would help. */
export function noVerdictAnswer(record: RunRecord, cause: StabilityCause): string {
  switch (cause) {
    case "not-a-minimum":
      return notYet(record);
    case "saddle":
      return saddle(record);
    case "rank-not-constant":
      return `We cannot tell: this minimum is degenerate. The rank of the tangent kernel${rank(record)} changes among nearby minima, and the theory needs it constant.`;
    default:
      return "We cannot tell: this minimum lies exactly on a kink of the network, where the map has no derivative.";
  }
}

function notYet({ results }: RunRecord): string {
  const { gradientNorm, search } = results.minimum ?? { gradientNorm: null, search: null };
  const size = gradientNorm === null ? "the gradient does not vanish" : `the gradient norm is ${rough(gradientNorm)}`;
  if (search === null) return `This is not a minimum yet: ${size}. Add \`minimize:\` or train longer.`;
  const steps = `${search.steps} step${search.steps === 1 ? "" : "s"}`;
  if (search.status === "diverged") {
    return `There is no minimum here: the search by ${search.method} diverged after ${steps}. Start elsewhere or try another method.`;
  }
  if (search.status === "stalled") {
    return `This is not a minimum yet: the search by ${search.method} stopped after ${steps}, and ${size}. Allow it more steps or start elsewhere.`;
  }
  return `This is not a minimum yet: ${size}. Ask \`minimize:\` for a smaller tolerance.`;
}

function saddle({ results }: RunRecord): string {
  const smallest = results.curvature?.smallestEigenvalue ?? null;
  const value = smallest === null ? "a negative eigenvalue" : `the eigenvalue ${rough(smallest)}`;
  return `This is a saddle, not a minimum: the Hessian has ${value}, so no step size keeps it.`;
}

function rank({ results }: RunRecord): string {
  const rank = results.curvature?.ntkRank ?? null;
  return rank === null ? "" : `, ${rank} here,`;
}
