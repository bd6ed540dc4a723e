/** What stands at `path` is not `expected`. */
export interface Complaint {
  readonly path: string;
  readonly expected: string;
  readonly found: unknown;
}

export type Check = (value: unknown, path: string) => Complaint | null;

/** One check for each field of T: a field without a check is a compile error. */
export type Fields<T> = { readonly [K in keyof T]-?: Check };

export const text: Check = expects("a text", (v) => typeof v === "string");
export const flag: Check = expects("true or false", (v) => typeof v === "boolean");
export const number: Check = expects("a number", (v) => typeof v === "number" && Number.isFinite(v));
export const count: Check = expects("an integer ≥ 0", (v) => Number.isInteger(v) && (v as number) >= 0);
export const interval: Check = expects("two numbers [lo, hi]", isPair);

export function oneOf(...words: readonly string[]): Check {
  return expects(`one of ${words.join(", ")}`, (v) => words.includes(v as string));
}

export function orNull(check: Check): Check {
  return (value, path) => {
    const complaint = value === null ? null : check(value, path);
    return complaint?.path === path ? { ...complaint, expected: `${complaint.expected} or null` } : complaint;
  };
}

/** A field that may be missing. */
export function optional(check: Check): Check {
  return (value, path) => (value === undefined ? null : check(value, path));
}

export function listOf(check: Check): Check {
  return (value, path) => {
    if (!Array.isArray(value)) return { path, expected: "a list", found: value };
    for (let i = 0; i < value.length; i++) {
      const complaint = check(value[i], `${path}[${i}]`);
      if (complaint !== null) return complaint;
    }
    return null;
  };
}

/** An object with at least these fields; others are left to newer readers. */
export function objectWith(fields: { readonly [key: string]: Check }): Check {
  return (value, path) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return { path, expected: "an object", found: value };
    }
    for (const [key, check] of Object.entries(fields)) {
      const complaint = check((value as Record<string, unknown>)[key], path === "" ? key : `${path}.${key}`);
      if (complaint !== null) return complaint;
    }
    return null;
  };
}

/** "results.mu.value must be a number or null, got "x"" */
export function sentence({ path, expected, found }: Complaint): string {
  if (found === undefined) return `${path} must be ${expected}, but is missing`;
  const json = JSON.stringify(found) ?? typeof found;
  return `${path} must be ${expected}, got ${json.length <= 40 ? json : `${json.slice(0, 37)}…`}`;
}

function expects(expected: string, holds: (value: unknown) => boolean): Check {
  return (found, path) => (holds(found) ? null : { path, expected, found });
}

function isPair(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && value.every((v) => typeof v === "number" && Number.isFinite(v));
}
