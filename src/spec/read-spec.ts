import { crossCheck } from "./cross-checks.ts";
import { type Complaint, firstComplaint } from "./first-complaint.ts";
import { joinShared } from "./layer-names.ts";
import { runSchema } from "./run-schema.ts";
import type { RunSpec } from "./run-spec.ts";
import { parseSource, type SourceDocument } from "./source-document.ts";
import { SpecError } from "./spec-error.ts";
import { formatPath, parsePath, replaceAt, type ValuePath, valueAt } from "./value-path.ts";

export interface ReadSpecOptions {
  /** How messages name the file. */
  readonly file: string;
  /** Assignments "optimizer.stepSize=0.1", applied in turn; the values are read as YAML. */
  readonly set?: readonly string[];
  /** Takes the place of the file's `seed`. */
  readonly seed?: number;
}

export interface ReadSpec {
  readonly spec: RunSpec;
  /** The characters of the file behind the number at a path ("1/3", "0.10"); undefined when the file does not hold it. */
  written(path: string): string | undefined;
  /** A sentence that begins "path: " or "path (" about something found later, with the place of that path before it. */
  placed(sentence: string): string;
}

/**
 * The experiment that the YAML or JSON of `text` describes, with every default filled in.
 *
 * @throws SpecError, one sentence: "file:line:column: path: expected …, found …; did you mean …?".
 * @example readSpec(text, { file: "two-weight.yaml", set: ["batch.size=2"] }).spec.batch.size; // 2
 */
export function readSpec(text: string, { file, set = [], seed }: ReadSpecOptions): ReadSpec {
  const source = parseSource(text, (line, column) => `${file}:${line}:${column}`);
  const assignments = set.map(readAssignment);
  if (seed !== undefined) assignments.push({ text: `--seed ${seed}`, path: ["seed"], value: seed });
  const value = assignments.reduce(assign, source.value);
  const result = resolve(value);
  if ("message" in result) throw new SpecError(sentence(result, source, assignments));
  return {
    spec: result,
    written: (text) => {
      const path = parsePath(text);
      const isSet = path === null || assignments.some((a) => startsWith(path, a.path));
      return isSet ? undefined : source.written(path);
    },
    placed: (text) => {
      const path = parsePath(/^[^:\s]+(?=:? )/.exec(text)?.[0] ?? "");
      const isOurs = path !== null && valueAt(value, path.slice(0, 1)) !== undefined;
      return isOurs ? `${placeOf(path, undefined, source, assignments)}: ${text}` : text;
    },
  };
}

/**
 * A resolved spec with other values at some paths, checked again: one unit of a sweep or of a phase diagram.
 *
 * @throws SpecError, "path: expected …, found …".
 * @example withValues(spec, { "optimizer.stepSize": 0.2 }).optimizer.stepSize; // 0.2
 */
export function withValues(spec: RunSpec, values: Readonly<Record<string, unknown>>): RunSpec {
  const assignments = Object.entries(values).map(([name, value]) => assignment(name, name, value));
  const result = resolve(assignments.reduce(assign, spec as unknown));
  if ("message" in result) throw new SpecError(`${fullPath(result)}: ${result.message}`);
  return result;
}

interface Assignment {
  readonly text: string;
  readonly path: ValuePath;
  readonly value: unknown;
}

function readAssignment(text: string): Assignment {
  const line = text.replace(/\s+/g, " ");
  const shown = `--set ${line.length <= 80 ? line : `${line.slice(0, 77)}…`}`;
  const equals = text.indexOf("=");
  if (equals < 0) throw new SpecError(`${shown}: expected path=value, found no "="`);
  const written = text.slice(equals + 1);
  const value = written.trim() === "" ? null : parseSource(written, () => shown).value;
  return assignment(text.slice(0, equals).trim(), shown, value);
}

function assignment(name: string, text: string, value: unknown): Assignment {
  const path = parsePath(name);
  if (path === null) {
    throw new SpecError(
      `${text}: expected a path such as optimizer.stepSize or model.layers[0].units, found "${name}"`,
    );
  }
  return { text, path, value };
}

function assign(value: unknown, { text, path, value: next }: Assignment): unknown {
  const replaced = replaceAt(value, path, next);
  if (replaced.status === "replaced") return replaced.value;
  throw new SpecError(`${text}: ${formatPath(replaced.at)}: ${replaced.reason}`);
}

function resolve(value: unknown): RunSpec | Complaint {
  const result = runSchema.safeParse(value);
  if (!result.success) return firstComplaint(result.error.issues, value);
  const spec = complete(result.data);
  return crossCheck(spec) ?? spec;
}

/** Defaults that look at more than one key. */
function complete(spec: RunSpec): RunSpec {
  if (spec.model === undefined) return spec;
  const isLayered = "layers" in spec.model;
  const parameters = spec.parameters ?? (isLayered ? ({ init: "torch" } as const) : undefined);
  return { ...spec, model: joinShared(spec.model), ...(parameters === undefined ? {} : { parameters }) };
}

function sentence(complaint: Complaint, source: SourceDocument, assignments: readonly Assignment[]): string {
  const { path, key, message } = complaint;
  const place = placeOf(path, key, source, assignments);
  const name = fullPath(complaint);
  return name === "" ? `${place}: ${message}` : `${place}: ${name}: ${message}`;
}

/** Where the value at a path was written: in the last assignment that touches it, or else in the file. */
function placeOf(
  path: ValuePath,
  key: string | undefined,
  source: SourceDocument,
  assignments: readonly Assignment[],
): string {
  const whole = key === undefined ? path : [...path, key];
  const touches = (a: Assignment) => startsWith(whole, a.path) || (whole.length > 0 && startsWith(a.path, whole));
  const cause = assignments.findLast(touches);
  return cause === undefined ? source.locate(path, key) : cause.text;
}

function fullPath({ path, key }: Complaint): string {
  return formatPath(key === undefined ? path : [...path, key]);
}

function startsWith(path: ValuePath, start: ValuePath): boolean {
  return start.every((step, i) => path[i] === step);
}
