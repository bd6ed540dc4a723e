import type { Fields } from "./checks.ts";
import { count, flag, interval, listOf, number, objectWith, oneOf, orNull, text } from "./checks.ts";
import type {
  CertificateEvidence,
  CertificateRecord,
  CollapseDemonstration,
  DeadAtStart,
  ExceptionalStepSize,
  NonsingularityResult,
  RegionPiece,
  WitnessRecord,
} from "./nonsingularity-results.ts";
import type { Hypothesis } from "./stability-results.ts";

export const hypothesis = objectWith({
  name: text,
  status: oneOf("holds", "fails", "not-needed", "unchecked"),
  value: orNull(number),
  reason: text,
} satisfies Fields<Hypothesis>);

export const nonsingularity = objectWith({
  stepSize: number,
  verdict: oneOf("proved", "disproved", "undecided"),
  scope: oneOf("everywhere", "pieces"),
  reach: oneOf("every", "every-except-listed", "this", "almost-every"),
  method: text,
  statement: orNull(text),
  source: orNull(text),
  reason: text,
  complete: flag,
  piecesExamined: count,
  exceptionalStepSizes: listOf(
    objectWith({
      value: number,
      rational: orNull(text),
      polynomial: orNull(text),
      piece: text,
      reason: text,
    } satisfies Fields<ExceptionalStepSize>),
  ),
  nearestExceptional: orNull(number),
  smallestFactor: orNull(number),
  nearestReciprocal: orNull(number),
  volumeFactor: orNull(number),
  settledBelow: orNull(number),
  deadAtStart: orNull(
    objectWith({
      value: number,
      confidence95: interval,
      draws: count,
      units: count,
      method: text,
    } satisfies Fields<DeadAtStart>),
  ),
  remedy: orNull(text),
  hypotheses: listOf(hypothesis),
  assumptions: listOf(text),
  demonstration: orNull(
    objectWith({
      description: text,
      coordinate: text,
      count: count,
      spreadBefore: number,
      spreadAfter: number,
    } satisfies Fields<CollapseDemonstration>),
  ),
  evidence: orNull(
    objectWith({
      witnesses: listOf(
        objectWith({
          batch: count,
          piece: count,
          kind: oneOf("residues", "point", "slice"),
          prime: orNull(count),
          theta: listOf(number),
        } satisfies Fields<WitnessRecord>),
      ),
      box: orNull(listOf(interval)),
    } satisfies Fields<CertificateEvidence>),
  ),
} satisfies Fields<NonsingularityResult>);

export const certificate = objectWith({
  file: text,
  body: objectWith({}),
  spec: objectWith({}),
} satisfies Fields<CertificateRecord>);

export const regionPiece = objectWith({
  name: text,
  share: number,
  status: oneOf("singular", "non-singular", "open"),
  reason: text,
} satisfies Fields<RegionPiece>);
