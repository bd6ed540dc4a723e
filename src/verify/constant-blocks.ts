import { characteristicPolynomial, type IntegerPolynomial, type Rational } from "../modular/index.ts";
import { hessianProgram, readHessian } from "./hessian-reader.ts";
import { type Known, knownScalars } from "./known-scalars.ts";
import type { Piece } from "./piece-spectrum.ts";

/**
 * Coordinates that the Hessian of a piece couples to no others, among themselves by numbers that are the same at every
 * θ of it: the eigenvalues of `matrix` are constant eigenvalues of the piece.
 */
export interface ConstantBlock {
  readonly coordinates: readonly number[];
  readonly matrix: readonly (readonly Rational[])[];
}

/** Larger blocks are left to enclosed spectra: their characteristic polynomials take too long to factor. */
const largestBlock = 16;

/**
 * The constant blocks of a piece, those of more than 16 coordinates left out, proved by computing its Hessian with θ left open: what is 0 or constant whatever θ is
 * comes out as that number. A dead or saturated layer decouples the output bias in this way.
 * Cost: n Hessian–vector products in rationals, almost all of them with θ.
 */
export function constantBlocks({ loss, dimension: n, inputs }: Piece): ConstantBlock[] {
  const theta = new Array<Known>(n).fill(null);
  const entries = readHessian(knownScalars(), hessianProgram(loss, n), n, theta, inputs);
  const couples = (i: number, j: number): boolean => {
    const entry = entries[i * n + j]!;
    return entry === null || entry.numerator !== 0n;
  };
  const blocks: ConstantBlock[] = [];
  const seen = new Set<number>();
  for (let start = 0; start < n; start++) {
    if (seen.has(start)) continue;
    const coordinates = [start];
    seen.add(start);
    for (const i of coordinates) {
      for (let j = 0; j < n; j++) {
        if (seen.has(j) || !(couples(i, j) || couples(j, i))) continue;
        seen.add(j);
        coordinates.push(j);
      }
    }
    if (coordinates.length > largestBlock) continue;
    const matrix = coordinates.map((i) => coordinates.map((j) => entries[i * n + j]!));
    if (matrix.every((row) => row.every((entry) => entry !== null))) blocks.push({ coordinates, matrix });
  }
  return blocks;
}

/** A characteristic polynomial, and how many blocks have it. */
export interface BlockFactor {
  readonly polynomial: IntegerPolynomial;
  readonly multiplicity: number;
}

/** The different characteristic polynomials of the blocks: their roots are the eigenvalues of the blocks. */
export function blockFactors(blocks: readonly ConstantBlock[]): BlockFactor[] {
  const found = new Map<string, BlockFactor>();
  for (const { matrix } of blocks) {
    const polynomial = characteristicPolynomial(matrix);
    const key = polynomial.join();
    found.set(key, { polynomial, multiplicity: (found.get(key)?.multiplicity ?? 0) + 1 });
  }
  return [...found.values()];
}

/** How many eigenvalues the blocks have, with multiplicity. */
export function blocksSize(blocks: readonly ConstantBlock[]): number {
  return blocks.reduce((total, { coordinates }) => total + coordinates.length, 0);
}
