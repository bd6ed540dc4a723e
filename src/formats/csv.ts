import { strFromU8 } from "fflate";
import { FormatError } from "./format-error.ts";
import { countOf, type NumberArray } from "./number-array.ts";
import { type RowRange, selectColumns } from "./selection.ts";

export interface CsvOptions {
  readonly columns?: readonly (string | number)[] | undefined;
  readonly rows?: RowRange | undefined;
}

const number = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const notANumber = /^([+-]?(nan|inf|infinity)|na|n\/a|null|none|\?|)$/i;
const longestLine = 2 ** 24;

/**
 * The numbers of a table in CSV: cells separated by commas, semicolons or tabs (the first line decides), quoted or not,
 * blank lines skipped. The first line is a header when some cell of it is a word and the next line has a number there.
 * Only the chosen columns must hold numbers; shape [rows, columns].
 *
 * @throws FormatError, one sentence with row (from 1, the header not counted) and column, for a ragged line, a cell that
 * is no finite number, an unknown column, or rows that are not there.
 */
export function readCsv(bytes: Uint8Array, what: string, { columns, rows }: CsvOptions = {}): NumberArray {
  const lines = linesOf(bytes, what);
  const first = lines.next();
  if (first.done) throw new FormatError(`${what}: expected a table, found an empty file`);
  const separator = separatorOf(first.value);
  const second = lines.next();
  const head = cellsOf(first.value, separator, what);
  const isHeader = hasHeader(head, second.done ? null : cellsOf(second.value, separator, what));
  const names = isHeader ? head : null;
  const chosen = selectColumns(columns, head.length, names, what);
  const table = new TableReader(what, head.length, chosen, names, rows);
  if (!isHeader) table.push(head);
  if (!second.done) table.push(cellsOf(second.value, separator, what));
  for (const line of lines) table.push(cellsOf(line, separator, what));
  return table.finish();
}

class TableReader {
  readonly #what: string;
  readonly #width: number;
  readonly #chosen: readonly number[];
  readonly #names: readonly string[] | null;
  readonly #rows: RowRange;
  #data = new Float64Array(1024);
  #length = 0;
  #row = 0;

  constructor(
    what: string,
    width: number,
    chosen: readonly number[],
    names: readonly string[] | null,
    rows: RowRange = { first: 0, count: Number.POSITIVE_INFINITY },
  ) {
    this.#what = what;
    this.#width = width;
    this.#chosen = chosen;
    this.#names = names;
    this.#rows = rows;
  }

  push(cells: readonly string[]): void {
    const row = this.#row++;
    if (row < this.#rows.first || row >= this.#rows.first + this.#rows.count) return;
    if (cells.length !== this.#width) {
      throw new FormatError(`${this.#what}: row ${row + 1}: expected ${this.#width} cells, found ${cells.length}`);
    }
    if (this.#length + this.#chosen.length > this.#data.length) this.#grow();
    for (const column of this.#chosen) this.#data[this.#length++] = this.#value(cells[column]!, row, column);
  }

  finish(): NumberArray {
    const { first, count } = this.#rows;
    if (this.#row === 0) throw new FormatError(`${this.#what}: expected rows of numbers, found none`);
    if (Number.isFinite(count) && first + count > this.#row) {
      const found = `${this.#row} row${this.#row === 1 ? "" : "s"}`;
      throw new FormatError(`${this.#what}: expected rows ${first}:${count} (first:count), found ${found}`);
    }
    const columns = this.#chosen.length;
    return { shape: [this.#length / columns, columns], data: this.#data.slice(0, this.#length) };
  }

  #grow(): void {
    const needed = this.#length + this.#chosen.length;
    countOf([needed], this.#what);
    const larger = new Float64Array(2 * needed);
    larger.set(this.#data);
    this.#data = larger;
  }

  #value(cell: string, row: number, column: number): number {
    const value = number.test(cell) ? Number(cell) : Number.NaN;
    if (Number.isFinite(value)) return value;
    const name = this.#names === null ? column : `"${this.#names[column]}"`;
    const found = cell === "" ? "an empty cell" : JSON.stringify(cell.slice(0, 40));
    throw new FormatError(`${this.#what}: row ${row + 1}, column ${name}: expected a finite number, found ${found}`);
  }
}

/** The lines that are not blank. */
function* linesOf(bytes: Uint8Array, what: string): Generator<string> {
  if (bytes.subarray(0, 65536).includes(0)) throw new FormatError(`${what}: expected text, found binary data`);
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  let start = hasMark ? 3 : 0;
  while (start < bytes.length) {
    const newline = bytes.indexOf(10, start);
    const end = newline < 0 ? bytes.length : newline;
    if (end - start > longestLine)
      throw new FormatError(`${what}: expected lines below ${longestLine} bytes, found a longer one`);
    const line = strFromU8(bytes.subarray(start, end)).trim();
    if (line !== "") yield line;
    start = end + 1;
  }
}

function separatorOf(line: string): string {
  return [",", ";", "\t"].find((separator) => line.includes(separator)) ?? ",";
}

function cellsOf(line: string, separator: string, what: string): string[] {
  if (!line.includes('"')) return line.split(separator).map((cell) => cell.trim());
  const cells: string[] = [];
  let cell = "";
  let isQuoted = false;
  for (let i = 0; i < line.length; i++) {
    const c = line[i]!;
    if (c === '"' && isQuoted && line[i + 1] === '"') cell += line[++i];
    else if (c === '"') isQuoted = !isQuoted;
    else if (c === separator && !isQuoted) {
      cells.push(cell.trim());
      cell = "";
    } else cell += c;
  }
  if (isQuoted)
    throw new FormatError(`${what}: expected quotes closed on their line, found ${JSON.stringify(line.slice(0, 40))}`);
  return [...cells, cell.trim()];
}

function hasHeader(first: readonly string[], second: readonly string[] | null): boolean {
  const isWord = (cell: string) => !number.test(cell) && !notANumber.test(cell);
  if (second === null) return first.every(isWord);
  return first.some((cell, i) => isWord(cell) && number.test(second[i] ?? ""));
}
