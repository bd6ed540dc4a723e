import { z } from "zod";
import { nearestName } from "./nearest-name.ts";
import { parseRatio, ratioPattern } from "./number-text.ts";

/** Every schema of this room speaks in one voice: its error message is "expected …, found …; did you mean …?". */
export function clause(expected: string, found: unknown, names: readonly string[] = []): string {
  const near = typeof found === "string" ? nearestName(found, names) : null;
  const hint = near === null || near === found ? "" : `; did you mean ${near}?`;
  return `expected ${expected}, found ${show(found)}${hint}`;
}

export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "nothing (null)";
  if (typeof value === "string") return JSON.stringify(value.length <= 60 ? value : `${value.slice(0, 57)}…`);
  if (Array.isArray(value)) return showList(value.length);
  if (typeof value === "object") {
    const keys = Object.keys(value);
    return keys.length === 0 ? "an empty mapping" : `a mapping with ${brief(keys)}`;
  }
  return String(value);
}

function showList(length: number): string {
  if (length === 0) return "an empty list";
  return length === 1 ? "a list of 1 entry" : `a list of ${length} entries`;
}

function brief(keys: readonly string[]): string {
  const shown = keys.slice(0, 4).map((key) => (key.length <= 30 ? key : `${key.slice(0, 27)}…`));
  return shown.join(", ") + (keys.length > 4 ? ", …" : "");
}

type Complaint = (issue: { readonly input?: unknown }) => string;

function expecting(expected: string, names?: readonly string[]): { error: Complaint } {
  return { error: (issue) => clause(expected, issue.input, names) };
}

export interface Bounds {
  readonly above?: number;
  readonly min?: number;
  readonly below?: number;
  readonly max?: number;
}

/** A finite number within bounds, written as a number or as a ratio like "1/3". */
export function real(bounds: Bounds = {}, what = "a number") {
  const error = expecting(describe(bounds, what));
  let number = z.number(error);
  if (bounds.above !== undefined) number = number.gt(bounds.above, error);
  if (bounds.min !== undefined) number = number.gte(bounds.min, error);
  if (bounds.below !== undefined) number = number.lt(bounds.below, error);
  if (bounds.max !== undefined) number = number.lte(bounds.max, error);
  const ratio = z
    .string(error)
    .regex(ratioPattern, error)
    .transform((text) => parseRatio(text) ?? Number.NaN)
    .pipe(number);
  return z.union([number, ratio], error);
}

function describe({ above, min, below, max }: Bounds, what: string): string {
  const low = above ?? min;
  const high = below ?? max;
  if (low !== undefined && high !== undefined) {
    return `${what} in ${above === undefined ? "[" : "("}${low}, ${high}${below === undefined ? "]" : ")"}`;
  }
  if (low !== undefined) return `${what} ${above === undefined ? "≥" : ">"} ${low}`;
  if (high !== undefined) return `${what} ${below === undefined ? "≤" : "<"} ${high}`;
  return what;
}

export function integer(min: number, max: number = Number.MAX_SAFE_INTEGER) {
  const range = max === Number.MAX_SAFE_INTEGER ? `≥ ${min}` : `in ${min}..${max}`;
  const error = expecting(`an integer ${range}`);
  return z.int(error).gte(min, error).lte(max, error);
}

export function flag() {
  return z.boolean(expecting("true or false"));
}

export function text(expected: string) {
  return z.string(expecting(expected)).min(1, expecting(expected));
}

export function literal<const T extends string>(word: T) {
  return z.literal(word, expecting(word, [word]));
}

export function oneOf<const T extends readonly string[]>(words: T, what?: string) {
  return z.enum(words, expecting(what ?? `one of ${words.join(", ")}`, words));
}

/** A list with at least `min` entries. */
export function list<T extends z.ZodType>(entry: T, expected: string, min = 1) {
  const error = expecting(expected);
  return z.array(entry, error).min(min, error);
}

/** An object that knows its keys; `expected` names it: "a dense layer (mapping)". */
export function mapping<T extends z.core.$ZodLooseShape>(expected: string, shape: T) {
  const keys = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== "unrecognized_keys") return clause(expected, issue.input);
      const [unknown = ""] = issue.keys as readonly string[];
      const near = nearestName(unknown, keys);
      const known = `expected one of ${keys.join(", ")}, found ${unknown.slice(0, 60)}`;
      return near === null ? known : `${known}; did you mean ${near}?`;
    },
  });
}

/** Several shapes; `names` are the words that tell them apart, for "did you mean". */
export function anyOf<const T extends readonly [z.ZodType, ...z.ZodType[]]>(
  expected: string,
  options: T,
  names: readonly string[] = [],
) {
  return z.union(options, {
    error: (issue) => {
      const { input } = issue;
      const keys = typeof input === "object" && input !== null && !Array.isArray(input) ? Object.keys(input) : [];
      const near = keys.map((key) => nearestName(key, names)).find((name) => name !== null) ?? null;
      return near === null ? clause(expected, input, names) : `${clause(expected, input)}; did you mean ${near}?`;
    },
  });
}

/** Objects told apart by `type`. */
export function kinds<const T extends readonly [z.core.$ZodTypeDiscriminable, ...z.core.$ZodTypeDiscriminable[]]>(
  what: string,
  names: readonly string[],
  options: T,
) {
  return z.discriminatedUnion("type", options, {
    error: (issue) => {
      const { input } = issue;
      if (typeof input !== "object" || input === null || Array.isArray(input)) {
        return clause(`${what} such as { type: ${names[0]}, … }`, input, names);
      }
      return clause(`one of ${names.join(", ")}`, (input as { type?: unknown }).type, names);
    },
  });
}

/** "a list [lo, hi] with lo < hi" */
export function range(bounds: Bounds = {}) {
  const error = expecting("a range [lo, hi] with lo < hi");
  const pair = z.tuple([real(bounds), real(bounds)], error);
  return pair.refine(([lo, hi]) => lo < hi, { error: (issue) => rangeClause(issue.input) });
}

function rangeClause(input: unknown): string {
  const [lo, hi] = input as readonly [number, number];
  return `expected a range [lo, hi] with lo < hi, found [${lo}, ${hi}]`;
}
