import { intersect } from "./interval.ts";
import { intervalAt, setInterval } from "./interval-array.ts";
import { type IntervalMatrix, intervalMatrix } from "./interval-matrix.ts";

/**
 * The symmetric matrices of A: each pair of opposite entries is narrowed to what both allow. Null when there are none.
 * @throws RangeError when A is not square.
 */
export function symmetricPart(a: IntervalMatrix): IntervalMatrix | null {
  const n = a.rows;
  if (n !== a.cols) throw new RangeError(`symmetricPart: expected a square matrix, got ${a.rows}×${a.cols}`);
  const result = intervalMatrix(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const both = intersect(intervalAt(a, i * n + j), intervalAt(a, j * n + i));
      if (both === null) return null;
      setInterval(result, i * n + j, both);
      setInterval(result, j * n + i, both);
    }
  }
  return result;
}
