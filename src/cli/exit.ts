/** What the numbers that a run ends with mean. */
export const exitCodes = {
  /** The report was made, whatever the verdicts. */
  ok: 0,
  /** A certificate is rejected; with --strict: a verdict is undetermined, undecided or disproved. */
  negative: 1,
  /** Misuse, bad input, or more than the machine holds. */
  badInput: 2,
  interrupted: 3,
  ourFault: 70,
} as const;

/** The person asked for something that the command line does not know. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly code = "bad-input";
}

/** The exit code of an error, by the code that it carries. */
export function exitCodeOf(error: unknown): number {
  const { name, code, message } = (error ?? {}) as { name?: unknown; code?: unknown; message?: unknown };
  if (code === "bad-input" || name === "RecordError") return exitCodes.badInput;
  if (code === "interrupted") return exitCodes.interrupted;
  if (typeof code === "string" && code.startsWith("commander.")) return exitCodes.badInput;
  return isOutOfMemory(code, message) ? exitCodes.badInput : exitCodes.ourFault;
}

/** One line for the person; with `debug`, the stack. */
export function errorLine(error: unknown, debug: boolean): string {
  const {
    message = String(error),
    stack,
    code,
  } = (error ?? {}) as { message?: string; stack?: string; code?: unknown };
  if (debug && stack !== undefined) return `${stack}\n`;
  const line = message.replace(/\s*\n\s*/g, " ").replace(/^error: /, "");
  if (isOutOfMemory(code, message))
    return `separatrix: does not fit into memory (${line}); try fewer samples or parameters\n`;
  if (exitCodeOf(error) !== exitCodes.ourFault) return `separatrix: ${line}\n`;
  return `separatrix: a fault of ours, please report it: ${line} (--debug shows where)\n`;
}

function isOutOfMemory(code: unknown, message: unknown): boolean {
  return code === "ERR_WORKER_OUT_OF_MEMORY" || /^Array buffer allocation failed/.test(String(message));
}
