import { FormatError } from "./format-error.ts";

/** Numbers in row-major order. */
export interface NumberArray {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** Most numbers that one array may hold (512 MiB of doubles). Checked before anything is allocated. */
export const mostNumbers = 2 ** 26;

/**
 * Numbers that an array of this shape holds.
 * @throws FormatError when a length is no count, or the product passes `mostNumbers`.
 */
export function countOf(shape: readonly number[], what: string): number {
  let count = 1;
  for (const length of shape) {
    if (!(Number.isSafeInteger(length) && length >= 0)) {
      throw new FormatError(`${what}: expected lengths that are integers ≥ 0, found shape ${showShape(shape)}`);
    }
    count *= length;
  }
  if (count > mostNumbers) {
    throw new FormatError(`${what}: expected at most ${mostNumbers} numbers, found shape ${showShape(shape)}`);
  }
  return count;
}

export function showShape(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

/** @throws FormatError naming the first number that is NaN or infinite. */
export function requireFinite({ shape, data }: NumberArray, what: string): void {
  const wrong = data.findIndex((x) => !Number.isFinite(x));
  if (wrong < 0) return;
  const index: number[] = [];
  let rest = wrong;
  for (const length of shape.toReversed()) {
    index.unshift(rest % length);
    rest = Math.floor(rest / length);
  }
  throw new FormatError(`${what}: expected finite numbers, found ${data[wrong]} at index ${showShape(index)}`);
}
