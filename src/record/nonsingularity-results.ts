import type { Hypothesis } from "./stability-results.ts";

export type CertificateVerdict = "proved" | "disproved" | "undecided";

/** Which step sizes a proof covers. */
export type Reach = "every" | "every-except-listed" | "this" | "almost-every";

/** A step size at which the map is known to be singular on some piece. */
export interface ExceptionalStepSize {
  readonly value: number;
  /** "1/2", when the value is a known rational. */
  readonly rational: string | null;
  /** The polynomial it is a root of, when it is algebraic. */
  readonly polynomial: string | null;
  /** The piece in words: "last hidden layer dead". */
  readonly piece: string;
  readonly reason: string;
}

/**
 * A collapse that was carried out: `count` different parameters of one open set after one step.
 * `spreadBefore` and `spreadAfter` are the largest distances between them in the coordinates named by `coordinate`.
 */
export interface CollapseDemonstration {
  readonly description: string;
  readonly coordinate: string;
  readonly count: number;
  readonly spreadBefore: number;
  readonly spreadAfter: number;
}

/** Why 1/η − w is no constant eigenvalue on one piece under one batch: residues of θ mod a prime, or a point. */
export interface WitnessRecord {
  readonly batch: number;
  readonly piece: number;
  readonly kind: "residues" | "point" | "slice";
  readonly prime: number | null;
  readonly theta: readonly number[];
}

/** What a certificate rests on beside the structure of the problem. */
export interface CertificateEvidence {
  /** Witnesses for every piece, where pieces were examined and all are settled; else empty. */
  readonly witnesses: readonly WitnessRecord[];
  /** A box [lo, hi] in every coordinate, inside the singular piece: an open set that one step flattens. */
  readonly box: readonly (readonly [number, number])[] | null;
}

export interface NonsingularityResult {
  readonly stepSize: number;
  readonly verdict: CertificateVerdict;
  readonly scope: "everywhere" | "pieces";
  readonly reach: Reach;
  /** The short name of what decided: "H*", "B", "D", "order criterion", "F". */
  readonly method: string;
  /** The theorem in one sentence, and where it stands; null when none was used. */
  readonly statement: string | null;
  readonly source: string | null;
  readonly reason: string;
  /** Whether the list provably holds every exceptional step size. */
  readonly complete: boolean;
  readonly piecesExamined: number;
  readonly exceptionalStepSizes: readonly ExceptionalStepSize[];
  readonly nearestExceptional: number | null;
  /** σ_min(I − ηH) at θ, and 1/λ_i nearest to η among the eigenvalues of H at θ. */
  readonly smallestFactor: number | null;
  readonly nearestReciprocal: number | null;
  /** Σ log|1 − ηλ_i| at θ: by how much one step scales volume there, as a logarithm. */
  readonly volumeFactor: number | null;
  /** Every step size below this that is not listed is proved too, on the scope of the verdict. */
  readonly settledBelow: number | null;
  /** How likely the initialiser starts on a piece with a dead last hidden layer; null when that was not asked. */
  readonly deadAtStart: DeadAtStart | null;
  /** What helps against a singular or undecided step. */
  readonly remedy: string | null;
  readonly hypotheses: readonly Hypothesis[];
  readonly assumptions: readonly string[];
  readonly demonstration: CollapseDemonstration | null;
  readonly evidence: CertificateEvidence | null;
}

/** The probability that a freshly drawn network has a last hidden layer that is 0 on every sample. */
export interface DeadAtStart {
  readonly value: number;
  readonly confidence95: readonly [number, number];
  readonly draws: number;
  readonly units: number;
  readonly method: string;
}

/** A certificate of the run: what it claims with its evidence, and the part of the experiment that it is about. */
export interface CertificateRecord {
  /** Where it is written in the run's folder: "certificate.json", "certificates/orbit-1.json". */
  readonly file: string;
  readonly body: object;
  readonly spec: object;
}

/** One analytic piece in a plane of parameter space: is one step singular there? */
export interface RegionPiece {
  /** Its class in the table of regions. */
  readonly name: string;
  /** Of the points of the plane. */
  readonly share: number;
  readonly status: "singular" | "non-singular" | "open";
  readonly reason: string;
}
