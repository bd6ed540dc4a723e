/** One way of doing the work of a row. */
export interface Contender {
  readonly name: string;
  /** "ours" are compared with the best of "peer"; "beside" is shown and not compared (another contract, or by hand). */
  readonly side: "ours" | "peer" | "beside";
  /** Repeats the work for about `seconds` (at least once) and returns the mean seconds of one repetition. */
  block(seconds: number): Promise<number>;
  /** What stands beside the time: a value that must agree with the others'. */
  note?(): string;
}

/** One line of the table: the same work done by everyone, in turns. */
export interface Row {
  readonly name: string;
  /** The rate of DESIGN §6, in words; empty when there is none. */
  readonly target: string;
  /** Whether `ours` (seconds) and the best peer (seconds, or null) reach it. */
  readonly reached?: (ours: number, peer: number | null) => boolean;
  /** Rounds of blocks, and seconds of one block; long work takes one of each. */
  readonly rounds?: number;
  readonly seconds?: number;
  /** How many of what the name says one repetition does; default 1. */
  readonly each?: number;
  contenders(): Promise<readonly Contender[]> | readonly Contender[];
}

/** Seconds of one repetition as the work grows. */
export interface Curve {
  readonly name: string;
  readonly variable: string;
  readonly values: readonly number[];
  /** The work at one value, and its floating-point operations where that is a useful number. */
  at(value: number): { readonly run: () => void; readonly flops?: number };
}

/** Our own work as a contender: a synchronous function. */
export function ours(name: string, run: () => void, side: Contender["side"] = "ours"): Contender {
  return { name, side, block: async (seconds) => repeat(run, seconds) };
}

/** Mean seconds of one call, over calls that fill about `seconds`. */
export function repeat(run: () => void, seconds: number): number {
  let count = 1;
  for (;;) {
    const start = performance.now();
    for (let i = 0; i < count; i++) run();
    const taken = (performance.now() - start) / 1000;
    if (taken >= seconds / 2) return taken / count;
    count = Math.max(2 * count, Math.ceil((count * seconds) / Math.max(taken, 1e-6)));
  }
}
