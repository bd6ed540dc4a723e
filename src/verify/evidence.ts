import type { PieceProof } from "./piece-proofs.ts";

/** What a finding rests on beside the form of the program: numbers that a search found and anyone can check again. */
export interface Evidence {
  /** θ at which the mean of the last hidden features is enclosed away from 0. */
  readonly point: readonly number[] | null;
  readonly pieces: PieceEvidence | null;
  readonly collapse: CollapseEvidence | null;
}

export const noEvidence: Evidence = { point: null, pieces: null, collapse: null };

/**
 * What was found on pieces of the loss under each batch. They are numbered as `possiblePieces` lists them where `all` of
 * them are meant, else in the order in which `realised` meets them.
 */
export interface PieceEvidence {
  /** How many pieces are possible, where all are meant; null where only those met are. */
  readonly all: number | null;
  /** Parameters certified to lie inside a piece, and where they come from: "at θ", "at initialisation". */
  readonly realised: readonly { readonly piece: number; readonly theta: readonly number[]; readonly where: string }[];
  /** Witnesses that 1/η − w is no constant eigenvalue of a piece's Hessian. */
  readonly proofs: readonly PieceProof[];
  /** Where the Hessian of a piece is looked at to learn all its constant eigenvalues. */
  readonly spectra: readonly PieceSpectrum[];
}

/**
 * "rationals": the common factor of characteristic polynomials at these points holds every constant eigenvalue.
 * "residues": the same modulo primes, at integers, the last point as a check. "intervals": spectra enclosed there.
 * "slice": the same where the output weights are 0, from the output layer alone.
 */
export interface PieceSpectrum {
  readonly batch: number;
  readonly piece: number;
  readonly by: "rationals" | "residues" | "intervals" | "slice";
  readonly points: readonly (readonly number[])[];
  /** For "residues"; else empty. */
  readonly primes: readonly number[];
}

/** An open box in one piece, and a direction v with v − η(H + w)v = 0 on it: one step flattens the box along v. */
export interface CollapseEvidence {
  /** Which of the subject's `someBatches` is stepped with. */
  readonly batch: number;
  readonly center: readonly number[];
  readonly radius: number;
  /** The entries of v that are not 0, as rationals "1/2". */
  readonly direction: readonly { readonly index: number; readonly value: string }[];
}
