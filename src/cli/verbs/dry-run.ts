import { gigabytes, inspectExperiment } from "../../experiment/index.ts";
import { type NodeHostOptions, nodeHost } from "../../host/index.ts";
import type { RunSpec, Verb } from "../../spec/index.ts";
import { exitCodes } from "../exit.ts";
import { alignedColumns } from "../text-table.ts";
import { duration } from "./inspect.ts";

/** Prints what a run would take; bad input when that is more than the machine has. */
export async function dryRun(
  spec: RunSpec,
  verb: Verb,
  options: Pick<NodeHostOptions, "folder" | "tool" | "engine" | "threads">,
): Promise<number> {
  const host = nodeHost({ ...options, progress: () => {}, warn: () => {}, interrupted: () => false });
  const { forecast } = await inspectExperiment(spec, verb, host);
  const fits = forecast.bytes <= host.memory;
  const rows = forecast.parts.map(({ what, bytes, flops }) => [
    what,
    gigabytes(bytes),
    `${flops.toPrecision(2)} flops`,
  ]);
  process.stdout.write(
    `${alignedColumns(rows)}\n\nabout ${gigabytes(forecast.bytes)} of the ${gigabytes(host.memory)} there are, ${duration(forecast.seconds)} on one thread: ${fits ? "fits" : "does not fit"}\n`,
  );
  return fits ? exitCodes.ok : exitCodes.badInput;
}
