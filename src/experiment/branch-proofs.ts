import { type ComputedOrbit, searchBranchProof } from "../certify/index.ts";
import { updateMap } from "../descent/index.ts";
import type { Branch, BranchPoint } from "../dynamics/index.ts";
import * as iv from "../interval/index.ts";
import type { CertificateRecord, ProvedStretchResult } from "../record/index.ts";
import { type BranchSubject, branchCertificate, encloseFamily, exactWeights, stabilityRuns } from "../verify/index.ts";
import type { Experiment } from "./answer.ts";
import { certifiedSpec } from "./certificate-file.ts";
import { constantStepSize } from "./constant-step-size.ts";
import { autonomousRule, freeNumber, isStochastic, refuseBatches } from "./descent-maps.ts";

/** Operations in intervals spent on one branch, about two minutes. */
const largestEffort = 1e9;
const mostAttempts = 4000;

/**
 * What the certificates of a branch are about: the rule with the number at `parameter` left open; null where that is no
 * number of the rule. @throws InputError when the experiment is no map.
 */
export function branchSubject(
  { spec, problem }: Pick<Experiment, "spec" | "problem">,
  parameter: string,
): BranchSubject | null {
  if (isStochastic(spec)) refuseBatches("continue");
  const rule = autonomousRule(spec);
  const name = freeNumber(rule, parameter);
  if (name === null) return null;
  const free = name === "stepSize" ? [] : [name];
  const map = updateMap(problem.lossProgram(problem.sampleCount), rule, { free });
  const stepSize = name === "stepSize" ? {} : { stepSize: [constantStepSize(spec, "continue")] };
  const numbers = { ...problem.data, frozen: problem.frozen, weights: exactWeights(problem), ...stepSize };
  const family = encloseFamily(map, numbers);
  return { maps: (values) => [family({ [name]: values })], rule: rule.type, parameter };
}

export interface ProvedBranch {
  readonly stretches: readonly ProvedStretchResult[];
  readonly certificates: readonly CertificateRecord[];
  readonly warnings: readonly string[];
}

/** As much of a computed branch as can be proved to exist, with certificates named after its number. */
export function proveComputedBranch(experiment: Experiment, subject: BranchSubject, branch: Branch, number: number) {
  const stretches: ProvedStretchResult[] = [];
  const certificates: CertificateRecord[] = [];
  const open: string[] = [];
  const certified = certifiedSpec(experiment.spec, experiment.problem);
  if (branch.points.some(({ familyDimension }) => familyDimension > 0)) {
    return { stretches, certificates, warnings: [`branch ${number} is not proved: it belongs to a family of orbits`] };
  }
  for (const orbits of monotonePieces(branch.points)) {
    const search = searchBranchProof(subject.maps, branch.period, orbits, {
      maxAttempts: attemptsFor(subject, branch.period, orbits),
      progress: (share) => experiment.tick(`proof of branch ${number}`, share),
    });
    for (const { claim, stabilities } of search.stretches) {
      const body = branchCertificate(subject, claim, stabilities);
      const file = `certificates/branch-${number}${certificates.length === 0 ? "" : `-${certificates.length + 1}`}.json`;
      certificates.push({ file, body, spec: certified });
      const stability = stabilityRuns(body.segments).map(({ values, stability: kind }) => ({ range: values, kind }));
      stretches.push({ range: body.range, stability, segments: body.segments.length, proof: file });
    }
    open.push(...search.open.map(({ values: { lo, hi }, reason }) => `from ${shown(lo)} to ${shown(hi)} (${reason})`));
  }
  return {
    stretches,
    certificates,
    warnings: open.length === 0 ? [] : [`branch ${number} stays open ${open.join(", ")}`],
  };
}

/** The branch cut where its number turns, every part in increasing order. */
function monotonePieces(points: readonly BranchPoint[]): readonly (readonly ComputedOrbit[])[] {
  const pieces: ComputedOrbit[][] = [];
  let direction = 0;
  for (const { value, points: orbit } of points) {
    const last = pieces.at(-1)?.at(-1);
    const step = last === undefined ? 0 : Math.sign(value - last.value);
    if (last !== undefined && step === 0) continue;
    if (last === undefined || (direction !== 0 && step !== direction)) pieces.push(last === undefined ? [] : [last]);
    direction = step;
    pieces.at(-1)!.push({ value, points: orbit });
  }
  const long = pieces.filter((piece) => piece.length > 1);
  return long.map((piece) => (piece[0]!.value < piece[1]!.value ? piece : piece.toReversed()));
}

/** How many segments the budget allows to be tried. */
function attemptsFor({ maps }: BranchSubject, period: number, [first]: readonly ComputedOrbit[]): number {
  const { dimension, cost } = maps(iv.point(first!.value))[0]!;
  const unknowns = period * dimension;
  return Math.min(mostAttempts, Math.floor(largestEffort / (unknowns * cost + 10 * unknowns ** 3)));
}

function shown(value: number): string {
  return String(Number(value.toPrecision(6)));
}
