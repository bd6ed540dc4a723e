import type { Table } from "../../record/index.ts";

/** The column that the threshold of a run is about: adaptive rules are judged by their preconditioned sharpness. */
export function measuredSharpness(trajectory: Table): string {
  return trajectory.columns.includes("preconditionedSharpness") ? "preconditionedSharpness" : "sharpness";
}

/** That column in words. */
export function sharpnessName(trajectory: Table): string {
  return measuredSharpness(trajectory) === "sharpness" ? "sharpness" : "preconditioned sharpness";
}
