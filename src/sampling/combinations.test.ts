import { expect, test } from "vitest";
import { arrangements, binomial, multisets, subsets } from "./combinations.ts";

// Pascal's triangle; n over k counts the subsets, n+k−1 over k the multisets, and Σ arrangements = n^k.
test("counts of subsets, multisets and arrangements", () => {
  for (let n = 1; n <= 7; n++) {
    for (let k = 0; k <= 6; k++) {
      if (k >= 1) expect(binomial(n, k)).toBe(binomial(n - 1, k - 1) + binomial(n - 1, k));
      expect([...subsets(n, k)]).toHaveLength(binomial(n, k));
      const all = [...multisets(n, k)];
      expect(all).toHaveLength(binomial(n + k - 1, k));
      expect(all.reduce((sum, multiset) => sum + arrangements(multiset), 0)).toBe(n ** k);
    }
  }
});

test("binomial coefficients: exact ones, and huge ones that stay huge", () => {
  expect(binomial(52, 5)).toBe(2598960);
  expect(binomial(50, 25)).toBe(126410606437752);
  expect(binomial(3, 5)).toBe(0);
  expect(binomial(100_000, 50_000)).toBe(Number.POSITIVE_INFINITY);
});
