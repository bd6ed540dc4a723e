import { type Complex, isReal, modulus } from "./complex.ts";

/** ∏ (μ − c)/(2 + |μ|): smooth along a branch, real since values come in pairs, 0 where one of them is c. */
export function productOver(multipliers: readonly Complex[], c: number): number {
  let [re, im] = [1, 0];
  for (const value of multipliers) {
    const size = 2 + modulus(value);
    const [x, y] = [(value[0] - c) / size, value[1] / size];
    [re, im] = [re * x - im * y, re * y + im * x];
  }
  return re;
}

/** The complex multiplier above the real axis that is nearest to the unit circle. */
export function crossingPair(multipliers: readonly Complex[]): Complex | null {
  const pairs = multipliers.filter((value) => value[1] > 0 && !isReal(value));
  const far = (value: Complex) => Math.abs(modulus(value) - 1);
  return pairs.reduce<Complex | null>((best, value) => (best && far(best) <= far(value) ? best : value), null);
}
