import type { Problem } from "../program/index.ts";
import {
  conclude,
  type Evidence,
  type Finding,
  type NetworkStructure,
  networkStructure,
  noEvidence,
  type RuleFacts,
  ruleVerdict,
  type Subject,
  stepFacts,
} from "../verify/index.ts";
import { findCollapse } from "./find-collapse.ts";
import { type SearchOptions, searchPieces } from "./search-pieces.ts";

/** What was decided, and with what evidence beside the structure of the problem. */
export interface Decision {
  readonly subject: Subject;
  readonly evidence: Evidence;
  /** What follows from the evidence. */
  readonly finding: Finding;
  readonly structure: NetworkStructure | null;
  readonly piecesExamined: number;
}

export interface DecisionOptions extends SearchOptions, Omit<Subject, "problem" | "rule"> {}

/**
 * Is one step non-singular at its step size? Structure first; then, where the theorems leave the step 1/(2κ) open, the
 * mean of the last hidden features; then the pieces one by one, as far as `effort` allows. Where the map is singular an
 * open set that it flattens is looked for. The verdict is what `conclude` makes of the evidence.
 */
export function decideProblem(problem: Problem, rule: RuleFacts, options: DecisionOptions): Decision {
  const { batches, someBatches, fullBatch } = options;
  const subject: Subject = { problem, rule, batches, someBatches, fullBatch };
  const structure = problem.chunked ? networkStructure(problem.lossProgram(2)) : null;
  const decision = (evidence: Evidence, piecesExamined = 0): Decision => {
    return { subject, evidence, finding: conclude(subject, evidence), structure, piecesExamined };
  };
  const byStructure = decision(noEvidence);
  if (ruleVerdict(rule).kind !== "gradient") return byStructure;
  const settled = withPoint(byStructure, decision, options);
  const facts = stepFacts(subject);
  if (settled.finding.verdict !== "undecided" || !facts) return withCollapse(settled, options);
  const search = searchPieces(problem, facts, options);
  if (!search) return settled;
  const { evidence: pieces, piecesExamined } = search;
  return withCollapse(decision({ ...settled.evidence, pieces }, piecesExamined), options);
}

/** The finding with θ as evidence, where that says more. */
function withPoint(before: Decision, decision: (evidence: Evidence) => Decision, { theta }: DecisionOptions): Decision {
  if (before.finding.complete) return before;
  const after = decision({ ...noEvidence, point: [...theta] });
  const { verdict, complete } = after.finding;
  return verdict !== before.finding.verdict || complete !== before.finding.complete ? after : before;
}

/** With the open set that is flattened, where the map is singular and one is found. */
function withCollapse(decision: Decision, options: DecisionOptions): Decision {
  if (decision.finding.verdict !== "disproved") return decision;
  const collapse = findCollapse(decision, options);
  return { ...decision, evidence: { ...decision.evidence, collapse } };
}
