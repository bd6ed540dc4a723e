/** A point or a direction: n doubles. */
export type Vector = Float64Array;

/** ⟨x, y⟩, summed in four interleaved parts. Lengths must agree (that of `x` counts). */
export function dot(x: Float64Array, y: Float64Array): number {
  const n = x.length;
  const whole = n - (n & 3);
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let i = 0; i < whole; i += 4) {
    s0 += x[i] * y[i];
    s1 += x[i + 1] * y[i + 1];
    s2 += x[i + 2] * y[i + 2];
    s3 += x[i + 3] * y[i + 3];
  }
  for (let i = whole; i < n; i++) s0 += x[i] * y[i];
  return s0 + s1 + (s2 + s3);
}

/** Sums of squares in this range lost nothing to overflow or underflow that matters. */
const SAFE_SQUARE_MIN = 1e-280;
const SAFE_SQUARE_MAX = 1e300;

/** The Euclidean norm ‖x‖, free of spurious overflow and underflow; NaN when an entry is NaN. */
export function norm(x: Float64Array): number {
  const square = dot(x, x);
  if (square > SAFE_SQUARE_MIN && square < SAFE_SQUARE_MAX) return Math.sqrt(square);
  const largest = maxAbs(x);
  if (!(largest > 0) || largest === Number.POSITIVE_INFINITY) return largest;
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    const t = x[i] / largest;
    sum += t * t;
  }
  return largest * Math.sqrt(sum);
}

/** x ← a x. */
export function scale(a: number, x: Float64Array): void {
  for (let i = 0; i < x.length; i++) x[i] *= a;
}

/** y ← y + a x. */
export function axpy(a: number, x: Float64Array, y: Float64Array): void {
  for (let i = 0; i < x.length; i++) y[i] += a * x[i];
}

/** max |x_i|, 0 for the empty vector, NaN when an entry is NaN. */
export function maxAbs(x: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < x.length; i++) {
    const a = Math.abs(x[i]);
    if (a > largest) largest = a;
    else if (Number.isNaN(a)) return a;
  }
  return largest;
}
