import { type Command, Option } from "commander";
import { UsageError } from "./exit.ts";

/** What every verb that runs an experiment takes. */
export interface RunOptions {
  readonly set: readonly string[];
  readonly out?: string;
  readonly force: boolean;
  readonly json: boolean;
  readonly strict: boolean;
  readonly seed?: number;
  readonly threads: number;
  readonly engine: "wasm" | "reference" | "native";
  readonly dryRun: boolean;
  readonly quiet: boolean;
  readonly debug: boolean;
}

/** Options that were not given; kept out of commander, whose help would print each of them. */
export const absent = {
  ...{ set: [], force: false, json: false, strict: false, dryRun: false, quiet: false, debug: false },
} as const;

export function addRunOptions(command: Command, threads: number): Command {
  return addSet(command)
    .option("--out <folder>", "write record, report, figures and data there")
    .option("--force", "let --out replace the folder of another run")
    .option("--json", "print the record, and nothing else, on standard output")
    .option("--strict", "exit with 1 when a verdict is undetermined, undecided or disproved")
    .option("--seed <n>", "the seed of every random stream, in place of the file's", integer("--seed", 0))
    .option("--threads <n>", "threads to compute with", integer("--threads", 1), threads)
    .addOption(
      new Option("--engine <name>", "what runs programs").choices(["wasm", "reference", "native"]).default("wasm"),
    )
    .option("--dry-run", "print the memory and time that the run would take")
    .option("--quiet", "print no progress, warnings or report")
    .option("--debug", "show the stack of an error");
}

export function addSet(command: Command): Command {
  const collect = (value: string, before: readonly string[] = []) => [...before, value];
  return command.option("--set <path=value>", "change a value of the file, read as YAML (repeatable)", collect);
}

function integer(option: string, min: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (Number.isSafeInteger(value) && value >= min) return value;
    throw new UsageError(`${option}: expected an integer ≥ ${min}, found "${text}"`);
  };
}
