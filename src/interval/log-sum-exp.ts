import { add, div, sub } from "./arithmetic.ts";
import { addDown, addUp } from "./directed-rounding.ts";
import { exp } from "./exponential.ts";
import { type Interval, isDefined, one, undefinedInterval, zero } from "./interval.ts";
import { log } from "./logarithm.ts";

/** ln Σ e^(x_j) of at least one interval: it grows with every x_j, so the ends come from the ends. */
export function logSumExp(x: readonly Interval[]): Interval {
  if (!x.every(isDefined)) return undefinedInterval;
  return { lo: logSumExpAt(x.map((a) => a.lo)).lo, hi: logSumExpAt(x.map((a) => a.hi)).hi };
}

/** e^(x_i)/Σ e^(x_j) for every i: it grows with x_i and falls with the others. */
export function softmax(x: readonly Interval[]): Interval[] {
  if (!x.every(isDefined)) return x.map(() => undefinedInterval);
  return x.map((a, i) => {
    const others = x.filter((_, j) => j !== i);
    return {
      lo: shareOf(
        a.lo,
        others.map((b) => b.hi),
      ).lo,
      hi: shareOf(
        a.hi,
        others.map((b) => b.lo),
      ).hi,
    };
  });
}

function logSumExpAt(x: readonly number[]): Interval {
  const largest = Math.max(...x);
  if (!Number.isFinite(largest)) return { lo: largest, hi: largest };
  const rest = log(x.reduce((sum, value) => add(sum, expOfDifference(value, largest)), zero));
  return { lo: addDown(largest, rest.lo), hi: addUp(largest, rest.hi) };
}

/** 1/(1 + Σ e^(y_j − x)). */
function shareOf(x: number, others: readonly number[]): Interval {
  return div(
    one,
    others.reduce((sum, y) => add(sum, expOfDifference(y, x)), one),
  );
}

/** e^(a − b), where an infinite operand stands for the limit. */
function expOfDifference(a: number, b: number): Interval {
  return exp(sub({ lo: a, hi: a }, { lo: b, hi: b }));
}
