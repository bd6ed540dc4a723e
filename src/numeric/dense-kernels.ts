import type { Matrix } from "./matrix.ts";

/**
 * Inner loops of dense algebra that a faster implementation may take over. They promise the bits of the plain ones:
 * each sum has the documented order, so results do not depend on whether kernels are installed, only times do. The one
 * exception is a library of the machine, asked for by name (`--engine native`): it rounds in its own order.
 */
export interface DenseKernels {
  /** out ← A Bᵀ, each element the sum of its products in the order of the inner index; false when it does not take the case. */
  multiplyTransposed(a: Matrix, b: Matrix, out: Float64Array): boolean;
  /** Room for the eigenproblem of an n × n matrix, valid until the next call of a kernel; null when there is none. */
  symmetricWorkspace(n: number): SymmetricWorkspace | null;
  /** A rows × cols matrix with its loops, valid until the next call of a kernel; null when there is no room. */
  rowsWorkspace(rows: number, cols: number): RowsWorkspace | null;
  /**
   * The whole eigenproblem, by those that solve it in their own way: overwrites `a` (n × n, lower triangle read) with
   * orthonormal eigenvectors as rows when `vectors`, and gives the eigenvalues in the order of the rows, smallest
   * first. Null when it does not take the case; `a` is then as it was.
   */
  solveSymmetric?(a: Float64Array, n: number, vectors: boolean): Float64Array | null;
}

/** The loops of a symmetric eigenproblem on a matrix of their own. */
export interface SymmetricWorkspace {
  /** n × n, row-major. */
  readonly a: Float64Array;
  /** w ← A₀v for the leading i × i block A₀ (lower triangle) and v the first i entries of row i. */
  multiplyLeading(i: number, w: Float64Array): void;
  /** A₀ ← A₀ − vwᵀ − wvᵀ, lower triangle. */
  updateLeading(i: number, w: Float64Array): void;
  /** Rows 0 … i−1, columns 0 … i−1: A ← A(I − τvvᵀ) with v in row i. */
  applyReflection(i: number, tau: number): void;
  /** Rotates rows (i, i+1) by cosines[i], sines[i], for i = high−1 down to first; may be done later. */
  rotate(first: number, high: number, cosines: Float64Array, sines: Float64Array): void;
  /** Does what is left of the rotations. */
  finish(): void;
}

/** The loops of factorizations that go on row by row. */
export interface RowsWorkspace {
  /** rows × cols, row-major. */
  readonly a: Float64Array;
  /** Rows first … first+count−1, entries from `from` on: x ← x − τ⟨x, v⟩v with v that part of `row`; sums as in `dot`. */
  reflect(row: number, from: number, first: number, count: number, tau: number): void;
  /** row ← row − factors[0]·(row 0) − factors[1]·(row 1) − …, in this order. */
  subtractRows(row: number, factors: readonly number[]): void;
}

let installed: DenseKernels | null = null;

/**
 * Installs kernels for products, factorizations and symmetric eigenproblems in this thread, or removes them (null).
 * A host calls it once at its start. It is no option of each call because it cannot change a result by more than rounding.
 */
export function installDenseKernels(kernels: DenseKernels | null): void {
  installed = kernels;
}

export function denseKernels(): DenseKernels | null {
  return installed;
}
