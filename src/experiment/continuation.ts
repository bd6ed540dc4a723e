import { type Branch, type BranchEnd, continueOrbit, findOrbits, type NormalForm } from "../dynamics/index.ts";
import { norm } from "../numeric/index.ts";
import type { BranchResult, NormalFormResult } from "../record/index.ts";
import type { Answer, Experiment } from "./answer.ts";
import { branchSubject, proveComputedBranch } from "./branch-proofs.ts";
import { constantStepSize } from "./constant-step-size.ts";
import { deadness } from "./deadness.ts";
import { descentFamily, numberAt } from "./descent-maps.ts";
import { InputError } from "./host.ts";
import { orbitSeeds } from "./orbits.ts";
import { secondParameter } from "./second-parameter.ts";

/** An orbit of the optimizer followed in one number of the file, from the value it has there, both ways within the range. */
export function continuation(experiment: Experiment): Answer {
  const { spec, theta, tick } = experiment;
  const options = spec.continue;
  if (!options) throw new InputError("continue: expected { period, parameter, range } in the file, found nothing");
  const { period, parameter, range, maxPoints, switchBranches } = options;
  const value = numberAt(spec, parameter);
  if (!(value >= range[0] && value <= range[1])) {
    throw new InputError(
      `continue.range: expected a range that holds ${parameter} = ${value}, where it starts, found [${range[0]}, ${range[1]}]`,
    );
  }
  const family = descentFamily(experiment, parameter, "continue");
  try {
    const map = family.at(value);
    const { seeds, fate } = orbitSeeds(experiment, map, { period, starts: 1 });
    const { orbits } = findOrbits(map, period, seeds);
    const start = orbits[0];
    if (!start) return notFound(`no orbit of period ${period} was found at ${parameter} = ${value}`, fate);
    const isDead = deadness(experiment);
    const followed = continueOrbit(
      family,
      { points: start.points, value },
      {
        ...{ range, maxPoints, switchBranches },
        isDead: (points) => points.every((x) => isDead(x.subarray(0, theta.length))),
        progress: (at, points, branch) =>
          tick(`branch ${branch + 1}: ${points} points, ${parameter} = ${Number(at.toPrecision(6))}`, null),
      },
    );
    if (followed.status === "not-found") return notFound(followed.reason, fate);
    const stepSize = parameter === "optimizer.stepSize" ? null : constantStepSize(spec, "continue");
    const { branches } = followed;
    const subject = options.prove ? branchSubject(experiment, parameter) : null;
    const proofs = branches.map((b, i) => subject && proveComputedBranch(experiment, subject, b, i + 1));
    return {
      results: {
        branches: branches.map((branch, i) => ({
          ...branchResult(branch, stepSize, theta.length),
          proved: proofs[i]?.stretches ?? null,
        })),
        ...(options.prove && { certificates: proofs.flatMap((proof) => proof?.certificates ?? []) }),
        bifurcationCurves: secondParameter(experiment, options, branches),
        fate,
      },
      warnings: [
        ...(branches.some(({ points }) => points.some(({ complete }) => !complete))
          ? [
              "not all multipliers are computed: folds, flips and rotations are found, branch points where a multiplier passes 1 without a turn are not looked for",
            ]
          : []),
        ...(options.prove && !subject ? [`no branch is proved: ${parameter} is no number of the optimizer`] : []),
        ...proofs.flatMap((proof) => proof?.warnings ?? []),
        ...branches.flatMap((branch, i) => branch.ends.flatMap((end) => endWarning(i + 1, branch.period, end))),
      ],
    };
  } finally {
    family.dispose();
  }
}

function notFound(reason: string, fate: Answer["results"]["fate"]): Answer {
  return { results: { branches: [], fate: fate ?? null }, warnings: [reason] };
}

/** `stepSize` is null when it is the parameter itself. */
function branchResult(branch: Branch, stepSize: number | null, n: number): BranchResult {
  const place = (value: number) => ({ stepSize: stepSize ?? value, parameter: stepSize === null ? null : value });
  const size = (points: readonly Float64Array[]) =>
    Math.sqrt(points.reduce((sum, x) => sum + norm(x.subarray(0, n)) ** 2, 0) / points.length);
  return {
    period: branch.period,
    points: branch.points.map(({ value, points, multipliers }) => ({
      ...place(value),
      norm: size(points),
      multipliers,
    })),
    specialPoints: branch.specialPoints.map(({ type, value, points, angle, normalForm }) => ({
      ...{ type, ...place(value), norm: size(points), angle, normalForm: formResult(normalForm) },
    })),
    ends: branch.ends,
  };
}

function formResult(form: NormalForm | null): NormalFormResult | null {
  if (form?.status !== "computed") return null;
  const { coefficient, error, criticality } = form;
  return { coefficient, error, criticality };
}

/** Ends that the person should hear of: not the ends of the range, nor where branches meet. */
function endWarning(number: number, period: number, { kind, value, reason }: BranchEnd): string[] {
  if (["range-end", "closed", "period-halved", "origin"].includes(kind)) return [];
  return [`branch ${number} (period ${period}) ends at ${Number(value.toPrecision(8))}: ${reason}`];
}
