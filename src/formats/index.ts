export { FormatError } from "./format-error.ts";
export { mostNumbers, type NumberArray } from "./number-array.ts";
export { type ArraySource, readArray, readArrays } from "./read-array.ts";
export { type Data, type DataSource, type LabelSource, type NumberTree, readData } from "./read-data.ts";
export { type ParameterSource, readParameters, type StoredParameters } from "./read-parameters.ts";
