import { z } from "zod";
import type { DataSpec, NumberTree, ParametersSpec } from "./data-spec.ts";
import { anyOf, clause, integer, list, literal, mapping, oneOf, real, text } from "./fields.ts";
import { parseRatio } from "./number-text.ts";

const file = text("a file name");
const array = text("the name of an array").exactOptional();
const index = integer(0);
const column = anyOf("a column name or an index ≥ 0", [text("a column name"), index]);
const rows = text('rows as "first:count"')
  .regex(/^\s*\d{1,15}\s*:\s*\d{1,15}\s*$/, { error: (issue) => clause('rows as "first:count"', issue.input) })
  .exactOptional();
const shape = list(integer(1), "the shape of one sample such as [1, 28, 28]").exactOptional();

const arrayFile = mapping("a file { file, columns, … }", {
  file,
  array,
  columns: anyOf("a list of columns, or one of them", [
    column.transform((one) => [one]),
    list(column, "a list of columns"),
  ]).exactOptional(),
  rows,
  scale: real().default(1),
  offset: real().default(0),
  shape,
}).meta({ id: "arrayFile" });

/** Inline numbers: nested lists, rectangular and finite. The JSON schema of it is written in json-schema.ts. */
export const numberTreeId = "numbers";
const numberTree: z.ZodType<NumberTree> = z
  .array(z.unknown(), { error: (issue) => clause("a list of numbers", issue.input) })
  .transform((value, context) => {
    const numbers = new TreeReader();
    const tree = numbers.read(value, []);
    if (numbers.complaint !== null) {
      context.issues.push({
        code: "custom",
        input: value,
        path: numbers.complaint.path,
        message: numbers.complaint.message,
      });
      return z.NEVER;
    }
    return tree as NumberTree;
  })
  .meta({ id: numberTreeId });

const labels = mapping("labels { labels, classes }", {
  labels: anyOf(
    "class numbers 0, 1, … or { file, column }",
    [
      mapping("a file of class numbers", { file, array, column: column.exactOptional(), rows }),
      list(index, "a list of class numbers"),
    ],
    ["file"],
  ),
  classes: integer(2, 1e6),
});

export const dataSchema: z.ZodType<DataSpec> = mapping("data { inputs, targets }", {
  inputs: anyOf("a list of samples or { file: … }", [numberTree, arrayFile], ["file"]),
  targets: anyOf(
    "a list of targets, { file: … }, { labels: …, classes: … } or { from: model }",
    [numberTree, arrayFile, labels, mapping("{ from: model }", { from: literal("model") })],
    ["file", "labels", "from"],
  ),
  weights: anyOf(
    "a list of numbers > 0 or { file: … }",
    [list(real({ above: 0 }), "a list of weights, one for each sample"), arrayFile],
    ["file"],
  ).exactOptional(),
  samples: mapping("a subset { count, seed }", { count: integer(1), seed: integer(0).exactOptional() }).exactOptional(),
});

const initialisers = [
  ...["torch", "heNormal", "heUniform", "glorotNormal", "glorotUniform", "lecunNormal", "zeros"],
] as const;

export const parametersSchema: z.ZodType<ParametersSpec> = anyOf(
  "{ values: […] }, { file: … } or { init: … }",
  [
    mapping("parameters", { values: list(real(), "a list of numbers, the parameters one after another") }),
    mapping("parameters", {
      file,
      array,
      names: z
        .record(z.string(), text("the name of an array in the file"), {
          error: (issue) => clause("a mapping from model names to file names", issue.input),
        })
        .exactOptional(),
    }),
    mapping("parameters", {
      init: anyOf(
        `one of ${initialisers.join(", ")}, or { normal: 0.1 }`,
        [oneOf(initialisers), mapping("{ normal: 0.1 }", { normal: real({ above: 0 }) })],
        [...initialisers, "normal"],
      ),
      seed: integer(0).exactOptional(),
    }),
  ],
  ["values", "file", "init"],
);

/** Reads nested lists; the first entry of each list sets the shape that the others must have. */
class TreeReader {
  complaint: { path: (string | number)[]; message: string } | null = null;
  readonly #shape: (number | null)[] = [];

  read(value: unknown, path: (string | number)[]): number | NumberTree {
    const known = this.#shape[path.length];
    if (!Array.isArray(value)) return this.#leaf(value, path, known);
    if (value.length === 0) return this.#fail(path, "expected at least one number, found an empty list");
    if (known === undefined) this.#shape[path.length] = value.length;
    else if (known !== value.length) {
      return this.#fail(path, clause(known === null ? "a number" : `a list of ${known}`, value));
    }
    const out: (number | NumberTree)[] = [];
    for (let i = 0; i < value.length && this.complaint === null; i++) out.push(this.read(value[i], [...path, i]));
    return out;
  }

  #leaf(value: unknown, path: (string | number)[], known: number | null | undefined): number {
    if (typeof known === "number") return this.#fail(path, clause(`a list of ${known}`, value));
    this.#shape[path.length] = null;
    const number = typeof value === "string" ? parseRatio(value) : value;
    if (typeof number === "number" && Number.isFinite(number)) return number;
    return this.#fail(path, clause("a finite number", value));
  }

  #fail(path: (string | number)[], message: string): number {
    this.complaint = { path, message };
    return Number.NaN;
  }
}
