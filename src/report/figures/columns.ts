import { columnOf, type Table } from "../../record/index.ts";

/** Least and greatest finite value; both NaN when there is none. */
export function extentOf(columns: readonly ArrayLike<number>[]): readonly [number, number] {
  let [lo, hi] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const values of columns) {
    for (let i = 0; i < values.length; i++) {
      if (!Number.isFinite(values[i]!)) continue;
      lo = Math.min(lo, values[i]!);
      hi = Math.max(hi, values[i]!);
    }
  }
  return lo <= hi ? [lo, hi] : [Number.NaN, Number.NaN];
}

/** A column for a readout, see `forReadout`. */
export function listOf(table: Table, name: string, side: -1 | 0 | 1 = 0): readonly (number | null)[] {
  return forReadout(columnOf(table, name) ?? [], side);
}

/** Six digits are enough for the eye, rounded to `side` where they are an end of an interval; null where there is no number. */
export function forReadout(values: ArrayLike<number>, side: -1 | 0 | 1 = 0): readonly (number | null)[] {
  return Array.from(values, (value) => {
    if (!Number.isFinite(value)) return null;
    const near = Number(value.toPrecision(6));
    if (side * near >= side * value) return near;
    const lastPlace = 10 ** (Number(value.toExponential().split("e")[1]) - 5);
    return Number((near + side * lastPlace).toPrecision(6));
  });
}

/** The range widened by a share of itself, by one when it is a point. */
export function widened([lo, hi]: readonly [number, number], share: number): readonly [number, number] {
  if (!(lo <= hi)) return [0, 1];
  const by = hi > lo ? share * (hi - lo) : Math.max(1e-9, Math.abs(lo) / 2 || 1);
  return [lo - by, hi + by];
}
