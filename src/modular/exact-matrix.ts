// Determinants and characteristic polynomials of integer matrices in exact arithmetic: the slow truth.

export type IntegerMatrix = readonly (readonly bigint[])[];

/** det A by Bareiss' fraction-free elimination. Cost n³ products of integers of up to n·log‖A‖ bits. */
export function exactDeterminant(a: IntegerMatrix): bigint {
  const n = checkSquare("exactDeterminant", a);
  const m = a.map((row) => [...row]);
  let [sign, previous] = [1n, 1n];
  for (let k = 0; k < n; k++) {
    const found = m.findIndex((row, i) => i >= k && row[k] !== 0n);
    if (found < 0) return 0n;
    if (found !== k) {
      [m[found], m[k]] = [m[k], m[found]];
      sign = -sign;
    }
    for (let i = k + 1; i < n; i++) {
      for (let j = k + 1; j < n; j++) m[i][j] = (m[i][j] * m[k][k] - m[i][k] * m[k][j]) / previous;
    }
    previous = m[k][k];
  }
  return sign * previous;
}

/**
 * The coefficients c₀ … c_n = 1 of det(λI − A) by Faddeev and LeVerrier: M₁ = I, c_{n−k} = −tr(AM_k)/k,
 * M_{k+1} = AM_k + c_{n−k}I; every division is exact. Cost n⁴: for small matrices.
 */
export function exactCharacteristicPolynomial(a: IntegerMatrix): bigint[] {
  const n = checkSquare("exactCharacteristicPolynomial", a);
  const coefficients = new Array<bigint>(n + 1).fill(0n);
  coefficients[n] = 1n;
  let m: IntegerMatrix = a.map((row, i) => row.map((_, j) => (i === j ? 1n : 0n)));
  for (let k = 1; k <= n; k++) {
    const product = multiplyMatrices(a, m);
    const trace = product.reduce((sum, row, i) => sum + row[i], 0n);
    const c = -trace / BigInt(k);
    coefficients[n - k] = c;
    m = product.map((row, i) => row.map((entry, j) => (i === j ? entry + c : entry)));
  }
  return coefficients;
}

function multiplyMatrices(a: IntegerMatrix, b: IntegerMatrix): bigint[][] {
  return a.map((row) => b.map((_, j) => row.reduce((sum, entry, k) => sum + entry * b[k][j], 0n)));
}

function checkSquare(who: string, a: IntegerMatrix): number {
  if (a.some((row) => row.length !== a.length)) throw new RangeError(`${who}: expected a square matrix`);
  return a.length;
}
