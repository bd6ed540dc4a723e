import { characteristicPolynomial, type IntegerPolynomial, multiplyInteger, type Rational } from "../modular/index.ts";
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

/**
 * The constant blocks of a piece, proved by computing its Hessian with θ left open: what is 0 or constant whatever θ is
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
    const matrix = coordinates.map((i) => coordinates.map((j) => entries[i * n + j]!));
    if (matrix.every((row) => row.every((entry) => entry !== null))) blocks.push({ coordinates, matrix });
  }
  return blocks;
}

/** The polynomial whose roots, with multiplicities, are the eigenvalues of the blocks; 1 when there are none. */
export function blocksPolynomial(blocks: readonly ConstantBlock[]): IntegerPolynomial {
  return blocks.map(({ matrix }) => characteristicPolynomial(matrix)).reduce(multiplyInteger, [1n]);
}
