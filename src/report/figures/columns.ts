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

/** A column for a readout: six digits are enough for the eye, null where there is no number. */
export function listOf(table: Table, name: string): readonly (number | null)[] {
  return Array.from(columnOf(table, name) ?? [], (value) =>
    Number.isFinite(value) ? Number(value.toPrecision(6)) : null,
  );
}

/** The range widened by a share of itself, by one when it is a point. */
export function widened([lo, hi]: readonly [number, number], share: number): readonly [number, number] {
  if (!(lo <= hi)) return [0, 1];
  const by = hi > lo ? share * (hi - lo) : Math.max(1e-9, Math.abs(lo) / 2 || 1);
  return [lo - by, hi + by];
}
