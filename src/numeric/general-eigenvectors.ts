import { type ComplexValues, generalEigenvalues } from "./general-eigenvalues.ts";
import { lu } from "./lu.ts";
import { type Matrix, matrix } from "./matrix.ts";
import { createRng, type Rng } from "./rng.ts";
import { norm, scale } from "./vector.ts";

/** Approximate eigenvalues and a real basis in which the matrix is nearly block diagonal. */
export interface GeneralEigen {
  /** Largest modulus first; conjugate pairs stand together, positive imaginary part first. */
  readonly values: ComplexValues;
  /** n×n; column j is an eigenvector for a real value; for a pair j, j+1 the real and the imaginary part of one for value j. */
  readonly vectors: Matrix;
}

/** How far the shift of inverse iteration stays from the computed eigenvalue, relative to the largest. */
const shiftDistance = 2 ** -46;
const iterations = 3;

/**
 * Eigenvalues of a real square matrix with eigenvectors by inverse iteration from random starts, so that a multiple
 * eigenvalue with enough eigenvectors gets independent ones. Of a defective matrix the columns are nearly dependent.
 * Cost O(n³) an eigenvalue. No accuracy is promised: made for methods that verify afterwards.
 * @throws RangeError when the matrix is not square or an entry is not finite.
 */
export function generalEigen(a: Matrix, rng: Rng = createRng(0, "inverse iteration")): GeneralEigen {
  const n = a.rows;
  const values = generalEigenvalues(a);
  const vectors = matrix(n, n);
  const size = Math.max(
    a.data.reduce((m, x) => Math.max(m, Math.abs(x)), 0),
    Number.MIN_VALUE / shiftDistance,
  );
  for (let j = 0; j < n; j++) {
    const shift = values.re[j] + shiftDistance * size;
    if (values.im[j] === 0) setColumn(vectors, j, inverseIteration(shifted(a, shift), rng));
    else if (values.im[j] > 0) {
      const pair = inverseIteration(complexShifted(a, shift, values.im[j]), rng);
      setColumn(vectors, j, pair.subarray(0, n));
      setColumn(vectors, j + 1, pair.subarray(n));
    }
  }
  return { values, vectors };
}

function shifted({ rows: n, data }: Matrix, shift: number): Matrix {
  const m = matrix(n, n, data.slice());
  for (let i = 0; i < n; i++) m.data[i * n + i] -= shift;
  return m;
}

/** A − (re + i·im) on (Re v, Im v). */
function complexShifted({ rows: n, data }: Matrix, re: number, im: number): Matrix {
  const m = matrix(2 * n, 2 * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const entry = data[i * n + j] - (i === j ? re : 0);
      m.data[i * 2 * n + j] = entry;
      m.data[(n + i) * 2 * n + n + j] = entry;
    }
    m.data[i * 2 * n + n + i] = im;
    m.data[(n + i) * 2 * n + i] = -im;
  }
  return m;
}

function inverseIteration(a: Matrix, rng: Rng): Float64Array {
  const factors = lu(a);
  let v = Float64Array.from({ length: a.rows }, () => rng.normal());
  for (let i = 0; i < iterations && factors.sign !== 0; i++) {
    v = factors.solve(v) as Float64Array<ArrayBuffer>;
    scale(1 / norm(v), v);
  }
  return v;
}

function setColumn(a: Matrix, j: number, x: Float64Array): void {
  for (let i = 0; i < a.rows; i++) a.data[i * a.cols + j] = x[i];
}
