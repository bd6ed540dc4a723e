/** Where a value stands: ["model", "layers", 0, "units"] is written model.layers[0].units. */
export type ValuePath = readonly (string | number)[];

export function formatPath(path: ValuePath): string {
  return path.map((step, i) => (typeof step === "number" ? `[${step}]` : i === 0 ? step : `.${step}`)).join("");
}

/** The path written as `model.layers[0].units`, or null when `text` is no path. */
export function parsePath(text: string): ValuePath | null {
  if (!/^[A-Za-z_][\w-]*(\.[A-Za-z_][\w-]*|\[\d{1,9}\])*$/.test(text)) return null;
  return [...text.matchAll(/[A-Za-z_][\w-]*|\[(\d+)\]/g)].map(([step, index]) =>
    index === undefined ? step : Number(index),
  );
}

/** The value at `path` inside plain data, or undefined. */
export function valueAt(value: unknown, path: ValuePath): unknown {
  let here = value;
  for (const step of path) {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, step)) return undefined;
    here = (here as Record<string | number, unknown>)[step];
  }
  return here;
}

export type Replacement =
  | { readonly status: "replaced"; readonly value: unknown }
  | { readonly status: "impossible"; readonly at: ValuePath; readonly reason: string };

/**
 * A copy of `value` with `next` at `path`. Mappings are made where nothing stands; a word where a mapping is needed
 * (`loss: crossEntropy`) becomes its long form (`{ type: crossEntropy }`); lists keep their length.
 */
export function replaceAt(value: unknown, path: ValuePath, next: unknown, depth = 0): Replacement {
  if (depth === path.length) return { status: "replaced", value: next };
  const step = path[depth]!;
  const at = path.slice(0, depth);
  if (typeof step === "number") {
    if (!Array.isArray(value)) return { status: "impossible", at, reason: "expected a list" };
    if (step >= value.length) {
      return { status: "impossible", at, reason: `expected an index in 0..${value.length - 1}, found ${step}` };
    }
    const inner = replaceAt(value[step], path, next, depth + 1);
    return inner.status === "replaced" ? { status: "replaced", value: value.with(step, inner.value) } : inner;
  }
  const mapping = typeof value === "string" ? { type: value } : (value ?? {});
  if (typeof mapping !== "object" || Array.isArray(mapping)) {
    return { status: "impossible", at, reason: "expected a mapping" };
  }
  const inner = replaceAt((mapping as Record<string, unknown>)[step], path, next, depth + 1);
  return inner.status === "replaced" ? { status: "replaced", value: { ...mapping, [step]: inner.value } } : inner;
}

/** Paths of everything that is neither a mapping nor a list of lists: what `--set` and the axes of a sweep can name. */
export function leafPaths(value: unknown, path: ValuePath = []): ValuePath[] {
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([key, entry]) =>
    leafPaths(entry, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}
