import type { Matrix } from "../numeric/index.ts";
import type { Complex, ComplexVector } from "./complex.ts";

/**
 * A unit eigenvector of an upper Hessenberg matrix for a computed eigenvalue, by two steps of inverse iteration with
 * Gaussian elimination on neighbouring rows (Wilkinson). Cost O(k²). Pivots that vanish are replaced by rounding.
 */
export function hessenbergEigenvector(h: Matrix, [re, im]: Complex): ComplexVector {
  const k = h.rows;
  const tiny = 2 ** -52 * Math.max(1e-300, maxEntry(h));
  const ur = h.data.slice();
  const ui = new Float64Array(k * k);
  for (let i = 0; i < k; i++) {
    ur[i * k + i] -= re;
    ui[i * k + i] = -im;
  }
  eliminate(ur, ui, k, tiny);
  const x = { re: new Float64Array(k).fill(1), im: new Float64Array(k) };
  // Started from the right side (1, …, 1) after elimination, as EISPACK's invit does; a second solve mends a bad start.
  solveUpper(ur, ui, k, x);
  normalize(x);
  const second = { re: x.re.slice(), im: x.im.slice() };
  solveUpper(ur, ui, k, second);
  normalize(second);
  return residual(h, [re, im], second) <= residual(h, [re, im], x) ? second : x;
}

/** Upper triangle of the elimination with row exchanges between neighbours; the multipliers are not needed. */
function eliminate(ur: Float64Array, ui: Float64Array, k: number, tiny: number): void {
  for (let i = 0; i < k; i++) {
    const a = i * k + i;
    const b = a + k;
    if (i + 1 < k && Math.hypot(ur[b], ui[b]) > Math.hypot(ur[a], ui[a])) swapRows(ur, ui, k, i);
    if (Math.hypot(ur[a], ui[a]) < tiny) {
      ur[a] = tiny;
      ui[a] = 0;
    }
    if (i + 1 === k || (ur[b] === 0 && ui[b] === 0)) continue;
    const square = ur[a] * ur[a] + ui[a] * ui[a];
    const mr = (ur[b] * ur[a] + ui[b] * ui[a]) / square;
    const mi = (ui[b] * ur[a] - ur[b] * ui[a]) / square;
    for (let j = i; j < k; j++) {
      const [pr, pi] = [ur[i * k + j], ui[i * k + j]];
      ur[(i + 1) * k + j] -= mr * pr - mi * pi;
      ui[(i + 1) * k + j] -= mr * pi + mi * pr;
    }
  }
}

function swapRows(ur: Float64Array, ui: Float64Array, k: number, i: number): void {
  for (const u of [ur, ui]) {
    for (let j = i; j < k; j++) {
      const t = u[i * k + j];
      u[i * k + j] = u[(i + 1) * k + j];
      u[(i + 1) * k + j] = t;
    }
  }
}

function solveUpper(ur: Float64Array, ui: Float64Array, k: number, x: ComplexVector): void {
  for (let i = k - 1; i >= 0; i--) {
    let [sr, si] = [x.re[i], x.im[i]];
    for (let j = i + 1; j < k; j++) {
      const u = i * k + j;
      sr -= ur[u] * x.re[j] - ui[u] * x.im[j];
      si -= ur[u] * x.im[j] + ui[u] * x.re[j];
    }
    const [dr, di] = [ur[i * k + i], ui[i * k + i]];
    const square = dr * dr + di * di;
    x.re[i] = (sr * dr + si * di) / square;
    x.im[i] = (si * dr - sr * di) / square;
    rescale(x);
  }
}

/** Keeps a growing solution within range; only its direction matters. */
function rescale(x: ComplexVector): void {
  let largest = 0;
  for (let i = 0; i < x.re.length; i++) largest = Math.max(largest, Math.abs(x.re[i]), Math.abs(x.im[i]));
  if (largest < 1e100) return;
  for (let i = 0; i < x.re.length; i++) {
    x.re[i] /= largest;
    x.im[i] /= largest;
  }
}

function normalize(x: ComplexVector): void {
  let square = 0;
  for (let i = 0; i < x.re.length; i++) square += x.re[i] * x.re[i] + x.im[i] * x.im[i];
  const length = Math.sqrt(square);
  for (let i = 0; i < x.re.length; i++) {
    x.re[i] /= length;
    x.im[i] /= length;
  }
}

function residual(h: Matrix, [re, im]: Complex, x: ComplexVector): number {
  const k = h.rows;
  let largest = 0;
  for (let i = 0; i < k; i++) {
    let sr = im * x.im[i] - re * x.re[i];
    let si = -im * x.re[i] - re * x.im[i];
    for (let j = Math.max(0, i - 1); j < k; j++) {
      sr += h.data[i * k + j] * x.re[j];
      si += h.data[i * k + j] * x.im[j];
    }
    largest = Math.max(largest, Math.hypot(sr, si));
  }
  return largest;
}

function maxEntry(h: Matrix): number {
  return h.data.reduce((m, x) => Math.max(m, Math.abs(x)), 0);
}
