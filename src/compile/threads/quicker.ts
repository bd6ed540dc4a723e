/** How much the last time counts in the average of a way. */
const WEIGHT = 0.25;
/** The slower way is tried again after work of so many times its duration, first of few: code is slow when new. */
const LEAST_PATIENCE = 2;
const MOST_PATIENCE = 32;

interface Way {
  /** Milliseconds it takes, averaged over its last times. */
  takes: number;
  /** Milliseconds of work done in either way when it was last tried. */
  tried: number;
}

/**
 * Does a piece of work in whichever of two ways took less time lately, and tries the other one again now and then.
 * On a busy machine a thread that waits for its turn holds up those that wait for it, so sharing work among threads
 * may take longer than doing it alone, until the machine is quiet again.
 */
export function quicker(now: () => number): (shared: () => void, alone: () => void) => void {
  const ways: (Way | undefined)[] = [];
  let patience = LEAST_PATIENCE;
  let worked = 0;
  const choose = (): 0 | 1 => {
    const [shared, alone] = ways;
    if (!shared) return 0;
    if (!alone) return 1;
    const preferred = shared.takes <= alone.takes ? 0 : 1;
    const other = preferred === 0 ? alone : shared;
    return worked - other.tried > patience * other.takes ? ((1 - preferred) as 0 | 1) : preferred;
  };
  return (...work) => {
    const chosen = choose();
    const start = now();
    work[chosen]();
    const took = now() - start;
    worked += took;
    const [before, other] = [ways[chosen], ways[1 - chosen]];
    const retried = before && other && before.takes > other.takes;
    // Quicker than the way in use: changed at once, so that a quiet machine is noticed after one try.
    const isBetter = retried && took < other.takes;
    ways[chosen] = { takes: before && !isBetter ? before.takes + WEIGHT * (took - before.takes) : took, tried: worked };
    if (isBetter) patience = LEAST_PATIENCE;
    else if (retried) patience = Math.min(2 * patience, MOST_PATIENCE);
  };
}
