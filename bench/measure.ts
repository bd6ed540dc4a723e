import type { Contender, Curve, Row } from "./contender.ts";

/** What came out of one contender: medians of its blocks. */
export interface Measured {
  readonly contender: Contender;
  /** Median of the blocks, in seconds of one repetition. */
  readonly median: number;
  /** Half the distance between the quartiles, relative to the median. */
  readonly spread: number;
  readonly note: string;
}

export interface MeasuredRow {
  readonly row: Row;
  readonly all: readonly Measured[];
  readonly own: Measured;
  /** The fastest of the peers. */
  readonly peer: Measured | null;
  /** Null where the target needs a peer that is not installed. */
  readonly reached: boolean | null;
}

/** A row begins no other round after this time. */
const MOST_SECONDS = 25;

/** Blocks in turns: every round visits all contenders, from another one on, so that drifts of the machine hit all alike. */
export async function measureRow(row: Row): Promise<MeasuredRow> {
  const { rounds = 7, seconds = 0.12, each = 1 } = row;
  const contenders: Contender[] = [];
  for (const contender of await row.contenders()) {
    if (await works(contender, seconds)) contenders.push(contender);
  }
  const blocks = contenders.map((): number[] => []);
  const start = performance.now();
  const isLate = () => performance.now() - start > MOST_SECONDS * 1000;
  for (let round = 0; round < rounds && !(round > 0 && isLate()); round++) {
    for (let i = 0; i < contenders.length; i++) {
      const at = (i + round) % contenders.length;
      blocks[at]!.push((await attempt(contenders[at]!, seconds)) / each);
    }
  }
  const all = contenders.flatMap((contender, i): Measured[] => {
    const sorted = blocks[i]!.toSorted((a, b) => a - b);
    const median = quantile(sorted, 0.5);
    const spread = (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 2 / median;
    return Number.isNaN(median) ? [] : [{ contender, median, spread, note: contender.note?.() ?? "" }];
  });
  const own = fastest(all, "ours")!;
  const peer = fastest(all, "peer");
  const comparable = row.reached && !(peer === null && row.target.includes("×"));
  const reached = comparable ? row.reached!(own.median, peer?.median ?? null) : null;
  return { row, all, own, peer, reached };
}

/** Warms a contender up; one that cannot do the work is left out, with a line that says why. Long work is not warmed up. */
async function works(contender: Contender, seconds: number): Promise<boolean> {
  return seconds === 0 || !Number.isNaN(await attempt(contender, seconds));
}

/** NaN where the contender fails, such as a peer without memory. */
async function attempt(contender: Contender, seconds: number): Promise<number> {
  try {
    return await contender.block(seconds);
  } catch (error) {
    process.stdout.write(`${contender.name} failed: ${String(error).split("\n").at(-2) ?? error}\n`);
    return Number.NaN;
  }
}

/** Seconds of one repetition at each value of a curve. */
export function measureCurve(curve: Curve): { value: number; seconds: number; flops: number | undefined }[] {
  return curve.values.map((value) => {
    const { run, flops } = curve.at(value);
    run();
    const times = Array.from({ length: 5 }, () => once(run)).sort((a, b) => a - b);
    return { value, seconds: times[2]!, flops };
  });
}

/** Mean seconds of one call in about 30 ms of them. */
function once(run: () => void): number {
  let count = 0;
  const start = performance.now();
  do {
    run();
    count++;
  } while (performance.now() - start < 30);
  return (performance.now() - start) / 1000 / count;
}

function fastest(all: readonly Measured[], side: Contender["side"]): Measured | null {
  const those = all.filter(({ contender }) => contender.side === side);
  return those.length === 0 ? null : those.reduce((a, b) => (b.median < a.median ? b : a));
}

/** Linear between order statistics. */
function quantile(sorted: readonly number[], q: number): number {
  const at = q * (sorted.length - 1);
  const below = Math.floor(at);
  const next = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return sorted[below]! + (at - below) * (next - sorted[below]!);
}
