import { decideProblem } from "../../../src/certify/index.ts";
import { createRng, type Rng } from "../../../src/numeric/index.ts";
import { certificateOf, checkNonsingularity, exactWeights, type RuleFacts } from "../../../src/verify/index.ts";
import { architectures } from "./architecture-family.ts";
import { piecewiseQuadratics } from "./formula-family.ts";
import { type Fraction, fraction, ofDouble, same, show, simplest, toDouble, written } from "./fraction.ts";
import { tinyNetworks } from "./network-family.ts";
import { linearProbes, trainedHeads } from "./probe-family.ts";
import type { Family, FuzzProblem } from "./problem.ts";
import { smoothNetworks } from "./smooth-family.ts";

export const families: readonly Family[] = [
  piecewiseQuadratics,
  tinyNetworks,
  linearProbes,
  trainedHeads,
  smoothNetworks,
  architectures,
];

export interface FamilyReport {
  readonly name: string;
  problems: number;
  proved: number;
  disproved: number;
  undecided: number;
  /** Problems whose list of exceptional step sizes was called complete. */
  complete: number;
}

export interface FuzzReport {
  readonly families: readonly FamilyReport[];
  /** Wrong verdicts, lists, and certificates that did not verify: there must be none. */
  readonly failures: readonly string[];
}

/** Decides random problems whose answers are known by other means, and compares. */
export function fuzzCertificates(count: number, seed: number, only: readonly Family[] = families): FuzzReport {
  const rng = createRng(seed, "certificate fuzz");
  const reports = only.map(({ name }) => ({ name, problems: 0, proved: 0, disproved: 0, undecided: 0, complete: 0 }));
  const total = only.reduce((sum, family) => sum + family.share, 0);
  const failures: string[] = [];
  for (let i = 0; i < count; i++) {
    let at = rng.uniform() * total;
    const which = only.findIndex((family) => {
      at -= family.share;
      return at < 0;
    });
    const drawn = only[which]!.draw(rng);
    const found = judge(drawn, rng);
    reports[which]!.problems++;
    reports[which]![found.verdict]++;
    if (found.complete) reports[which]!.complete++;
    failures.push(...found.failures.map((f) => `${only[which]!.name}: ${f} [${drawn.text}]`));
  }
  return { families: reports, failures };
}

/** One question in two is asked at an exceptional step size, where there is one, and one in four just beside. */
function stepSize(candidates: readonly Fraction[], exceptional: readonly Fraction[], rng: Rng): Fraction {
  const kind = rng.integer(4);
  const pool = kind < 3 && exceptional.length > 0 && rng.integer(5) > 0 ? exceptional : candidates;
  const candidate = pool[rng.integer(Math.max(pool.length, 1))];
  if (!candidate || kind === 3) {
    const any = written(rng);
    return any.n > 0n ? any : fraction(1, 1 + rng.integer(9));
  }
  if (kind < 2) return candidate;
  const nudge = [1 - 1e-12, 1 + 1e-12, 1 - 2e-16, 1 + 3e-16][rng.integer(4)]!;
  return ofDouble(toDouble(candidate) * nudge);
}

function judge(drawn: FuzzProblem, rng: Rng) {
  const { problem, weightDecay, batches, theta, candidates } = drawn;
  const known = candidates.map((c) => drawn.singular(c));
  const planted = candidates.filter((_, i) => known[i] === true);
  const eta = toDouble(stepSize(candidates, planted, rng));
  const rule: RuleFacts = {
    ...{ type: batches ? "sgd" : "gd", stepSize: eta, weightDecay: toDouble(weightDecay), memory: 0 },
    ...{ weightSums: [1], clipNorm: false, clipValue: false },
  };
  const all = batches ?? [exactWeights(problem)];
  const decision = decideProblem(problem, rule, {
    ...{ theta, pieces: 64, trials: 2, effort: 2e7, rng },
    ...{ batches: all, someBatches: all, fullBatch: batches === null },
  });
  const { verdict, complete, exceptional, reach } = decision.finding;
  const failures: string[] = [];
  const fail = (what: string) => failures.push(`${what} at η = ${eta} by ${decision.finding.method}`);
  const asked = simplest(eta);
  const truth = drawn.singular(asked);
  if (verdict === "proved" && truth === true) fail("wrongly proved");
  if (verdict === "disproved" && truth === false) fail("wrongly disproved");
  for (const e of exceptional) {
    if (e.polynomial !== undefined) continue;
    const value = fraction(e.value.numerator, e.value.denominator);
    if (drawn.singular(value) === false) fail(`wrongly listed ${show(value)}`);
  }
  if (complete || reach === "every") {
    for (const c of planted) {
      const listed = exceptional.some((e) => same(fraction(e.value.numerator, e.value.denominator), c));
      if (!listed) fail(`the complete list lacks ${show(c)}`);
    }
  }
  const { subject, evidence } = decision;
  const certificate = JSON.parse(JSON.stringify(certificateOf(subject, evidence)));
  const check = checkNonsingularity(certificate, subject);
  if (check.status === "rejected") fail(`certificate rejected (${check.reason})`);
  return { verdict, complete, failures };
}
