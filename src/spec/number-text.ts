/** A ratio of two decimals, "1/3" or "-2.5e-3 / 7"; the length is bounded so that its digits stay cheap. */
export const ratioPattern =
  /^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\s*\/\s*(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\s*$/;

const longestRatio = 100;

/**
 * The double nearest to a ratio of decimals such as "1/3" (round to nearest, ties to even), or null when `text` is no
 * such ratio, its denominator is 0, or it is too large for a double. Ratios below 2⁻¹⁰²² may be rounded twice.
 */
export function parseRatio(text: string): number | null {
  if (text.length > longestRatio || !ratioPattern.test(text)) return null;
  const [above, below] = text.split("/").map((part) => decimal(part.trim())) as [Decimal, Decimal];
  if (below.digits === 0n) return null;
  const exponent = above.exponent - below.exponent;
  const numerator = above.digits * 10n ** BigInt(Math.max(exponent, 0));
  const denominator = below.digits * 10n ** BigInt(Math.max(-exponent, 0));
  const value = nearestDouble(numerator < 0n ? -numerator : numerator, denominator);
  return Number.isFinite(value) ? (text.trim().startsWith("-") ? -value : value) : null;
}

/** digits · 10^exponent */
interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

function decimal(text: string): Decimal {
  const [mantissa = "", exponent = "0"] = text.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.replace(/^[+-]/, "").split(".");
  return { digits: BigInt(`${whole}${fraction}`), exponent: Number(exponent) - fraction.length };
}

/** Takes 60 bits of the quotient or more, the last one sticky; `Number` then rounds once. */
function nearestDouble(numerator: bigint, denominator: bigint): number {
  if (numerator === 0n) return 0;
  const shift = Math.max(0, 64 - (bitLength(numerator) - bitLength(denominator)));
  const scaled = numerator << BigInt(shift);
  const sticky = scaled % denominator === 0n ? 0n : 1n;
  const rounded = Number((scaled / denominator) | sticky);
  const half = Math.floor(shift / 2); // 2^-shift alone may underflow
  return rounded / 2 ** half / 2 ** (shift - half);
}

function bitLength(x: bigint): number {
  return x.toString(16).length * 4;
}
