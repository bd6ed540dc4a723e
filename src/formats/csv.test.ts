// CSV as RFC 4180 describes it, plus semicolons, tabs and headers. A wrong guess about a header would silently lose or
// invent a sample, so the rule (a word above a number) is tested on the files that people have.
import { gzipSync, strToU8 } from "fflate";
import { expect, test } from "vitest";
import { type ArraySource, FormatError, readArray } from "./index.ts";

const read = (text: string, options: Omit<ArraySource, "file"> = {}) => {
  const { shape, data } = readArray(strToU8(text), { file: "d.csv", ...options });
  return { shape: [...shape], data: [...data] };
};

test.each([
  ["a header", "a,b\n1,2\n3,4\n", [2, 2]],
  ["no header", "1,2\n3,4\n", [2, 2]],
  ["semicolons, Windows line ends, a byte order mark", "\ufeffa;b\r\n1;2\r\n3;4\r\n", [2, 2]],
  ["tabs and blank lines", "\n1\t2\n\n3\t4", [2, 2]],
  ["quotes", '"a, or ""A""","b"\n"1",2\n3,"4"\n', [2, 2]],
  ["numbers as names but one", "0,label\n1,2\n3,4\n", [2, 2]],
])("%s", (_, text, shape) => {
  expect(read(text)).toEqual({ shape, data: [1, 2, 3, 4] });
});

test("packed tables are read like plain ones", () => {
  expect(readArray(gzipSync(strToU8("x\n-1.5e-3\n.5\n")), { file: "d.csv.gz" }).data).toEqual(
    Float64Array.of(-0.0015, 0.5),
  );
});

test("a word in the first line of a file without a header is not taken for a header", () => {
  const iris = "5.1,3.5,setosa\n4.9,3.0,setosa\n";
  expect(read(iris, { columns: [0, 1] })).toEqual({ shape: [2, 2], data: [5.1, 3.5, 4.9, 3] });
  expect(() => read(iris)).toThrow('d.csv: row 1, column 2: expected a finite number, found "setosa"');
  expect(() => read("nan,1\n2,3\n")).toThrow('row 1, column 0: expected a finite number, found "nan"');
  expect(() => read("1,\n2,3\n")).toThrow("row 1, column 1: expected a finite number, found an empty cell");
});

test("columns by name, index and range, in the order asked for", () => {
  const text = "p0,p1,p2,label\n1,2,3,9\n4,5,6,8\n";
  expect(read(text, { columns: ["p0..p2"] }).data).toEqual([1, 2, 3, 4, 5, 6]);
  expect(read(text, { columns: ["label", 0] }).data).toEqual([9, 1, 8, 4]);
  expect(read(text, { columns: ["1..2"] }).data).toEqual([2, 3, 5, 6]);
  expect(read(text, { columns: ["p2..label"] }).data).toEqual([3, 9, 6, 8]);
  expect(read("p1,p0\n1,2\n", { columns: ["p0..p1"] }).data).toEqual([2, 1]);
});

test("rows as first:count, counted from 0 without the header", () => {
  expect(read("a\n1\n2\n3\n", { rows: "1:2" }).data).toEqual([2, 3]);
  expect(read("a\n1\nx\n3\n", { rows: "2:1" }).data).toEqual([3]);
});

test("scale and offset: value ← scale · value + offset", () => {
  expect(read("1\n2\n", { scale: 0.5, offset: 1 }).data).toEqual([1.5, 2]);
});

test.each([
  ["", {}, /found an empty file|expected a table/],
  ["\n \n", {}, /expected a table, found an empty file/],
  ["a,b\n", {}, /expected rows of numbers, found none/],
  ["1,2\n3\n", {}, "d.csv: row 2: expected 2 cells, found 1"],
  ["a,b\n1,2\n3,four\n", {}, 'd.csv: row 2, column "b": expected a finite number, found "four"'],
  ["a\n1e999\n", {}, 'd.csv: row 1, column "a": expected a finite number, found "1e999"'],
  ["a\n1\nInfinity\n", {}, 'd.csv: row 2, column "a": expected a finite number, found "Infinity"'],
  ["a\n1\n0x10\n", {}, /"0x10"/],
  ["a\n1\n2\n", { rows: "1:2" }, "d.csv: expected rows 1:2 (first:count), found 2 rows"],
  ["a\n1\n", { rows: "0:0" }, /count ≥ 1/],
  [
    "apple,b\n1,2\n",
    { columns: ["aple"] },
    'd.csv: expected one of the columns apple, b, found "aple"; did you mean apple?',
  ],
  ["a,a\n1,2\n", { columns: ["a"] }, /several called "a"/],
  ["1,2\n", { columns: ["a"] }, /has no header/],
  ["1,2\n", { columns: [2] }, "d.csv: expected a column in 0..1, found 2"],
  ["p0,p1\n1,2\n", { columns: ["p0..p999999999"] }, /range inside the 2 columns/],
  ["a,b\n1,2\n", { columns: ["b..a"] }, /from left to right/],
  ['a\n"1\n', {}, /quotes closed/],
  ["a\0b\n", {}, /binary data/],
  ["1\n", { array: "x", columns: [3] }, /column in 0..0/],
])("refuses %j with %j", (text, options, message) => {
  expect(() => read(text, options)).toThrow(message);
  expect(() => read(text, options)).toThrow(FormatError);
});

test("bytes of a picture are no table", () => {
  const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13);
  expect(() => readArray(png, { file: "p.png" })).toThrow("p.png: expected text, found binary data");
});

test.each([
  ["a.csv.gz", "a gzip file"],
  ["a.npz", "a zip archive of arrays"],
  ["a.npy", "an npy array"],
])("text in a file called %s is no table", (file, kind) => {
  expect(() => readArray(strToU8("1,2\n"), { file })).toThrow(`${file}: expected ${kind}, found other bytes`);
});
