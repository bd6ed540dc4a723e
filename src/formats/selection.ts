import { didYouMean } from "../program/index.ts";
import { FormatError } from "./format-error.ts";
import { type NumberArray, showShape } from "./number-array.ts";

/** Rows first, first + 1, …, first + count − 1, counted from 0. */
export interface RowRange {
  readonly first: number;
  readonly count: number;
}

/** "100:50" → the fifty rows from number 100 on. */
export function parseRows(text: string, what: string): RowRange {
  const match = /^\s*(\d{1,15})\s*:\s*(\d{1,15})\s*$/.exec(text);
  const count = Number(match?.[2]);
  if (match === null || count === 0) {
    throw new FormatError(
      `${what}: expected rows as "first:count" with a count ≥ 1, found ${JSON.stringify(text.slice(0, 40))}`,
    );
  }
  return { first: Number(match[1]), count };
}

/**
 * Indices of the chosen columns among `width`: names, indices from 0, and ranges of either ("p0..p63", "0..63") with
 * both ends included. Without a choice, all.
 *
 * @throws FormatError for a column that is not there, with the nearest name.
 */
export function selectColumns(
  columns: readonly (string | number)[] | undefined,
  width: number,
  names: readonly string[] | null,
  what: string,
): number[] {
  if (columns === undefined) return Array.from({ length: width }, (_, i) => i);
  return columns.flatMap((column) => {
    const range = typeof column === "string" && !names?.includes(column) ? /^(.+?)\.\.(.+)$/.exec(column) : null;
    if (range === null) return [columnIndex(column, width, names, what)];
    return expandRange(range[1]!.trim(), range[2]!.trim(), width, names, what);
  });
}

function columnIndex(column: string | number, width: number, names: readonly string[] | null, what: string): number {
  const isIndex = typeof column === "number" || (!names?.includes(column) && /^\d{1,9}$/.test(column));
  if (isIndex) {
    if (Number(column) < width) return Number(column);
    throw new FormatError(`${what}: expected a column in 0..${width - 1}, found ${column}`);
  }
  if (names === null)
    throw new FormatError(`${what}: expected columns by index, as the file has no header, found "${column}"`);
  const matches = names.flatMap((name, i) => (name === column ? [i] : []));
  if (matches.length === 1) return matches[0]!;
  const near = matches.length === 0 ? didYouMean(column, names) : "";
  const shown = names.length <= 6 ? names.join(", ") : `${names.slice(0, 5).join(", ")}, …`;
  const found = matches.length === 0 ? `"${column.slice(0, 60)}"` : `several called "${column}"`;
  throw new FormatError(`${what}: expected one of the columns ${shown}, found ${found}${near}`);
}

/** "p0..p63" counts in the names, whatever their order in the file; other names span the columns between them. */
function expandRange(from: string, to: string, width: number, names: readonly string[] | null, what: string): number[] {
  const [prefix, first] = splitNumber(from);
  const [otherPrefix, last] = splitNumber(to);
  if (prefix === otherPrefix && first !== null && last !== null) {
    if (last < first || last - first >= width) {
      throw new FormatError(`${what}: expected a range inside the ${width} columns, found ${from}..${to}`);
    }
    const steps = Array.from({ length: last - first + 1 }, (_, i) => first + i);
    return steps.map((i) => columnIndex(prefix === "" ? i : `${prefix}${i}`, width, names, what));
  }
  const start = columnIndex(from, width, names, what);
  const end = columnIndex(to, width, names, what);
  if (end < start) throw new FormatError(`${what}: expected a range from left to right, found ${from}..${to}`);
  return Array.from({ length: end - start + 1 }, (_, i) => start + i);
}

function splitNumber(name: string): [string, number | null] {
  const match = /^(.*?)(0|[1-9]\d{0,8})$/.exec(name);
  return match === null ? [name, null] : [match[1]!, Number(match[2])];
}

/** The chosen rows (first axis) and columns (last axis of a table). */
export function selectFromArray(
  array: NumberArray,
  columns: readonly (string | number)[] | undefined,
  rows: RowRange | undefined,
  what: string,
): NumberArray {
  const chosen = rows === undefined ? array : selectRows(array, rows, what);
  if (columns === undefined) return chosen;
  const [height = 1, width = 1] = chosen.shape;
  if (chosen.shape.length !== 2) {
    throw new FormatError(`${what}: expected a table of rows and columns, found shape ${showShape(array.shape)}`);
  }
  const indices = selectColumns(columns, width, null, what);
  const data = new Float64Array(height * indices.length);
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < indices.length; j++) data[i * indices.length + j] = chosen.data[i * width + indices[j]!]!;
  }
  return { shape: [height, indices.length], data };
}

function selectRows({ shape, data }: NumberArray, { first, count }: RowRange, what: string): NumberArray {
  const [height = 1, ...rest] = shape;
  if (first + count > height) {
    throw new FormatError(`${what}: expected rows ${first}:${count} (first:count), found shape ${showShape(shape)}`);
  }
  const size = data.length / height;
  return { shape: [count, ...rest], data: data.slice(first * size, (first + count) * size) };
}
