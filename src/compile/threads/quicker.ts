/** How much the last time counts in the average of the way in use. */
const WEIGHT = 0.25;
/** Runs of a try of the other way. The first does not count: threads wake up, and data move to their caches. */
const TRIES = 3;
/** The other way is tried after work of so many times its duration, first of few: code is slow when new. */
const LEAST_PATIENCE = 4;
const MOST_PATIENCE = 48;

/**
 * Does a piece of work in whichever of two ways took less time lately, and tries the other one now and then. On a busy
 * machine a thread that waits for its turn holds up those that wait for it, so sharing work among threads may take
 * longer than doing it alone, until the machine is quiet again.
 */
export function quicker(now: () => number): (shared: () => void, alone: () => void) => void {
  let [used, other]: [0 | 1, 0 | 1] = [0, 1];
  /** Milliseconds that each way takes; 0 before it was tried. */
  const takes = [0, 0];
  let patience = LEAST_PATIENCE;
  let [triesLeft, sum] = [0, 0];
  let worked = 0; // milliseconds since the last try

  const endTry = () => {
    takes[other] = sum / (TRIES - 1);
    if (takes[other]! < takes[used]!) {
      [used, other] = [other, used];
      patience = LEAST_PATIENCE;
    } else patience = Math.min(2 * patience, MOST_PATIENCE);
    worked = 0;
  };

  return (...work) => {
    const trying = triesLeft > 0;
    const start = now();
    work[trying ? other : used]();
    const took = now() - start;
    if (trying) {
      if (triesLeft < TRIES) sum += took;
      if (--triesLeft === 0) endTry();
      return;
    }
    takes[used]! += (takes[used] === 0 ? 1 : WEIGHT) * (took - takes[used]!);
    worked += took;
    if (worked > patience * takes[other]!) [triesLeft, sum] = [TRIES, 0];
  };
}
