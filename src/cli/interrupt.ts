import { exitCodes } from "./exit.ts";

let stop: (() => void) | null = null;
let isStopping = false;

/** From here on Ctrl-C (or a kill that can be heard) ends with exit code 3: gently first, at once the second time. */
export function listenForInterrupts(): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (stop === null || isStopping) {
        process.stderr.write("separatrix: stopped\n");
        process.exit(exitCodes.interrupted);
      }
      isStopping = true;
      stop();
    });
  }
}

/** What the first interrupt calls; null to end at once. */
export function onInterrupt(gently: (() => void) | null): void {
  stop = gently;
}
