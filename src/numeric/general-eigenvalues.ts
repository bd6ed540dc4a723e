import { type Matrix, matrix } from "./matrix.ts";
import { powerOfTwoScale } from "./power-of-two-scale.ts";
import { maxAbs, scale } from "./vector.ts";

/** Complex numbers, real and imaginary parts apart. */
export interface ComplexValues {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

const EPSILON = 2 ** -52;
const SWEEPS_PER_VALUE = 60;

/**
 * All eigenvalues of a real square matrix, largest modulus first; conjugate pairs stand together, positive imaginary
 * part first.
 *
 * Balancing by powers of two (Parlett, Reinsch 1969), Householder reduction to Hessenberg form, Francis's double-shift
 * QR (EISPACK's hqr). Cost about 10n³. Backward stable: the values are exact for a matrix within ≈ 10⁻¹⁵·n·‖A‖ of the
 * balanced one; multiple or defective ones move by roots of that.
 * @throws RangeError when the matrix is not square or an entry is not finite.
 */
export function generalEigenvalues(a: Matrix): ComplexValues {
  const n = a.rows;
  if (n !== a.cols) throw new RangeError(`generalEigenvalues: expected a square matrix, got ${n}×${a.cols}`);
  const factor = powerOfTwoScale("generalEigenvalues", a.data);
  const data = a.data.map((x) => x / factor);
  const h = matrix(n, n, data);
  balance(h);
  reduceToHessenberg(h);
  const values = francis(h);
  scale(factor, values.re);
  scale(factor, values.im);
  return byModulus(values);
}

/** Diagonal similarity by powers of two until rows and columns have comparable 1-norms. */
function balance({ rows: n, data: a }: Matrix): void {
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = 0; i < n; i++) {
      let column = 0;
      let line = 0;
      for (let j = 0; j < n; j++) {
        if (j === i) continue;
        column += Math.abs(a[j * n + i]);
        line += Math.abs(a[i * n + j]);
      }
      if (column === 0 || line === 0) continue;
      const f = 2 ** Math.round(0.5 * Math.log2(line / column));
      if (f === 1 || !(column * f + line / f < 0.95 * (column + line))) continue;
      changed = true;
      for (let j = 0; j < n; j++) a[i * n + j] /= f;
      for (let j = 0; j < n; j++) a[j * n + i] *= f;
    }
  }
}

/** Householder similarity to upper Hessenberg form, in place; below the subdiagonal zeros are stored. */
function reduceToHessenberg({ rows: n, data: a }: Matrix): void {
  const v = new Float64Array(n);
  for (let k = 0; k + 2 < n; k++) {
    let largest = 0;
    for (let i = k + 2; i < n; i++) largest = Math.max(largest, Math.abs(a[i * n + k]));
    if (largest === 0) continue;
    largest = Math.max(largest, Math.abs(a[(k + 1) * n + k]));
    let square = 0;
    for (let i = k + 1; i < n; i++) {
      v[i] = a[i * n + k] / largest;
      square += v[i] * v[i];
    }
    const length = v[k + 1] > 0 ? -Math.sqrt(square) : Math.sqrt(square);
    const tau = 1 / (square - v[k + 1] * length); // 2/‖v‖² after the next line
    v[k + 1] -= length;
    reflectRows(a, n, k, v, tau);
    reflectColumns(a, n, k, v, tau);
    a[(k + 1) * n + k] = largest * length;
    for (let i = k + 2; i < n; i++) a[i * n + k] = 0;
  }
}

/** A ← (I − τvvᵀ)A on columns k+1 … n. */
function reflectRows(a: Float64Array, n: number, k: number, v: Float64Array, tau: number): void {
  const sums = new Float64Array(n);
  for (let i = k + 1; i < n; i++) for (let j = k + 1; j < n; j++) sums[j] += v[i] * a[i * n + j];
  for (let i = k + 1; i < n; i++) for (let j = k + 1; j < n; j++) a[i * n + j] -= tau * v[i] * sums[j];
}

/** A ← A(I − τvvᵀ). */
function reflectColumns(a: Float64Array, n: number, k: number, v: Float64Array, tau: number): void {
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = k + 1; j < n; j++) sum += a[i * n + j] * v[j];
    sum *= tau;
    for (let j = k + 1; j < n; j++) a[i * n + j] -= sum * v[j];
  }
}

/** Francis's iteration on a Hessenberg matrix, eigenvalues only, deflating from the end. */
function francis(h: Matrix): ComplexValues {
  const n = h.rows;
  const values = { re: new Float64Array(n), im: new Float64Array(n) };
  const size = maxAbs(h.data);
  let end = n - 1;
  let iteration = 0;
  let shift = 0; // sum of the exceptional shifts taken so far
  while (end >= 0) {
    const start = blockStart(h, end, size);
    if (start >= end - 1) {
      if (start === end) {
        values.re[end] = h.data[end * n + end] + shift;
        end -= 1;
      } else {
        pairValues(h, end, shift, values);
        end -= 2;
      }
      iteration = 0;
      continue;
    }
    if (iteration === SWEEPS_PER_VALUE) throw new RangeError("generalEigenvalues: no convergence");
    iteration += 1;
    const shifts = chooseShifts(h, end);
    if (iteration % 10 === 0) shift += exceptionalShift(h, end, shifts);
    doubleStep(h, start, end, shifts);
  }
  return values;
}

/** The first row of the unreduced block that ends at `end`; the negligible entry before it is set to 0. */
function blockStart({ rows: n, data: h }: Matrix, end: number, size: number): number {
  for (let i = end; i > 0; i--) {
    const s = Math.abs(h[(i - 1) * n + i - 1]) + Math.abs(h[i * n + i]);
    if (Math.abs(h[i * n + i - 1]) <= EPSILON * (s === 0 ? size : s)) {
      h[i * n + i - 1] = 0;
      return i;
    }
  }
  return 0;
}

/** Both eigenvalues of the 2×2 block that ends at `end`. */
function pairValues({ rows: n, data: h }: Matrix, end: number, shift: number, out: ComplexValues): void {
  const x = h[end * n + end];
  const p = 0.5 * (h[(end - 1) * n + end - 1] - x);
  const w = h[end * n + end - 1] * h[(end - 1) * n + end];
  const q = p * p + w;
  const root = Math.sqrt(Math.abs(q));
  if (q >= 0) {
    const z = p + (p >= 0 ? root : -root);
    out.re[end - 1] = x + shift + z;
    out.re[end] = z === 0 ? x + shift : x + shift - w / z;
    return;
  }
  out.re[end - 1] = x + p + shift;
  out.re[end] = x + p + shift;
  out.im[end - 1] = root;
  out.im[end] = -root;
}

/** Trailing diagonal entries x, y and product w of the off-diagonal ones: the shifts are the eigenvalues of that block. */
interface Shifts {
  x: number;
  y: number;
  w: number;
}

function chooseShifts({ rows: n, data: h }: Matrix, end: number): Shifts {
  return {
    x: h[end * n + end],
    y: h[(end - 1) * n + end - 1],
    w: h[end * n + end - 1] * h[(end - 1) * n + end],
  };
}

/** Subtracts the last diagonal entry from the matrix and takes EISPACK's ad hoc shifts, to leave a cycle. */
function exceptionalShift({ rows: n, data: h }: Matrix, end: number, shifts: Shifts): number {
  const taken = shifts.x;
  for (let i = 0; i <= end; i++) h[i * n + i] -= taken;
  const s = Math.abs(h[end * n + end - 1]) + Math.abs(h[(end - 1) * n + end - 2]);
  shifts.x = 0.75 * s;
  shifts.y = 0.75 * s;
  shifts.w = -0.4375 * s * s;
  return taken;
}

/** One implicit double-shift QR sweep on rows and columns start … end (at least three of them). */
function doubleStep({ rows: n, data: h }: Matrix, start: number, end: number, { x, y, w }: Shifts): void {
  // Two consecutive small subdiagonal entries let the sweep begin at m > start.
  let m = end - 2;
  let p = 0;
  let q = 0;
  let r = 0;
  for (; ; m--) {
    const z = h[m * n + m];
    const a = x - z;
    const b = y - z;
    p = (a * b - w) / h[(m + 1) * n + m] + h[m * n + m + 1];
    q = h[(m + 1) * n + m + 1] - z - a - b;
    r = h[(m + 2) * n + m + 1];
    const size = Math.abs(p) + Math.abs(q) + Math.abs(r);
    p /= size;
    q /= size;
    r /= size;
    if (m === start) break;
    const u = Math.abs(h[m * n + m - 1]) * (Math.abs(q) + Math.abs(r));
    const v = Math.abs(p) * (Math.abs(h[(m - 1) * n + m - 1]) + Math.abs(z) + Math.abs(h[(m + 1) * n + m + 1]));
    if (u <= EPSILON * v) break;
  }
  for (let k = m; k < end; k++) {
    const three = k < end - 1;
    if (k > m) {
      p = h[k * n + k - 1];
      q = h[(k + 1) * n + k - 1];
      r = three ? h[(k + 2) * n + k - 1] : 0;
    }
    const size = Math.max(Math.abs(p), Math.abs(q), Math.abs(r));
    if (size === 0) continue;
    p /= size;
    q /= size;
    r /= size;
    const length = p >= 0 ? Math.sqrt(p * p + q * q + r * r) : -Math.sqrt(p * p + q * q + r * r);
    if (k > m) {
      h[k * n + k - 1] = -length * size;
      h[(k + 1) * n + k - 1] = 0;
      if (three) h[(k + 2) * n + k - 1] = 0;
    } else if (m > start) {
      h[k * n + k - 1] = -h[k * n + k - 1];
    }
    p += length;
    reflectThree(h, n, k, start, end, { x: p / length, y: q / length, z: r / length, q: q / p, r: r / p, three });
  }
}

/** I − (x, y, z)ᵀ(1, q, r), a reflection of rows (and columns) k, k+1, k+2, or of two when not `three`. */
interface SmallReflection {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly q: number;
  readonly r: number;
  readonly three: boolean;
}

function reflectThree(h: Float64Array, n: number, k: number, start: number, end: number, s: SmallReflection): void {
  const { x, y, z, q, r, three } = s;
  for (let j = k; j <= end; j++) {
    const at = k * n + j;
    const sum = h[at] + q * h[at + n] + (three ? r * h[at + 2 * n] : 0);
    h[at] -= sum * x;
    h[at + n] -= sum * y;
    if (three) h[at + 2 * n] -= sum * z;
  }
  const last = Math.min(end, k + 3);
  for (let i = start; i <= last; i++) {
    const at = i * n + k;
    const sum = x * h[at] + y * h[at + 1] + (three ? z * h[at + 2] : 0);
    h[at] -= sum;
    h[at + 1] -= sum * q;
    if (three) h[at + 2] -= sum * r;
  }
}

/** Stable order by decreasing modulus; the two of a pair have equal moduli and stay together. */
function byModulus({ re, im }: ComplexValues): ComplexValues {
  const modulus = re.map((x, i) => Math.hypot(x, im[i]));
  const order = Array.from(re.keys()).sort((i, j) => modulus[j] - modulus[i] || i - j);
  return { re: Float64Array.from(order, (i) => re[i]), im: Float64Array.from(order, (i) => im[i]) };
}
