import { statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { gigabytes, type Inspection, inspectArrays, inspectExperiment } from "../../experiment/index.ts";
import { nodeHost, readBytes, readText } from "../../host/index.ts";
import { parseRecord } from "../../record/index.ts";
import { renderTerminal } from "../../report/index.ts";
import { readSpec } from "../../spec/index.ts";
import { exitCodes } from "../exit.ts";
import { terminalOptions } from "../terminal.ts";
import { alignedColumns } from "../text-table.ts";

export interface InspectOptions {
  readonly set: readonly string[];
  readonly program?: boolean;
  readonly version: string;
}

/** Says what a file holds: an experiment, the record of a run (or its folder), or arrays of numbers. */
export async function inspect(file: string, options: InspectOptions): Promise<number> {
  process.stdout.write(await describe(file, options));
  return exitCodes.ok;
}

async function describe(file: string, { set, program, version }: InspectOptions): Promise<string> {
  if (isFolder(file)) return describeRecord(join(file, "record.json"));
  if (isRecord(file)) return describeRecord(file);
  if (!/\.(ya?ml|json)$/i.test(file)) return describeArrays(file);
  const { spec } = readSpec(readText(file), { file, set });
  const host = nodeHost({
    ...{ folder: dirname(resolve(file)), engine: "wasm", threads: 1 },
    tool: { name: "separatrix", version, command: "" },
    progress: () => {},
    warn: () => {},
    interrupted: () => false,
  });
  const inspection = await inspectExperiment(spec, "check", host);
  const more = program === true ? `\n${memoryPlan(inspection)}\n\n${inspection.program}` : "";
  return `${sections(inspection).join("\n\n")}\n${more}`;
}

function sections({ conventions, files, layers, tensors, costs, forecast }: Inspection): string[] {
  const { network, optimizer, loss, lossName, sampling, parameters, samples, outputs } = conventions;
  const facts = [
    ["network", network],
    ["parameters", String(parameters)],
    ["samples", outputs > 0 ? `${samples}, ${outputs} outputs each` : String(samples)],
    ["loss", `${lossName}: ${loss}`],
    ["optimizer", optimizer],
    ["batches", sampling],
    ...files.map(({ path, sha256 }) => ["file", `${path}, sha256 ${sha256.slice(0, 12)}…`]),
  ];
  const work = costs.map(({ of, flops, functions }) => [of, `${flops} flops, ${functions} functions`]);
  const memory = `about ${gigabytes(forecast.bytes)} and ${duration(forecast.seconds)} on one thread`;
  return [
    alignedColumns(facts),
    ...(layers === null ? [] : [alignedColumns([["layer", "type", "in", "out", "numbers"], ...layers.map(layerRow)])]),
    alignedColumns([["tensor", "shape", "stands in", "and is"], ...tensors.map(tensorRow)]),
    alignedColumns([...work, ["check would take", memory]]),
  ];
}

/** Where the memory of the compiled programs goes. */
function memoryPlan({ costs }: Inspection): string {
  const rows = costs.map(({ of, memory }) => [
    of,
    ...[memory.buffers, memory.constants, memory.scratch, memory.total].map(gigabytes),
  ]);
  return alignedColumns([
    ["compiled memory", "inputs and outputs", "constants", "intermediate results", "all"],
    ...rows,
  ]);
}

function layerRow({
  name,
  type,
  inputShape,
  outputShape,
  parameterCount,
  depth,
}: NonNullable<Inspection["layers"]>[0]) {
  return [`${"  ".repeat(depth)}${name}`, type, shape(inputShape), shape(outputShape), String(parameterCount)];
}

function tensorRow({ name, shape: lengths, buffer, offset, size, status }: Inspection["tensors"][0]): string[] {
  return [name, shape(lengths), `${buffer}[${offset}..${offset + size - 1}]`, status];
}

/** By its name, or by its first key: records that were printed by --json have any name. */
function isRecord(file: string): boolean {
  if (file.endsWith("record.json")) return true;
  return /\.json$/i.test(file) && /^\s*\{\s*"schemaVersion"/.test(readText(file).slice(0, 200));
}

function describeRecord(file: string): string {
  return renderTerminal(parseRecord(readText(file)), terminalOptions(process.stdout));
}

function describeArrays(file: string): string {
  const rows = inspectArrays(readBytes(file), file).map(({ name, shape: lengths, min, max }) => [
    name === "" ? "array" : name,
    shape(lengths),
    `${min} … ${max}`,
  ]);
  return `${alignedColumns([["name", "shape", "values"], ...rows])}\n`;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function shape(lengths: readonly number[]): string {
  return `[${lengths.join(", ")}]`;
}

/** "about 20 s", "about 3 min". */
export function duration(seconds: number): string {
  if (seconds < 1) return "less than a second";
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toPrecision(2)} h`;
}
