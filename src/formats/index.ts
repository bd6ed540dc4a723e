export { FormatError } from "./format-error.ts";
export { mostNumbers, type NumberArray } from "./number-array.ts";
export { type ArraySource, readArray, readArrays } from "./read-array.ts";
