import { availableParallelism } from "node:os";
import { commandLine, type Handler } from "./command-line.ts";
import { errorLine, exitCodeOf, exitCodes } from "./exit.ts";
import type { RunOptions } from "./options.ts";
import type { ExperimentVerb } from "./verbs.ts";

/** Runs one command line; sets `process.exitCode` (DESIGN §4). Every verb is loaded only when it is asked for. */
export async function main(args: readonly string[], version: string): Promise<void> {
  const handle: Handler = async (verb, file, options) => {
    switch (verb.kind) {
      case "experiment": {
        const { runExperiment } = await import("./verbs/experiment.ts");
        const given = { verb: verb.name as ExperimentVerb, file: file!, version };
        return runExperiment(given, options as unknown as RunOptions);
      }
      case "reproduce": {
        const { reproduce } = await import("./verbs/reproduce.ts");
        return reproduce(file!, version, options as unknown as RunOptions);
      }
      case "inspect": {
        const { inspect } = await import("./verbs/inspect.ts");
        return inspect(file!, { ...(options as unknown as { set: string[]; program?: boolean }), version });
      }
      case "verify": {
        const { verify } = await import("./verbs/verify.ts");
        return verify(file!, { ...(options as unknown as { json: boolean; quiet: boolean }), version });
      }
      case "report": {
        const { redraw } = await import("./verbs/report.ts");
        return redraw(file!, options as unknown as { json: boolean; quiet: boolean });
      }
      case "init": {
        const { writeStarter } = await import("./verbs/init.ts");
        return writeStarter(file, options as unknown as { force: boolean });
      }
    }
  };
  const program = commandLine(version, availableParallelism(), handle);
  try {
    if (args.length === 0) {
      process.stderr.write(program.helpInformation());
      process.exitCode = exitCodes.badInput;
      return;
    }
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (isHelp(error)) return;
    process.stderr.write(errorLine(error, args.includes("--debug")));
    process.exitCode = exitCodeOf(error);
  }
}

function isHelp(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === "commander.helpDisplayed" || code === "commander.help" || code === "commander.version";
}
