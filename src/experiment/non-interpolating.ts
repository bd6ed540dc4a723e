import type { StabilityAnswer, StabilityContext } from "./interpolating.ts";

export function nonInterpolatingStability(_context: StabilityContext): StabilityAnswer {
  throw new Error("pending");
}
