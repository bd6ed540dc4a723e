import type { Results, RunRecord } from "./run-record.ts";
import type { Table } from "./table.ts";
import { tableFromCsv } from "./table-csv.ts";

/** The files that hold rows which the record lacks: what `attachTables` needs. */
export function missingTables(record: RunRecord): readonly string[] {
  return Object.values(record.results)
    .filter(isTable)
    .filter(({ values }) => values === null)
    .map(({ file }) => file);
}

/** The record with the rows of long tables put back from their CSV texts, given by file name. */
export function attachTables(record: RunRecord, csv: Readonly<Record<string, string>>): RunRecord {
  const results = Object.entries(record.results).map(([key, value]) => {
    const text = isTable(value) && value.values === null ? csv[value.file] : undefined;
    return [key, text === undefined ? value : tableFromCsv(value as Table, text)];
  });
  return { ...record, results: Object.fromEntries(results) as unknown as Results };
}

function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && "columns" in value && "rows" in value;
}
