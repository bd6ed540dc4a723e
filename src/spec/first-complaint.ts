import type { z } from "zod";
import { type ValuePath, valueAt } from "./value-path.ts";

/** What is wrong first: `message` says "expected …, found …", about `path` or, with `key`, about that key in it. */
export interface Complaint {
  readonly path: ValuePath;
  readonly key?: string;
  readonly message: string;
}

/**
 * The complaint a person should read first: wrong values and unknown keys come before missing keys, since a missing
 * `stepSize` next to an unknown `lr` is one mistake and not two.
 */
export function firstComplaint(issues: readonly z.core.$ZodIssue[], value: unknown): Complaint {
  const all = issues.flatMap((issue) => expand(issue, [], value));
  const rank = ({ path, key }: Complaint) => (key !== undefined ? 0 : valueAt(value, path) !== undefined ? 1 : 2);
  return all.reduce((best, complaint) => (rank(complaint) < rank(best) ? complaint : best));
}

function expand(issue: z.core.$ZodIssue, base: ValuePath, value: unknown): Complaint[] {
  const path = [...base, ...(issue.path as ValuePath)];
  if (issue.code === "unrecognized_keys") return [{ path, key: issue.keys[0]!, message: issue.message }];
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    const branch = nearestBranch(issue.errors, valueAt(value, path), path, value);
    if (branch !== null) return branch.flatMap((inner) => expand(inner, path, value));
  }
  return [{ path, message: issue.message }];
}

/** The alternative that the value was meant to be: of the right kind, knowing most of its keys, with fewest complaints. */
function nearestBranch(
  branches: readonly (readonly z.core.$ZodIssue[])[],
  found: unknown,
  path: ValuePath,
  value: unknown,
): readonly z.core.$ZodIssue[] | null {
  const keys = typeof found === "object" && found !== null ? Object.keys(found).length : 0;
  const unknown = (branch: readonly z.core.$ZodIssue[]) =>
    branch.reduce((n, i) => n + (i.code === "unrecognized_keys" && i.path.length === 0 ? i.keys.length : 0), 0);
  const size = (branch: readonly z.core.$ZodIssue[]) => branch.flatMap((i) => expand(i, path, value)).length;
  const possible = branches
    .filter((branch) => !isOfAnotherKind(branch) && (keys === 0 || unknown(branch) < keys))
    .sort((a, b) => unknown(a) - unknown(b) || size(a) - size(b));
  return possible[0] ?? null;
}

/** A list where a mapping stands, a word that is none of the known ones: not this alternative. */
function isOfAnotherKind(branch: readonly z.core.$ZodIssue[]): boolean {
  return branch.some((issue) => {
    if (issue.path.length > 0) return false;
    if (issue.code === "invalid_union") return issue.errors.every(isOfAnotherKind);
    return ["invalid_type", "invalid_value", "invalid_format"].includes(issue.code);
  });
}
