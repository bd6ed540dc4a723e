import type { RunRecord } from "./run-record.ts";
import { inlineRows } from "./table.ts";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * The text of record.json (two-space indent, rows of numbers on one line).
 *
 * A number that is not finite becomes null, and the object that holds it gains `status` with the reason
 * ("lowerBound is -Infinity"), so nothing is lost and nothing is omitted. Tables longer than `inlineRows` keep
 * their columns and lose their rows, which stand in the CSV named by `file`.
 */
export function encodeRecord(record: RunRecord): string {
  return `${print(plain(record, "record").value, "")}\n`;
}

/** `value` is JSON; `notes` tell its holder which of its numbers were not finite. */
function plain(value: unknown, path: string): { value: Json; note: string | null } {
  if (typeof value === "number") {
    return Number.isFinite(value) ? { value, note: null } : { value: null, note: `is ${value}` };
  }
  if (value === null || typeof value === "boolean" || typeof value === "string") return { value, note: null };
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return plainList(value as ArrayLike<unknown>, path);
  if (typeof value === "object") return { value: plainObject(value as object, path), note: null };
  throw new TypeError(`encodeRecord: ${path} is ${typeof value}, which JSON cannot hold; write null`);
}

function plainList(list: ArrayLike<unknown>, path: string): { value: Json; note: string | null } {
  let note: string | null = null;
  const value = Array.from(list, (entry, i) => {
    const item = plain(entry, `${path}[${i}]`);
    if (item.note !== null) note ??= `holds a number that ${item.note}`;
    return item.value;
  });
  return { value, note };
}

function plainObject(object: object, path: string): Json {
  const out: Record<string, Json> = {};
  const notes: string[] = [];
  for (const [key, entry] of Object.entries(dropLongRows(object))) {
    const item = plain(entry, `${path}.${key}`);
    out[key] = item.value;
    if (item.note !== null) notes.push(`${key} ${item.note}`);
  }
  if (notes.length > 0 && out["status"] === undefined) out["status"] = notes.join("; ");
  return out;
}

function dropLongRows(object: object): object {
  const { rows, columns, values } = object as { rows?: unknown; columns?: unknown; values?: unknown };
  const isLong = typeof rows === "number" && rows > inlineRows && Array.isArray(columns) && Array.isArray(values);
  return isLong ? { ...object, values: null } : object;
}

function print(value: Json, indent: string): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.every((entry) => entry === null || typeof entry !== "object")) {
      return `[${value.map((entry) => JSON.stringify(entry)).join(", ")}]`;
    }
    return `[\n${value.map((entry) => inner + print(entry, inner)).join(",\n")}\n${indent}]`;
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return "{}";
  const lines = entries.map(([key, entry]) => `${inner}${JSON.stringify(key)}: ${print(entry, inner)}`);
  return `{\n${lines.join(",\n")}\n${indent}}`;
}
