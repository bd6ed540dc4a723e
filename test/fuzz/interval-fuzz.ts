import { type Interval, isDefined, midpoint, nextDown, nextUp, undefinedInterval } from "../../src/interval/index.ts";
import { createRng, type Rng } from "../../src/numeric/index.ts";
import { biasedDouble } from "./biased-doubles.ts";
import { type Operation, operations } from "./interval-operations.ts";

export interface FuzzReport {
  readonly operations: number;
  /** Values checked against the oracle. */
  readonly checks: number;
  readonly failures: readonly string[];
  /** Widest enclosure at a point by operation, in units in the last place. */
  readonly widest: Readonly<Record<string, number>>;
}

/**
 * Applies random operations to random intervals and checks, against exact or 180-bit values at members of the operands:
 * containment; that results are undefined exactly when the domain is left; that point results are as tight as claimed.
 */
export function fuzzIntervals(count: number, seed: number): FuzzReport {
  const rng = createRng(seed, "interval fuzz");
  const failures: string[] = [];
  const widest: Record<string, number> = {};
  let checks = 0;
  for (let i = 0; i < count; i++) {
    const operation = operations[rng.integer(operations.length)];
    const a = biasedInterval(rng, operation.range);
    const b = biasedInterval(rng, operation.range);
    const result = operation.apply(a, b);
    const found = judge(operation, a, b, result, rng);
    checks += found.checks;
    if (found.failure !== null)
      failures.push(`${operation.name}(${show(a)}, ${show(b)}) = ${show(result)}: ${found.failure}`);
    if (found.ulps > (widest[operation.name] ?? 0)) widest[operation.name] = found.ulps;
  }
  return { operations: count, checks, failures, widest };
}

interface Judgement {
  readonly checks: number;
  readonly failure: string | null;
  readonly ulps: number;
}

function judge(operation: Operation, a: Interval, b: Interval, result: Interval, rng: Rng): Judgement {
  const verdict = (failure: string | null, checks = 1, ulps = 0) => ({ checks, failure, ulps });
  const poisoned = operation.apply(undefinedInterval, b);
  if (isDefined(poisoned) || !Number.isNaN(poisoned.lo) || !Number.isNaN(poisoned.hi))
    return verdict("hides undefined");
  if (operation.defined && !operation.defined(a, b))
    return verdict(isDefined(result) ? "defined outside the domain" : null);
  if (!isDefined(result)) return verdict("undefined inside the domain");
  let checks = 0;
  for (const x of members(a, rng)) {
    for (const y of operation.arity === 2 ? members(b, rng) : [0]) {
      checks++;
      if (!operation.within(x, y, result.lo, result.hi)) return verdict(`misses the value at (${x}, ${y})`, checks);
    }
  }
  if (a.lo !== a.hi || (operation.arity === 2 && b.lo !== b.hi)) return verdict(null, checks);
  return tightness(operation, a.lo, b.lo, result, checks);
}

/** At a point, "best possible" means one double if the value is one, else two neighbours. */
function tightness(operation: Operation, x: number, y: number, { lo, hi }: Interval, checks: number): Judgement {
  if (operation.range !== undefined && Math.abs(x) > operation.range) return { checks, ulps: 0, failure: null };
  const ulps = ulpsBetween(lo, hi);
  if (operation.ulps > 0) {
    return { checks, ulps, failure: ulps > operation.ulps && Math.abs(lo) > 1e-300 ? `is ${ulps} ulps wide` : null };
  }
  const best = lo === hi || (nextUp(lo) === hi && !operation.within(x, y, lo, lo) && !operation.within(x, y, hi, hi));
  return { checks, ulps, failure: best ? null : "is not the best possible" };
}

function ulpsBetween(lo: number, hi: number): number {
  let steps = 0;
  for (let x = lo; x < hi && steps < 1000; x = nextUp(x)) steps++;
  return steps;
}

function biasedInterval(rng: Rng, range?: number): Interval {
  const x = inRange(biasedDouble(rng), range, rng);
  switch (rng.integer(8)) {
    case 0:
    case 1:
    case 2:
      return { lo: x, hi: x };
    case 3: {
      let hi = x;
      for (let steps = rng.integer(4); steps > 0; steps--) hi = nextUp(hi);
      return { lo: x, hi: Number.isFinite(hi) ? hi : x };
    }
    case 4:
      return { lo: x, hi: Math.max(x, x + Math.abs(x) * rng.uniform() * 10 ** -rng.integer(16)) };
    case 5: {
      if (range !== undefined || rng.integer(4) > 0) return sorted(x, inRange(biasedDouble(rng), range, rng));
      const end = rng.integer(3);
      return {
        lo: end === 0 ? x : Number.NEGATIVE_INFINITY,
        hi: end === 1 ? x : Number.POSITIVE_INFINITY,
      };
    }
    default:
      return sorted(x, inRange(biasedDouble(rng), range, rng));
  }
}

/** Folds most of the numbers beyond the range back into it. */
function inRange(x: number, range: number | undefined, rng: Rng): number {
  return range === undefined || Math.abs(x) <= range || rng.integer(10) === 0 ? x : x % range;
}

const sorted = (x: number, y: number): Interval => ({ lo: Math.min(x, y), hi: Math.max(x, y) });

/** Finite members of an interval: its ends, its middle, 0 and a few at random. */
function members(a: Interval, rng: Rng): number[] {
  if (a.lo === a.hi) return [a.lo];
  const lo = Math.max(a.lo, -Number.MAX_VALUE);
  const hi = Math.min(a.hi, Number.MAX_VALUE);
  const t = rng.uniform();
  const candidates = [lo, hi, midpoint(a), lo * (1 - t) + hi * t];
  if (rng.integer(4) === 0)
    candidates.push(0, Number.MIN_VALUE, -Number.MIN_VALUE, nextUp(lo), nextDown(hi), biasedDouble(rng));
  return candidates.filter((x) => a.lo <= x && x <= a.hi && Number.isFinite(x));
}

function show({ lo, hi }: Interval): string {
  return `[${lo}, ${hi}]`;
}
