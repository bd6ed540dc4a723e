/** n over k as a double, exact while below 2⁵³; Infinity rather than overflow into nonsense. */
export function binomial(n: number, k: number): number {
  let value = 1;
  for (let i = 1; i <= Math.min(k, n - k); i++) value = Math.round((value * (n - i + 1)) / i);
  return k < 0 || k > n ? 0 : value;
}

/** The k-subsets of {0, …, n−1} in lexicographic order. */
export function* subsets(n: number, k: number): Generator<readonly number[]> {
  const chosen = Array.from({ length: k }, (_, i) => i);
  if (k > n) return;
  for (;;) {
    yield chosen.slice();
    let i = k - 1;
    while (i >= 0 && chosen[i] === n - k + i) i--;
    if (i < 0) return;
    chosen[i] = chosen[i] + 1;
    for (let j = i + 1; j < k; j++) chosen[j] = chosen[j - 1] + 1;
  }
}

/** The multisets of k elements of {0, …, n−1}, each ascending. */
export function* multisets(n: number, k: number): Generator<readonly number[]> {
  for (const subset of subsets(n + k - 1, k)) yield subset.map((value, i) => value - i);
}

/** k! / ∏ (multiplicities)! of an ascending multiset: in how many orders it can be drawn. */
export function arrangements(multiset: readonly number[]): number {
  let count = 1;
  let run = 0;
  multiset.forEach((value, i) => {
    run = i > 0 && multiset[i - 1] === value ? run + 1 : 1;
    count = (count * (i + 1)) / run;
  });
  return count;
}
