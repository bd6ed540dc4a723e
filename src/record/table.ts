/** One cell: a number, a word, or null where nothing was computed or the number is not finite (empty in CSV). */
export type Cell = number | string | null;

/**
 * A table of a record. `file` is its CSV relative to the run folder, whether or not one was written;
 * `values` holds one array per row, in the order of `columns`, and is null only in a JSON whose table has more
 * than `inlineRows` rows (`attachTables` puts the rows back from the CSV).
 */
export interface Table {
  readonly file: string;
  readonly rows: number;
  readonly columns: readonly string[];
  readonly values: readonly (readonly Cell[])[] | null;
}

/** Tables up to this many rows stand inside record.json. */
export const inlineRows = 2000;

/** A table from named columns of equal length; numbers that are not finite become null. */
export function tableOf(file: string, columns: Readonly<Record<string, ArrayLike<Cell>>>): Table {
  const names = Object.keys(columns);
  const rows = names.length === 0 ? 0 : columns[names[0]!]!.length;
  for (const name of names) {
    const length = columns[name]!.length;
    if (length !== rows) throw new RangeError(`tableOf: column ${name} has ${length} rows, ${names[0]} has ${rows}`);
  }
  const values = Array.from({ length: rows }, (_, row) => names.map((name) => cell(columns[name]![row]!)));
  return { file, rows, columns: names, values };
}

/** The numbers of one column (NaN where the cell is empty or a word); undefined when there is no such column. */
export function columnOf(table: Table, name: string): Float64Array | undefined {
  const index = table.columns.indexOf(name);
  if (index < 0) return undefined;
  const cells = table.values ?? [];
  return Float64Array.from(cells, (row) => (typeof row[index] === "number" ? (row[index] as number) : Number.NaN));
}

function cell(value: Cell): Cell {
  return typeof value === "number" && !Number.isFinite(value) ? null : value;
}
