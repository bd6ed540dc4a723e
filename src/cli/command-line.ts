import { Command } from "commander";
import { absent, addRunOptions, addSet } from "./options.ts";
import { type VerbRow, verbRows } from "./verbs.ts";

/** Does the work of a verb and gives its exit code. */
export type Handler = (verb: VerbRow, file: string | undefined, options: Record<string, unknown>) => Promise<number>;

/** The grammar of the command line. Every error of it is thrown, none ends the process. */
export function commandLine(version: string, threads: number, handle: Handler): Command {
  const program = new Command("separatrix")
    .description("Which minima can your optimizer keep?")
    .version(version, "-V, --version")
    .usage("<verb> <file> [options]")
    .configureOutput({ outputError: () => {}, writeErr: () => {} })
    .exitOverride()
    .showSuggestionAfterError(true)
    .addHelpText("after", `\n${exitCodeHelp}`);
  for (const verb of verbRows) addVerb(program, verb, threads, handle);
  return program;
}

const exitCodeHelp = `Exit codes: 0 the report was made, 1 a certificate rejected, or with --strict an open
verdict, 2 bad input, 3 interrupted,
70 a fault of ours. \`separatrix <verb> --help\` shows an example.`;

function addVerb(program: Command, verb: VerbRow, threads: number, handle: Handler): void {
  const command = program
    .command(verb.name)
    .summary(verb.summary)
    .description(verb.summary)
    .addHelpText("after", `\nExample:\n  ${verb.example}`);
  const act = async (file: string | undefined, options: Record<string, unknown>) => {
    process.exitCode = await handle(verb, file, { ...absent, ...options });
  };
  switch (verb.kind) {
    case "experiment":
      addRunOptions(command.argument("<file>", "the experiment, YAML or JSON"), threads).action(act);
      return;
    case "reproduce":
      addRunOptions(command.argument("<figure>", "fig1, fig3 or fig4"), threads).action(act);
      return;
    case "inspect":
      addSet(command.argument("<file>", "an experiment, a file of numbers or a record"))
        .option("--program", "print the program too")
        .option("--debug", "show the stack of an error")
        .action(act);
      return;
    case "verify":
      command
        .argument("<file>", "a certificate")
        .option("--json", "print the answer as JSON")
        .option("--quiet", "print nothing")
        .option("--debug", "show the stack of an error")
        .action(act);
      return;
    case "report":
      command
        .argument("<folder>", "the folder of a run")
        .option("--json", "print the record")
        .option("--quiet", "print nothing")
        .option("--debug", "show the stack of an error")
        .action(act);
      return;
    case "init":
      command
        .argument("[file]", "where to write; without it, standard output")
        .option("--force", "replace the file")
        .option("--debug", "show the stack of an error")
        .action(act);
  }
}
