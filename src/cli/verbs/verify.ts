import { dirname, resolve } from "node:path";
import { InputError, type Verification, verifyCertificate } from "../../experiment/index.ts";
import { nodeHost, readText } from "../../host/index.ts";
import { exitCodes } from "../exit.ts";

export interface VerifyOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly version: string;
}

/** Checks a certificate: exit code 0 when it is accepted, 1 when it is rejected, 2 when it or a file it needs cannot be read. */
export async function verify(file: string, { json, quiet, version }: VerifyOptions): Promise<number> {
  const text = readText(file);
  const host = nodeHost({
    ...{ folder: dirname(resolve(file)), engine: "reference", threads: 1 },
    tool: { name: "separatrix", version, command: `separatrix verify ${file}` },
    progress: () => {},
    warn: () => {},
    interrupted: () => false,
  });
  const found = await verifyCertificate(text, host).catch((error: unknown) => {
    throw error instanceof InputError ? new InputError(`${file}: ${error.message}`) : error;
  });
  if (json) process.stdout.write(`${JSON.stringify({ file, ...found })}\n`);
  else if (!quiet) process.stdout.write(sentences(file, found));
  return found.status === "accepted" ? exitCodes.ok : exitCodes.negative;
}

function sentences(file: string, found: Verification): string {
  if (found.status === "rejected") return `${file}: rejected: ${found.reason}.\n`;
  const trusts = found.trusts.map((line) => `  ${line}\n`).join("");
  return `${file}: accepted.\n\n${found.claim}.\n\nThis rests on what was not done again here:\n${trusts}`;
}
