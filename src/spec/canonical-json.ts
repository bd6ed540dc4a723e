/**
 * The one JSON text of plain data: keys sorted by code unit, no blanks, numbers as the shortest decimal that reads back
 * (RFC 8785); keys that are undefined are left out, −0 is 0.
 *
 * @throws TypeError when the data hold a number that is not finite, a function or another stranger to JSON.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object") {
    const entries = Object.entries(value)
      .filter(([, entry]) => entry !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonicalJson(entry)}`).join(",")}}`;
  }
  throw new TypeError(`canonicalJson: expected plain data, got ${String(value)}`);
}
