import type { TerminalOptions } from "../report/index.ts";

/** Colour only on a terminal that wants it (https://no-color.org). */
export function terminalOptions(stream: {
  isTTY?: boolean | undefined;
  columns?: number | undefined;
}): TerminalOptions {
  const { NO_COLOR, TERM } = process.env;
  const color = stream.isTTY === true && (NO_COLOR === undefined || NO_COLOR === "") && TERM !== "dumb";
  return { color, columns: stream.columns ?? 80 };
}
