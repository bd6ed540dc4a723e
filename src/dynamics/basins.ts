import { norm } from "../numeric/index.ts";
import type { DiscreteMap, EnsembleMap } from "./discrete-map.ts";
import { oneByOne, rowsTogether } from "./ensemble.ts";
import { ensembleFates } from "./ensemble-fates.ts";
import type { Fate } from "./fate.ts";

export interface BasinOptions {
  /** The starts, row by row: start number j·columns + i. */
  readonly columns: number;
  readonly rows: number;
  /** Writes the start of column i and row j. */
  readonly start: (i: number, j: number, out: Float64Array) => void;
  readonly steps: number;
  /** Leading coordinates that are the position; all by default. */
  readonly position?: number;
  /** Whether an orbit that rests at this position is dead (DESIGN §5) rather than at a minimum. */
  readonly isDead?: (position: Float64Array) => boolean;
  /** The same map for many states at once, where there is one. */
  readonly ensemble?: EnsembleMap | undefined;
  readonly progress?: (done: number, total: number) => void;
}

export interface BasinMap {
  readonly columns: number;
  readonly rows: number;
  /** Number of the class of each start. */
  readonly classOf: Int32Array;
  /** The step from which on that was its fate. */
  readonly steps: Int32Array;
  /** Names: "converged 1", "period 2", "diverged", … numbered where one kind has several attractors. */
  readonly classes: readonly string[];
}

/** States this close, relative to 1 + their norm, belong to the same attractor. */
const sameAttractor = 1e-6;
/** Beyond so many attractors of a kind they are a family, and one class. */
const mostAttractors = 24;

/**
 * What becomes of each start of a grid: its fate after `steps` steps, and which attractor of that kind it reached,
 * told apart by the state of smallest first coordinate on the cycle. More than 24 attractors of one kind (a family of
 * minima) make one class. Cost: columns × rows × steps.
 */
export function basins(map: DiscreteMap, options: BasinOptions): BasinMap {
  const { columns, rows, start, progress } = options;
  const ends = fates(map, options, start, progress);
  const attractors = new Map<string, Float64Array[]>();
  const places = ends.map(({ kind, state }) => {
    if (!state) return { kind, place: 0 };
    let known = attractors.get(kind);
    if (!known) attractors.set(kind, (known = []));
    if (known.length > mostAttractors) return { kind, place: 0 };
    let place = known.findIndex((other) => isNear(other, state));
    if (place < 0) place = known.push(state) - 1;
    return { kind, place };
  });
  const names = places.map(({ kind, place }) => {
    const count = attractors.get(kind)?.length ?? 0;
    return count > 1 && count <= mostAttractors ? `${kind} ${place + 1}` : kind;
  });
  const classes = [...new Set(names)];
  return {
    ...{ columns, rows, classes },
    classOf: Int32Array.from(names, (name) => classes.indexOf(name)),
    steps: Int32Array.from(ends, ({ fate }) => fate.step),
  };
}

/**
 * How many starts change their class when every coordinate moves by one unit in the last place: beyond a few, the
 * picture shows rounding and not basins.
 */
export function twinDisagreement(map: DiscreteMap, options: BasinOptions, found: BasinMap): number {
  const moved = basins(map, {
    ...options,
    start(i, j, out) {
      options.start(i, j, out);
      for (let k = 0; k < out.length; k++) out[k] += ulp(out[k]);
    },
  });
  let changed = 0;
  found.classOf.forEach((own, at) => {
    if (found.classes[own] !== moved.classes[moved.classOf[at]]) changed += 1;
  });
  return changed / found.classOf.length;
}

interface End {
  readonly fate: Fate;
  readonly kind: string;
  /** On the attractor; null where there is none to tell apart. */
  readonly state: Float64Array | null;
}

function fates(
  map: DiscreteMap,
  { columns, rows, steps, position = map.dimension, isDead = () => false, ensemble = oneByOne(map) }: BasinOptions,
  start: BasinOptions["start"],
  progress: BasinOptions["progress"],
): End[] {
  const n = map.dimension;
  const together = rowsTogether(ensemble);
  const total = columns * rows;
  const ends: End[] = [];
  for (let from = 0; from < total; from += together) {
    progress?.(from, total);
    const states = new Float64Array(Math.min(together, total - from) * n);
    for (let at = from; at * n < from * n + states.length; at++) {
      start(at % columns, Math.floor(at / columns), states.subarray((at - from) * n, (at - from + 1) * n));
    }
    const found = ensembleFates(ensemble, states, { steps, position });
    found.fates.forEach((fate, i) => {
      ends.push(endOf(fate, found.ends.slice(i * n, (i + 1) * n)));
    });
  }
  return ends;

  function endOf(fate: Fate, end: Float64Array): End {
    const state = end.slice(0, position);
    if (fate.kind === "converged" && isDead(state)) return { fate, kind: "dead", state: null };
    if (fate.kind === "converged") return { fate, kind: "converged", state };
    if (fate.kind === "periodic")
      return { fate, kind: `period ${fate.period}`, state: leastOfCycle(map, end, fate.period!, position) };
    return { fate, kind: fate.kind, state: null };
  }
}

/** The point of the cycle whose coordinates come first in lexicographic order, ties up to the tolerance skipped. */
function leastOfCycle(map: DiscreteMap, end: Float64Array, period: number, position: number): Float64Array {
  let x = end.slice();
  let least = x.slice(0, position);
  let next = new Float64Array(map.dimension);
  for (let k = 1; k < period; k++) {
    map.step(x, next);
    [x, next] = [next, x];
    if (isBefore(x.subarray(0, position), least)) least = x.slice(0, position);
  }
  return least;
}

function isBefore(a: Float64Array, b: Float64Array): boolean {
  const limit = sameAttractor * (1 + norm(b));
  for (let i = 0; i < a.length; i++) {
    if (a[i] < b[i] - limit) return true;
    if (a[i] > b[i] + limit) return false;
  }
  return false;
}

function isNear(a: Float64Array, b: Float64Array): boolean {
  let square = 0;
  for (let i = 0; i < a.length; i++) square += (a[i] - b[i]) ** 2;
  return Math.sqrt(square) <= sameAttractor * (1 + norm(a));
}

/** Distance to the next larger double in modulus. */
function ulp(x: number): number {
  if (x === 0) return Number.MIN_VALUE;
  const exponent = Math.floor(Math.log2(Math.abs(x)));
  return Math.sign(x) * 2 ** Math.max(exponent - 52, -1074);
}
