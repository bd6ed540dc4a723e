#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { exitCodes } from "./exit.ts";
import { listenForInterrupts } from "./interrupt.ts";

listenForInterrupts();

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0); // the reader (`| head`) has seen enough
  process.stderr.write(`separatrix: standard output cannot be written (${error.message})\n`);
  process.exit(exitCodes.badInput);
});

if (["--version", "-V"].includes(process.argv[2] ?? "")) process.stdout.write(`${version}\n`);
else {
  const { main } = await import("./run-command.ts");
  await main(process.argv.slice(2), version);
}
