/** From one value to another within `steps` steps. */
export interface Schedule {
  readonly from: number;
  readonly to: number;
  readonly steps: number;
}

/** η, or η_t at step t = 0, 1, …: a list is cycled through; a schedule keeps its last value. */
export type StepSize =
  | number
  | { readonly values: readonly number[] }
  | { readonly cosine: Schedule }
  | { readonly linear: Schedule };

/**
 * η_t. Linear: from + (to − from)·t/steps; cosine: to + (from − to)·½(1 + cos(πt/steps)); both `to` from t = steps on.
 */
export function stepSizeAt(stepSize: StepSize, t: number): number {
  if (typeof stepSize === "number") return stepSize;
  if ("values" in stepSize) return stepSize.values[t % stepSize.values.length]!;
  const { from, to, steps } = "cosine" in stepSize ? stepSize.cosine : stepSize.linear;
  if (t >= steps) return to;
  return "cosine" in stepSize
    ? to + (from - to) * 0.5 * (1 + Math.cos((Math.PI * t) / steps))
    : from + ((to - from) * t) / steps;
}

/** Whether every step has the same size, so that the map is autonomous. */
export function isConstantStepSize(stepSize: StepSize): stepSize is number {
  return typeof stepSize === "number";
}
