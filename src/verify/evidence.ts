import type { PieceProof } from "./piece-proofs.ts";

/** What a finding rests on beside the form of the program: numbers that a search found and anyone can check again. */
export interface Evidence {
  /** θ at which the mean of the last hidden features is enclosed away from 0. */
  readonly point: readonly number[] | null;
  readonly pieces: PieceEvidence | null;
  readonly collapse: CollapseEvidence | null;
}

export const noEvidence: Evidence = { point: null, pieces: null, collapse: null };

/** What was found on the formal pieces (`formalPieces`) of the loss under each batch. */
export interface PieceEvidence {
  /** Witnesses that 1/η − w is no constant eigenvalue of a piece's Hessian. */
  readonly proofs: readonly PieceProof[];
  /** Where characteristic polynomials are taken, whose common divisor holds every constant eigenvalue of the piece. */
  readonly spectra: readonly PieceSpectrum[];
  /** Parameters certified to lie inside a piece. */
  readonly realised: readonly { readonly piece: number; readonly theta: readonly number[] }[];
}

export interface PieceSpectrum {
  readonly batch: number;
  readonly piece: number;
  readonly points: readonly (readonly number[])[];
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
