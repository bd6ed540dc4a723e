import { add, div } from "./arithmetic.ts";
import type { Interval } from "./interval.ts";

/**
 * b₀ + a₀/(b₁ + a₁/(b₂ + … a_{n−1}/b_n)), where the true value goes on with a further term ≥ 0 below b_n that `last`
 * takes in: with positive terms, b_n + a_n/(b_{n+1} + …) lies between b_n and b_n + a_n/b_{n+1}.
 */
export function continuedFraction(
  n: number,
  term: (j: number) => { readonly numerator: Interval; readonly denominator: Interval },
): Interval {
  const next = term(n + 1);
  const end = term(n);
  const tail = div(end.numerator, next.denominator);
  let value = add(end.denominator, { lo: 0, hi: tail.hi });
  for (let j = n - 1; j >= 0; j--) {
    const { numerator, denominator } = term(j);
    value = add(denominator, div(numerator, value));
  }
  return value;
}
