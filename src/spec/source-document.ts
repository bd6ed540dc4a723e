import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { SpecError } from "./spec-error.ts";
import type { ValuePath } from "./value-path.ts";

/** An experiment file as data that remembers where it was written. */
export interface SourceDocument {
  readonly value: unknown;
  /** The place of the value at `path`, or of the nearest thing around it. With `key`, of that key in it. */
  locate(path: ValuePath, key?: string): string;
  /** The characters that stand for the value at `path`: "1/3", "0.10". */
  written(path: ValuePath): string | undefined;
}

/** How a message names a place: "two-weight.yaml:7:14". */
export type Place = (line: number, column: number) => string;

/** Numbers belong in data files; a text this long takes seconds to read already. */
export const longestText = 2 ** 20;
/** The parser is recursive, and so are we. */
const deepestNesting = 64;
const widestIndent = 160;
const mostAliases = 100;

/**
 * Parses YAML 1.2 or JSON. Refuses, in one sentence with line and column: broken syntax, keys given twice, tags, several
 * documents, aliases that multiply or contain themselves, and texts that are too long or too deep.
 */
export function parseSource(text: string, place: Place): SourceDocument {
  const lines = new LineCounter();
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return place(line, col);
  };
  refuseBulk(text, place);
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: "error" });
  const error = document.errors[0] ?? document.warnings[0];
  if (error !== undefined) throw new SpecError(`${at(error.pos[0])}: ${explain(error.code, error.message)}`);
  if (document.contents === null) throw new SpecError(`${place(1, 1)}: expected an experiment, found an empty file`);
  const value = toData(document, place);
  return {
    value,
    locate: (path, key) => at(offsetOf(document, path, key)),
    written: (path) => {
      const node = nodeAt(document, path);
      return isScalar(node) && node.range ? text.slice(node.range[0], node.range[1]) : undefined;
    },
  };
}

function refuseBulk(text: string, place: Place): void {
  if (text.length > longestText) {
    throw new SpecError(
      `${place(1, 1)}: expected at most ${longestText} characters, found ${text.length}; put the numbers into a data file (data: { inputs: { file: … } })`,
    );
  }
  let depth = 0;
  let line = 1;
  let indent = 0;
  let opening = true; // still among the blanks and dashes that open the line
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === "\n") {
      line++;
      indent = 0;
      opening = true;
      continue;
    }
    if (opening && " -?:".includes(c)) indent++;
    else opening = false;
    if (c === "[" || c === "{") depth++;
    else if ((c === "]" || c === "}") && depth > 0) depth--;
    if (depth > deepestNesting || (indent > widestIndent && opening)) {
      throw new SpecError(
        `${place(line, 1)}: expected lists and mappings nested at most ${deepestNesting} deep, found more`,
      );
    }
  }
}

function explain(code: string, message: string): string {
  if (code === "DUPLICATE_KEY") return "expected every key once, found the same key again";
  if (code === "TAG_RESOLVE_FAILED") return "expected plain values, found a YAML tag";
  if (code === "MULTIPLE_DOCS") return "expected one experiment, found a second document (---)";
  const [first = ""] = message.split("\n");
  return `expected YAML or JSON, found an error: ${first.slice(0, 200)}`;
}

function toData(document: Document, place: Place): unknown {
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: mostAliases });
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    throw new SpecError(`${place(1, 1)}: expected at most ${mostAliases} uses of aliases (*name), found more`);
  }
  if (isTooDeep(value, 0)) {
    throw new SpecError(`${place(1, 1)}: expected aliases (*name) that do not contain themselves, found one that does`);
  }
  return value;
}

function isTooDeep(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return depth > 4 * widestIndent || Object.values(value).some((entry) => isTooDeep(entry, depth + 1));
}

function offsetOf(document: Document, path: ValuePath, key: string | undefined): number {
  let node = document.contents as Node | null;
  let offset = node?.range?.[0] ?? 0;
  for (const step of key === undefined ? path : [...path, key]) {
    const map: unknown = isAlias(node) ? node.resolve(document) : node;
    if (isMap(map)) {
      const pair = map.items.find((item) => String(isScalar(item.key) ? item.key.value : item.key) === step);
      if (pair === undefined) break;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value as Node | null;
    } else if (isSeq(map) && typeof step === "number") {
      node = map.items[step] as Node | null;
    } else break;
    const isTheKey = key !== undefined && step === key;
    if (isNode(node) && node.range && !isTheKey) offset = node.range[0];
  }
  return offset;
}

function nodeAt(document: Document, path: ValuePath): unknown {
  let node: unknown = document.contents;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (!isMap(node) && !isSeq(node)) return undefined;
    node = node.get(step, true);
  }
  return isAlias(node) ? node.resolve(document) : node;
}
