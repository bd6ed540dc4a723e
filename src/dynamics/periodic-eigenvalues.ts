import { generalEigenvalues, identity, type Matrix, matrix, multiply, qr, transpose } from "../numeric/index.ts";
import { type Complex, sortByModulus } from "./complex.ts";

/** Entries of an orthogonal matrix below this are rounding of the sweeps. */
const settledTolerance = 1e-13;
const maxSweeps = 60;

/**
 * Eigenvalues of the product A_{p−1}⋯A_0, largest modulus first, by periodic QR: A_k Q_k = Q_{k+1} R_k around the cycle
 * until Q_0ᵀQ_p is block diagonal; then every block gives its eigenvalues from its part of R_{p−1}⋯R_0 alone. Values of
 * different modulus are so accurate relative to themselves, however small, where the product written out would bury
 * them below 10⁻¹⁶ of the largest. Values whose moduli come too close to be told apart in 60 sweeps share a block.
 *
 * Cost: sweeps × p × one QR of n×n. After Bojanczyk, Golub, Van Dooren (1992), unshifted.
 */
export function periodicEigenvalues(factors: readonly Matrix[]): Complex[] {
  if (factors.length === 1) return sortByModulus(complexList(generalEigenvalues(factors[0])));
  const n = factors[0].rows;
  let start: Matrix = identity(n);
  for (let sweep = 1; ; sweep++) {
    let frame = start;
    const triangles = factors.map((a) => {
      const { q, r } = qr(multiply(a, frame));
      frame = q;
      return r;
    });
    const turn = multiply(transpose(start), frame);
    const blocks = diagonalBlocks(turn);
    if (sweep === maxSweeps || blocks.every(({ size }) => size === 1)) {
      return sortByModulus(blocks.flatMap(({ at, size }) => blockEigenvalues(turn, triangles, at, size)));
    }
    start = frame;
  }
}

/** The finest partition for which all entries outside the diagonal blocks are negligible. */
function diagonalBlocks({ rows: n, data }: Matrix): { at: number; size: number }[] {
  const blocks: { at: number; size: number }[] = [];
  let reach = 0;
  let at = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const coupling = Math.max(Math.abs(data[i * n + j]), Math.abs(data[j * n + i]));
      if (coupling > settledTolerance * n) reach = Math.max(reach, j);
    }
    if (reach <= i) {
      blocks.push({ at, size: i + 1 - at });
      at = i + 1;
      reach = at;
    }
  }
  return blocks;
}

/** Eigenvalues of W_bb R_{p−1,bb}⋯R_{0,bb}, scaled on the way so that nothing overflows before the end. */
function blockEigenvalues(turn: Matrix, triangles: readonly Matrix[], at: number, size: number): Complex[] {
  let product = block(triangles[0], at, size);
  let exponent = 0;
  const rest = [...triangles.slice(1).map((r) => block(r, at, size)), block(turn, at, size)];
  for (const factor of rest) {
    product = multiply(factor, product);
    const largest = product.data.reduce((m, x) => Math.max(m, Math.abs(x)), 0);
    if (largest === 0) return Array.from({ length: size }, () => [0, 0]);
    const shift = Math.floor(Math.log2(largest));
    exponent += shift;
    product = matrix(
      size,
      size,
      product.data.map((x) => x * 2 ** -shift),
    );
  }
  return complexList(generalEigenvalues(product)).map(([re, im]) => [
    timesPower(re, exponent),
    timesPower(im, exponent),
  ]);
}

/** x·2^e in two factors, since 2^e alone may leave the range. */
function timesPower(x: number, exponent: number): number {
  const half = Math.trunc(exponent / 2);
  return x * 2 ** half * 2 ** (exponent - half);
}

function block(a: Matrix, at: number, size: number): Matrix {
  const part = matrix(size, size);
  for (let i = 0; i < size; i++) {
    part.data.set(a.data.subarray((at + i) * a.cols + at, (at + i) * a.cols + at + size), i * size);
  }
  return part;
}

function complexList({ re, im }: { readonly re: Float64Array; readonly im: Float64Array }): Complex[] {
  return Array.from(re, (x, i) => [x, im[i]]);
}
