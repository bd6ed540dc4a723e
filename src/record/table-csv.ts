import type { Cell, Table } from "./table.ts";

/**
 * The table as CSV (RFC 4180, LF line ends): a header row, numbers in the shortest decimal that reads back to the same
 * double, null as an empty field.
 */
export function tableToCsv(table: Table): string {
  if (table.values === null) throw new RangeError(`tableToCsv: the rows of ${table.file} are not here`);
  const rows = [table.columns, ...table.values];
  return rows.map((row) => `${row.map(field).join(",")}\n`).join("");
}

/** The rows of `csv` in the place of `table.values`; inverse of `tableToCsv` unless a text is empty or reads as a number. */
export function tableFromCsv(table: Table, csv: string): Table {
  const [header, ...rows] = splitCsv(csv);
  if (header === undefined || header.join() !== table.columns.join()) {
    throw new RangeError(
      `tableFromCsv: ${table.file} must have the columns ${table.columns.join()}, got ${header?.join() ?? "nothing"}`,
    );
  }
  if (rows.length !== table.rows) {
    throw new RangeError(`tableFromCsv: ${table.file} must have ${table.rows} rows, got ${rows.length}`);
  }
  return { ...table, values: rows.map((row) => row.map(readCell)) };
}

function field(value: Cell | string): string {
  if (value === null) return "";
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  return /[",\n\r]/.test(value) || value === "" ? `"${value.replaceAll('"', '""')}"` : value;
}

function readCell(field: string): Cell {
  if (field === "") return null;
  const number = Number(field);
  return Number.isFinite(number) ? number : field;
}

/** Fields of every line; quotes may hold commas, line ends and doubled quotes. */
function splitCsv(csv: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, bare = "", end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|$)/g)) {
    if (end === "" && quoted === undefined && bare === "" && row.length === 0) break;
    row.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
