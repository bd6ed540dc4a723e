export interface ProgressStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

export interface ProgressLine {
  update(note: string, fraction: number | null): void;
  /** Wipes the line, so that other text can take its place; the next update draws it again. */
  clear(): void;
}

/** Milliseconds between two drawings. */
const pause = 100;
/** Time left is guessed once this much of a stage is over: before, one slow step makes nonsense of it. */
const leastFraction = 0.02;
const leastMilliseconds = 500;

/** One line on a terminal: "minimising  42 %  about 12 s left". On anything but a terminal it writes nothing. */
export function progressLine(stream: ProgressStream, now: () => number): ProgressLine {
  if (stream.isTTY !== true) return { update: () => {}, clear: () => {} };
  let stage = "";
  let since = 0;
  let drawn = Number.NEGATIVE_INFINITY;
  let isVisible = false;
  return {
    update(note, fraction) {
      const time = now();
      if (note !== stage) since = time;
      if (note === stage && time - drawn < pause) return;
      stage = note;
      drawn = time;
      isVisible = true;
      const line = `${note}${share(fraction)}${timeLeft(fraction, time - since)}`;
      stream.write(`\r\u001b[K${line.slice(0, Math.max(10, (stream.columns ?? 80) - 1))}`);
    },
    clear() {
      if (isVisible) stream.write("\r\u001b[K");
      isVisible = false;
      drawn = Number.NEGATIVE_INFINITY;
    },
  };
}

function share(fraction: number | null): string {
  return fraction === null ? "" : `  ${Math.floor(100 * Math.min(1, Math.max(0, fraction)))} %`;
}

function timeLeft(fraction: number | null, elapsed: number): string {
  if (fraction === null || fraction < leastFraction || fraction >= 1 || elapsed < leastMilliseconds) return "";
  const seconds = Math.ceil((elapsed * (1 - fraction)) / fraction / 1000);
  if (seconds < 90) return `  about ${seconds} s left`;
  if (seconds < 5400) return `  about ${Math.round(seconds / 60)} min left`;
  return `  about ${(seconds / 3600).toFixed(1)} h left`;
}
