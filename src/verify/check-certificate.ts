import { certificateOf, type NonsingularityBody, needsCollapse } from "./certificate.ts";
import { refuteCollapse } from "./collapse.ts";
import type { Subject } from "./subject.ts";

/** What checking a certificate gave, and what has to be believed for it. */
export type Check =
  | { readonly status: "accepted"; readonly trusts: readonly string[] }
  | { readonly status: "rejected"; readonly reason: string };

/**
 * Checks a certificate of non-singularity against the problem it is about: from the evidence alone everything is derived
 * again (each hypothesis looked up in the program, each witness evaluated, each box enclosed), and must come out as the
 * certificate says, word for word. A claimed collapse is carried out once more. No search is done and no search code used.
 */
export function checkNonsingularity(certificate: NonsingularityBody, subject: Subject): Check {
  try {
    return check(certificate, subject);
  } catch (error) {
    // What is no prime, has no inverse or too few numbers: evidence is read with the checks of the rooms below.
    if (error instanceof RangeError)
      return { status: "rejected", reason: `the evidence cannot be read (${error.message})` };
    throw error;
  }
}

function check(certificate: NonsingularityBody, subject: Subject): Check {
  const { point, pieces, collapse } = certificate;
  const derived = certificateOf(subject, { point, pieces, collapse });
  for (const key of Object.keys(derived) as (keyof NonsingularityBody)[]) {
    const place = firstDifference(certificate[key], derived[key], key);
    if (place !== null) return { status: "rejected", reason: `${place} is not what follows from the evidence` };
  }
  if (needsCollapse(derived)) {
    const refusal = collapse === null ? "no open set is given" : refuteCollapse(subject, collapse);
    if (refusal !== null) return { status: "rejected", reason: `the collapse was not shown: ${refusal}` };
  } else if (collapse !== null) {
    return { status: "rejected", reason: "collapse belongs to no such verdict" };
  }
  return { status: "accepted", trusts: trusts(derived) };
}

/** What an accepted certificate rests on beside mathematics that was done again. */
function trusts({ method, point, pieces, collapse, exceptionalStepSizes }: NonsingularityBody): string[] {
  const isTheorem = method !== "pieces";
  const numbers = point ?? pieces ?? collapse;
  return [
    "the reading of the experiment and the program made of it",
    ...(isTheorem ? [`the proof behind "${method}" (docs/non-singularity.md)`] : ["the extension principle"]),
    ...(numbers ? ["the derivatives of the program", "outward-rounded intervals, where the evidence is a point"] : []),
    ...(pieces ? ["arithmetic modulo primes, where the evidence is residues"] : []),
    ...(collapse || exceptionalStepSizes.length > 0 ? ["exact rational arithmetic"] : []),
  ];
}

/** Where two pieces of plain data differ first; null when they are equal. */
export function firstDifference(a: unknown, b: unknown, place: string): string | null {
  if (Object.is(a, b) || (a === 0 && b === 0)) return null;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return place;
  if (Array.isArray(a) !== Array.isArray(b)) return place;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const inside = Array.isArray(a) ? `${place}[${key}]` : `${place}.${key}`;
    if (!(key in left) || !(key in right)) return inside;
    const difference = firstDifference(left[key], right[key], inside);
    if (difference !== null) return difference;
  }
  return null;
}
