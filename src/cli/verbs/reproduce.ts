import { publishedExperiment } from "../../experiment/index.ts";
import { UsageError } from "../exit.ts";
import type { RunOptions } from "../options.ts";
import { runText } from "./experiment.ts";

/** Runs the experiment behind a published figure; it needs no file. */
export async function reproduce(figure: string, version: string, options: RunOptions): Promise<number> {
  if (options.set.length > 0) throw new UsageError("reproduce: expected no --set, a published figure stands as it is");
  const text = publishedExperiment(figure);
  return runText({ verb: "reproduce", file: figure, version }, { text, folder: "." }, options);
}
