/** A complex number. */
export type Complex = readonly [re: number, im: number];

/** A vector of complex numbers, real and imaginary parts apart. */
export interface ComplexVector {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

export function modulus([re, im]: Complex): number {
  return Math.hypot(re, im);
}

/** Largest modulus first; equal moduli by the larger real part, then the positive imaginary part, so that pairs stand together. */
export function sortByModulus(values: readonly Complex[]): Complex[] {
  return [...values].sort((a, b) => modulus(b) - modulus(a) || b[0] - a[0] || b[1] - a[1]);
}

/** Whether a value of a real problem counts as real: pairs that met carry imaginary parts of rounding. */
export function isReal([re, im]: Complex): boolean {
  return Math.abs(im) <= 1e-12 * Math.abs(re);
}
