import { householderQr } from "./householder-qr.ts";
import { type Matrix, matrix, transpose } from "./matrix.ts";
import { powerOfTwoScale } from "./power-of-two-scale.ts";
import { dot, norm } from "./vector.ts";

const SWEEPS = 60;

/**
 * The min(m, n) singular values of a matrix, largest first.
 *
 * Pivoted QR, then one-sided Jacobi rotations on the rows of R (Drmač, Veselić, SIAM J. Matrix Anal. Appl. 29, 2008):
 * values are accurate relative to ‖A‖ at least, and relative to themselves for column-scaled well-conditioned matrices.
 * Cost O(mn² + sweeps·n³), some six sweeps.
 * @throws RangeError when an entry is not finite.
 */
export function singularValues(a: Matrix): Float64Array {
  const factor = powerOfTwoScale("singularValues", a.data);
  const data = a.data.map((x) => x / factor);
  const scaled = matrix(a.rows, a.cols, data);
  const rows = triangleRows(a.rows >= a.cols ? scaled : transpose(scaled));
  for (let sweep = 0; sweep < SWEEPS; sweep++) if (!rotateAllPairs(rows)) break;
  return Float64Array.from(rows, (x) => norm(x) * factor).sort((x, y) => y - x);
}

/** The rows of R in A P = Q R, m ≥ n. */
function triangleRows(a: Matrix): Float64Array[] {
  const f = householderQr(a, { pivoting: true });
  const { rows: n, cols: m, data } = f.columns;
  return Array.from({ length: n }, (_, i) => Float64Array.from({ length: n }, (_, j) => (j < i ? 0 : data[j * m + i])));
}

/** One sweep; false when every pair was orthogonal already, to rounding. */
function rotateAllPairs(rows: readonly Float64Array[]): boolean {
  const tolerance = 2 ** -52 * Math.sqrt(rows.length);
  let rotated = false;
  for (let i = 0; i < rows.length; i++) {
    for (let j = i + 1; j < rows.length; j++) {
      const x = rows[i];
      const y = rows[j];
      const product = dot(x, y);
      const lengthX = norm(x);
      const lengthY = norm(y);
      if (!(Math.abs(product) > tolerance * lengthX * lengthY) || product === 0) continue;
      rotated = true;
      rotatePair(x, y, lengthX, lengthY, product);
    }
  }
  return rotated;
}

function rotatePair(x: Float64Array, y: Float64Array, lengthX: number, lengthY: number, product: number): void {
  const zeta = ((lengthY - lengthX) * (lengthY + lengthX)) / (2 * product);
  const t = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.hypot(1, zeta));
  const c = 1 / Math.hypot(1, t);
  const s = c * t;
  for (let k = 0; k < x.length; k++) {
    const f = x[k];
    const g = y[k];
    x[k] = c * f - s * g;
    y[k] = s * f + c * g;
  }
}
