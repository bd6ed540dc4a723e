import { generalEigen, type Matrix, matrix } from "../numeric/index.ts";
import { add, sqrt, square, sub } from "./arithmetic.ts";
import { addUp, divUp, mulUp, sqrtUp, subDown } from "./directed-rounding.ts";
import { type Interval, magnitude, point } from "./interval.ts";
import { intervalAt } from "./interval-array.ts";
import {
  type IntervalMatrix,
  isBoundedArray,
  midpointMatrix,
  pointMatrix,
  subtractIntervals,
} from "./interval-matrix.ts";
import { type InverseResidual, proveInvertible } from "./inverse-residual.ts";
import { multiplyIntervals } from "./matrix-product.ts";

/** |z − (re + i·im)| ≤ radius. */
export interface Disc {
  readonly re: number;
  readonly im: number;
  readonly radius: number;
}

export type GeneralSpectrum =
  /**
   * n discs whose union holds all eigenvalues; a cluster, a set of k discs that meet no other, holds exactly k of them
   * (with multiplicity).
   */
  | { readonly status: "enclosed"; readonly clusters: readonly (readonly Disc[])[] }
  | { readonly status: "undecided"; readonly reason: string };

/**
 * Encloses the eigenvalues of every real matrix A of an interval matrix, symmetric or not.
 *
 * With approximate eigenvectors X and block diagonal D (blocks [re], or [re, im; −im, re] for pairs): A is similar to
 * X⁻¹AX = D + E, E = X⁻¹(AX − XD). Theorem (block Gershgorin, Feingold and Varga 1962, blocks of D normal): each
 * eigenvalue lies in a disc about one of D's of radius Σ_j ‖E_ij‖, i its block; along D + tE no eigenvalue can leave a
 * cluster of discs, so a cluster holds as many as it has centres.
 *
 * |E| ≤ |YF| + |I − YX|·1·‖YF‖/(1 − ‖I − YX‖∞) with F = AX − XD and Y ≈ X⁻¹, column by column (as `solveIntervals`).
 * Cost: O(n⁴) for eigenvectors in doubles, four products. Near defective matrices the discs are wide or the answer is
 * "undecided". @throws RangeError when A is not square.
 */
export function generalSpectrum(a: IntervalMatrix): GeneralSpectrum {
  const n = a.rows;
  if (n !== a.cols) throw new RangeError(`generalSpectrum: expected a square matrix, got ${n}×${a.cols}`);
  if (!isBoundedArray(a)) return { status: "undecided", reason: "an entry of the matrix is unbounded or undefined" };
  const { values, vectors } = generalEigen(midpointMatrix(a));
  if (!vectors.data.every(Number.isFinite)) return { status: "undecided", reason: "no eigenvectors could be computed" };
  const proof = proveInvertible(pointMatrix(vectors));
  if (proof.status === "undecided") {
    return { status: "undecided", reason: "the approximate eigenvectors are nearly dependent (a multiple eigenvalue)" };
  }
  const d = blockDiagonal(values.re, values.im);
  const x = pointMatrix(vectors);
  const rest = subtractIntervals(multiplyIntervals(a, x), multiplyIntervals(x, pointMatrix(d)));
  const error = solvedBound(multiplyIntervals(pointMatrix(proof.inverse), rest), proof);
  const discs: Disc[] = [];
  for (let i = 0; i < n; i++) {
    const [re, im] = [values.re[i], values.im[i]];
    const radius = blockRadius(error, values.im, im < 0 ? i - 1 : i);
    if (!Number.isFinite(radius)) return { status: "undecided", reason: "the discs overflow" };
    discs.push({ re, im, radius });
  }
  return { status: "enclosed", clusters: clustersOf(discs) };
}

/** Bounds of |z| over a disc. */
export function discModulus({ re, im, radius }: Disc): Interval {
  const center = sqrt(add(square(point(re)), square(point(im))));
  return { lo: Math.max(0, subDown(center.lo, radius)), hi: addUp(center.hi, radius) };
}

/** Blocks [re], and [re, im; −im, re] with A(v + iw) = (re + i·im)(v + iw) for columns v, w. */
function blockDiagonal(re: Float64Array, im: Float64Array): Matrix {
  const n = re.length;
  const d = matrix(n, n);
  for (let i = 0; i < n; i++) {
    d.data[i * n + i] = re[i];
    if (im[i] > 0) d.data[i * n + i + 1] = im[i];
    if (im[i] < 0) d.data[i * n + i - 1] = im[i];
  }
  return d;
}

/** Upper bounds of |X⁻¹F| entry by entry, from YF and G = I − YX. */
function solvedBound(yf: IntervalMatrix, { residualRowSums, contraction }: InverseResidual): Matrix {
  const n = yf.rows;
  const bound = matrix(n, n);
  const rest = subDown(1, contraction);
  for (let j = 0; j < n; j++) {
    let largest = 0;
    for (let i = 0; i < n; i++) largest = Math.max(largest, magnitude(intervalAt(yf, i * n + j)));
    const reach = divUp(largest, rest);
    for (let i = 0; i < n; i++) {
      bound.data[i * n + j] = addUp(magnitude(intervalAt(yf, i * n + j)), mulUp(residualRowSums[i], reach));
    }
  }
  return bound;
}

/** Σ_j ‖E_ij‖ (Frobenius) over the blocks j, for the block that starts at row `at`. */
function blockRadius({ rows: n, data }: Matrix, im: Float64Array, at: number): number {
  const height = im[at] > 0 ? 2 : 1;
  let radius = 0;
  for (let j = 0; j < n; ) {
    const width = im[j] > 0 ? 2 : 1;
    let squares = 0;
    for (let k = at; k < at + height; k++) {
      for (let l = j; l < j + width; l++) squares = addUp(squares, mulUp(data[k * n + l], data[k * n + l]));
    }
    radius = addUp(radius, height === 1 && width === 1 ? data[at * n + j] : sqrtUp(squares));
    j += width;
  }
  return radius;
}

/** The finest partition into sets of discs of which no two from different sets meet. */
export function clustersOf(discs: readonly Disc[]): Disc[][] {
  const clusters: Disc[][] = [];
  for (const disc of discs) {
    const near = clusters.filter((cluster) => cluster.some((other) => mayMeet(disc, other)));
    const merged = [...near.flat(), disc];
    clusters.splice(0, clusters.length, ...clusters.filter((cluster) => !near.includes(cluster)), merged);
  }
  return clusters;
}

function mayMeet(a: Disc, b: Disc): boolean {
  const distance = sqrt(add(square(sub(point(a.re), point(b.re))), square(sub(point(a.im), point(b.im)))));
  return !(distance.lo > addUp(a.radius, b.radius));
}
