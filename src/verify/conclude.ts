import { decideByStructure, type Finding } from "./decide.ts";
import type { Evidence } from "./evidence.ts";
import { withMeanFeatures } from "./mean-finding.ts";
import { networkStructure } from "./network-structure.ts";
import { withPieces } from "./piece-finding.ts";
import { type Subject, stepFacts } from "./subject.ts";
import { ruleVerdict } from "./update-rule-class.ts";

/**
 * What follows for one step of an update rule from the form of the program and the evidence given. It searches for
 * nothing and believes nothing: hypotheses are looked up in the program, and numbers are checked in exact or interval
 * arithmetic. Whoever finds evidence calls it to learn the verdict; whoever doubts a certificate calls it again.
 */
export function conclude(subject: Subject, evidence: Evidence): Finding {
  const { problem, rule } = subject;
  const structure = problem.chunked ? networkStructure(problem.lossProgram(2)) : null;
  const byStructure = decideByStructure(structure, rule);
  if (ruleVerdict(rule).kind !== "gradient") return byStructure;
  const finding = structure ? withMeanFeatures(byStructure, structure, subject, evidence.point) : byStructure;
  const facts = stepFacts(subject);
  if (finding.verdict !== "undecided" || !facts || !evidence.pieces) return finding;
  return withPieces(finding, problem, facts, evidence.pieces);
}
