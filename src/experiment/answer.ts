import type { Objective } from "../compile/index.ts";
import type { Problem } from "../program/index.ts";
import type { Results } from "../record/index.ts";
import type { RunSpec } from "../spec/index.ts";
import type { Host } from "./host.ts";
import type { Tick } from "./progress.ts";

/** An experiment, read and ready to be asked. */
export interface Experiment {
  readonly spec: RunSpec;
  readonly host: Host;
  readonly problem: Problem;
  readonly objective: Objective;
  /** `parameters` of the file. */
  readonly theta: Float64Array;
  /** Class of each sample, where the targets are classes. */
  readonly labels: Int32Array | null;
  /** The problem of the same file with other values. */
  readonly rebuild: (spec: RunSpec) => Problem;
  /** The files of the experiment read for another spec: problem, `parameters` and classes. */
  readonly reread: (spec: RunSpec) => Pick<Experiment, "problem" | "theta" | "labels">;
  readonly tick: Tick;
}

/** What a verb found. */
export interface Answer {
  readonly results: Partial<Results>;
  readonly warnings: readonly string[];
}
