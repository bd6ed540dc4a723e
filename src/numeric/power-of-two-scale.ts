import { maxAbs } from "./vector.ts";

/**
 * The power of two 2^e with max|x_i| / 2^e in [1, 2) (1 for zero data): dividing by it rounds nothing but subnormals and
 * puts the entries where products neither overflow nor vanish.
 * @throws RangeError naming `caller` when an entry is not finite.
 */
export function powerOfTwoScale(caller: string, data: Float64Array): number {
  const largest = maxAbs(data);
  if (!Number.isFinite(largest)) throw new RangeError(`${caller}: an entry is not finite`);
  return largest > 0 ? 2 ** Math.max(-1022, Math.floor(Math.log2(largest))) : 1;
}
