export type Interval = readonly [number, number];

/** The confidence at which a sign is claimed from a simulation: a report makes hundreds of such claims. */
export const signConfidence = 1 - 1e-5;

export type StabilityVerdict = "stable" | "unstable" | "undetermined" | "not-applicable";

/** Why a verdict is "undetermined", "not-applicable" or surprising, for programs. */
export type VerdictCause =
  | "interval-contains-zero"
  | "not-a-minimum"
  | "rank-not-constant"
  | "on-a-kink"
  | "not-interpolating"
  | "no-finite-minimum"
  | "saddle"
  | "residual-too-large";

export interface Verdict {
  readonly verdict: StabilityVerdict;
  readonly cause: VerdictCause | null;
  readonly reason: string | null;
}

/** The verdict that needs no explanation. */
export function decided(verdict: "stable" | "unstable"): Verdict {
  return { verdict, cause: null, reason: null };
}

export function undetermined(cause: VerdictCause, reason: string): Verdict {
  return { verdict: "undetermined", cause, reason };
}

export function notApplicable(cause: VerdictCause | null, reason: string): Verdict {
  return { verdict: "not-applicable", cause, reason };
}

/** A number as it stands in a reason: four significant digits. */
export function digits(value: number): string {
  return Number(value.toPrecision(4)).toString();
}
