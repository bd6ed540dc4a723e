import type { Rational } from "../modular/index.ts";
import type { NetworkStructure } from "./network-structure.ts";

export type HypothesisStatus = "holds" | "fails" | "not-needed" | "unchecked";

/** One hypothesis of a theorem and what looking at the program gave. */
export interface Hypothesis {
  readonly name: string;
  readonly status: HypothesisStatus;
  readonly value: number | null;
  readonly reason: string;
}

/**
 * Where a constant eigenvalue occurs: on an open set of parameters that certainly exists, on none, or on pieces that
 * the theorem does not settle.
 */
export type Realised = "yes" | "no" | "unknown";

/** A number that may be an eigenvalue of the Hessian everywhere on some piece. */
export interface ConstantEigenvalue {
  readonly value: Rational;
  readonly realised: Realised;
  /** The piece in words, and why the eigenvalue is constant there. */
  readonly piece: string;
  readonly reason: string;
}

/** What a theorem says of a program: its hypotheses, and if all hold the constant eigenvalues of ∇²L on all pieces. */
export interface Examination {
  readonly hypotheses: readonly Hypothesis[];
  readonly applies: boolean;
  /** Every positive constant eigenvalue of every piece is listed, but for those up to `unlistedUpTo`; empty when there is none. */
  readonly positive: readonly ConstantEigenvalue[];
  /** Positive constant eigenvalues up to here may exist beside those listed; null when all are listed. */
  readonly unlistedUpTo: Rational | null;
  /** Whether negative constant eigenvalues are excluded too (they matter under weight decay with η > 1/w). */
  readonly negativeExcluded: boolean;
}

/** A structure theorem as data. */
export interface Theorem {
  readonly id: string;
  /** In plain words, one sentence. */
  readonly statement: string;
  readonly source: string;
  examine(structure: NetworkStructure): Examination;
}

export function hypothesis(name: string, ok: boolean, reason: string, value: number | null = null): Hypothesis {
  return { name, status: ok ? "holds" : "fails", value, reason };
}

export function notNeeded(name: string, reason: string): Hypothesis {
  return { name, status: "not-needed", value: null, reason };
}

/** An examination that applies when every hypothesis holds or is not needed. */
export function examination(
  hypotheses: readonly Hypothesis[],
  positive: readonly ConstantEigenvalue[],
  negativeExcluded: boolean,
  unlistedUpTo: Rational | null = null,
): Examination {
  const applies = hypotheses.every((h) => h.status === "holds" || h.status === "not-needed");
  return {
    ...{ hypotheses, applies, positive: applies ? positive : [] },
    ...{ unlistedUpTo, negativeExcluded: applies && negativeExcluded },
  };
}
