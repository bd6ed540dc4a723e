/**
 * The Kaplan–Yorke dimension j + (λ_1 + ⋯ + λ_j)/|λ_{j+1}| of an attractor with these exponents, largest first; j is the
 * largest index with a sum ≥ 0. It is 0 when λ_1 < 0 and n when the sum of all n exponents is ≥ 0.
 *
 * Null when more exponents than are given would be needed: their sum is still ≥ 0 and there are fewer than n.
 * With the numbers s_k in place of exponents this is the sharpness dimension of a random attractor (THEORY §5).
 */
export function kaplanYorkeDimension(exponents: ArrayLike<number>, n: number): number | null {
  let sum = 0;
  for (let j = 0; j < exponents.length; j++) {
    const next = sum + exponents[j];
    if (next < 0) return j + (exponents[j] === Number.NEGATIVE_INFINITY ? 0 : sum / Math.abs(exponents[j]));
    sum = next;
  }
  return exponents.length === n ? n : null;
}
