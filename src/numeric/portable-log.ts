const SQRT2 = Math.SQRT2;
const SQRT_HALF = Math.SQRT1_2;
const LN2_HIGH = 0.6931471803691238; // 32 leading bits of ln 2, so that e·LN2_HIGH is exact
const LN2_LOW = 1.9082149292705877e-10;

/** 1/3, 1/5, …, 1/23: artanh(s) = s(1 + s²/3 + s⁴/5 + …). */
const ODD_RECIPROCALS = Array.from({ length: 11 }, (_, k) => 1 / (2 * k + 3));

/**
 * ln x, to 2 ulp (−∞ at 0, NaN below): ln x = e ln 2 + 2 artanh(s), by additions, multiplications and one division. The
 * same bits on every engine, which Math.log does not promise.
 */
export function portableLog(x: number): number {
  if (!(x > 0 && x < Number.POSITIVE_INFINITY)) return Math.log(x);
  let m = x;
  let e = 0;
  while (m < 2 ** -16) {
    m *= 65536;
    e -= 16;
  }
  while (m < SQRT_HALF) {
    m *= 2;
    e -= 1;
  }
  while (m > 2 ** 16) {
    m /= 65536;
    e += 16;
  }
  while (m > SQRT2) {
    m /= 2;
    e += 1;
  }
  const s = (m - 1) / (m + 1); // |s| ≤ 0.1716
  const q = s * s;
  let series = 0;
  for (let k = ODD_RECIPROCALS.length - 1; k >= 0; k--) series = series * q + ODD_RECIPROCALS[k];
  return e * LN2_HIGH + (2 * s + (2 * s * q * series + e * LN2_LOW));
}
