import { mean, type Rng } from "../numeric/index.ts";

export interface ZeroOneTest {
  /** The median of K_c over random frequencies: near 0 for regular, near 1 for chaotic motion. */
  readonly k: number;
  /** K_c of every frequency. */
  readonly values: Float64Array;
}

/**
 * The 0–1 test for chaos (Gottwald and Melbourne, SIAM J. Appl. Dyn. Syst. 8, 2009) on a series φ(1) … φ(N) of any
 * observable of a deterministic map: p(n) = Σ φ(j) cos jc, q(n) = Σ φ(j) sin jc diffuse for chaotic motion and stay bounded
 * for regular motion. K_c is the correlation of n with the mean-square displacement over n ≤ N/10, less its
 * oscillation (Eφ)²(1 − cos nc)/(1 − cos c), for frequencies c in (π/5, 4π/5).
 *
 * Cost `frequencies` × N²/10. Not a proof: strongly intermittent or very weakly chaotic motion needs long series.
 * @throws RangeError for fewer than 100 values.
 */
export function zeroOneTest(
  series: ArrayLike<number>,
  options: { readonly rng: Rng; readonly frequencies?: number },
): ZeroOneTest {
  const { rng, frequencies = 100 } = options;
  const total = series.length;
  if (total < 100) throw new RangeError(`zeroOneTest: needs at least 100 values, got ${total}`);
  const values = Float64Array.from({ length: frequencies }, () =>
    correlationAt(series, Math.PI * (0.2 + 0.6 * rng.uniform())),
  );
  const sorted = values.toSorted();
  const middle = frequencies >> 1;
  const k = frequencies % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { k, values };
}

function correlationAt(series: ArrayLike<number>, c: number): number {
  const total = series.length;
  const longest = Math.floor(total / 10);
  const [p, q] = [new Float64Array(total + 1), new Float64Array(total + 1)];
  for (let j = 1; j <= total; j++) {
    p[j] = p[j - 1] + series[j - 1] * Math.cos(j * c);
    q[j] = q[j - 1] + series[j - 1] * Math.sin(j * c);
  }
  const oscillation = mean(series) ** 2 / (1 - Math.cos(c));
  const displacement = Float64Array.from({ length: longest }, (_, i) => {
    const n = i + 1;
    let sum = 0;
    for (let j = 1; j <= total - longest; j++) sum += (p[j + n] - p[j]) ** 2 + (q[j + n] - q[j]) ** 2;
    return sum / (total - longest) - oscillation * (1 - Math.cos(n * c));
  });
  return correlationWithIndex(displacement);
}

/** Pearson's correlation of the values with 1, 2, …; 0 for a constant series. */
function correlationWithIndex(values: Float64Array): number {
  const n = values.length;
  const centre = mean(values);
  let [product, square, index] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const t = i - (n - 1) / 2;
    product += t * (values[i] - centre);
    square += (values[i] - centre) ** 2;
    index += t * t;
  }
  return square > 0 ? product / Math.sqrt(square * index) : 0;
}
