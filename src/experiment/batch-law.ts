import { createRng } from "../numeric/index.ts";
import type { Problem } from "../program/index.ts";
import { type BatchLaw, type BatchLawOptions, batchLaw } from "../sampling/index.ts";
import type { LawSpec, RunSpec } from "../spec/index.ts";
import { InputError } from "./host.ts";

/**
 * The batch law of an experiment. `traces`: tr H_i of each sample, from which `importance: ntk` draws in proportion and
 * `importance: norm` in proportion to the roots; before they are known the law is made with uniform importance.
 *
 * @throws InputError when the law cannot exist for these samples.
 */
export function lawOf(
  spec: RunSpec,
  problem: Problem,
  labels: Int32Array | null,
  traces: Float64Array | null,
  change: { readonly law?: LawSpec; readonly size?: number } = {},
): BatchLaw {
  return lawFrom({ ...lawOptions(spec, problem, labels, traces), ...change }, spec.seed);
}

/** What a batch law is made of, as plain data. */
export type PlainLaw = Omit<BatchLawOptions, "rng">;

/** The law of an experiment as plain data; arguments as for `lawOf`. */
export function lawOptions(
  { batch }: RunSpec,
  { sampleCount, weights }: Problem,
  labels: Int32Array | null,
  traces: Float64Array | null,
): PlainLaw {
  const importance = importanceOf(batch.importance, traces);
  return {
    ...{ law: batch.law, size: batch.size, sampleCount, weights },
    ...(importance ? { importance } : {}),
    ...(labels ? { labels } : {}),
  };
}

/** The law, whose one random order (shuffle-once) is that of the seed. @throws InputError when it cannot exist. */
export function lawFrom(options: PlainLaw, seed: number): BatchLaw {
  try {
    return batchLaw({ ...options, rng: createRng(seed, "batch order") });
  } catch (error) {
    if (error instanceof RangeError) throw new InputError(error.message.replace("batchLaw", "batch"));
    throw error;
  }
}

function importanceOf(
  importance: RunSpec["batch"]["importance"],
  traces: Float64Array | null,
): ArrayLike<number> | null {
  if (importance === undefined) return null;
  if (typeof importance !== "string") return importance;
  if (!traces) return null;
  const scores = importance === "ntk" ? traces : traces.map(Math.sqrt);
  const total = scores.reduce((sum, s) => sum + s, 0);
  return scores.map((s) => s / total);
}
