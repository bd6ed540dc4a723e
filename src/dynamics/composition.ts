import type { DiscreteMap, RandomMap } from "./discrete-map.ts";

/**
 * The map x ↦ F_k(⋯F_1(x)): an epoch of SGD from the maps of its batches, or the p-th iterate.
 * Its logarithm of the volume is the sum along the way, its kinks are those of all factors. Never `symmetric`.
 */
export function composition(maps: readonly DiscreteMap[]): DiscreteMap {
  const first = maps[0];
  if (!first) throw new RangeError("composition: needs at least one map");
  const n = first.dimension;
  const other = maps.find((map) => map.dimension !== n);
  if (other)
    throw new RangeError(`composition: maps of dimensions ${n} and ${other.dimension} cannot follow each other`);
  const points = maps.map(() => new Float64Array(n));
  const [a, b] = [new Float64Array(n), new Float64Array(n)];
  /** Fills `points` with x, F_1(x), …, the argument of each factor. */
  const walk = (x: Float64Array) => {
    points[0].set(x);
    for (let i = 1; i < maps.length; i++) maps[i - 1].step(points[i - 1], points[i]);
  };
  const push = (
    count: number,
    v: Float64Array,
    out: Float64Array,
    apply: (i: number, v: Float64Array, out: Float64Array) => void,
  ) => {
    a.set(v);
    for (let i = 0; i < count; i++) {
      apply(i, i % 2 === 0 ? a : b, i % 2 === 0 ? b : a);
    }
    out.set(count % 2 === 0 ? a : b);
  };
  const switchCount = maps.reduce((total, map) => total + (map.switchCount ?? 0), 0);
  const hasAdjoint = maps.every((map) => map.adjoint);
  const hasVolume = maps.every((map) => map.logAbsDet);
  return {
    dimension: n,
    step: (x, out) => push(maps.length, x, out, (i, v, w) => maps[i].step(v, w)),
    tangent(x, v, out) {
      walk(x);
      push(maps.length, v, out, (i, from, to) => maps[i].tangent(points[i], from, to));
    },
    ...(hasAdjoint && {
      adjoint(x: Float64Array, u: Float64Array, out: Float64Array) {
        walk(x);
        push(maps.length, u, out, (i, from, to) => {
          const at = maps.length - 1 - i;
          maps[at].adjoint!(points[at], from, to);
        });
      },
    }),
    ...(hasVolume && {
      logAbsDet(x: Float64Array) {
        walk(x);
        return maps.reduce((total, map, i) => total + map.logAbsDet!(points[i]), 0);
      },
    }),
    ...(switchCount > 0 && {
      switchCount,
      switching(x: Float64Array, out: Float64Array) {
        walk(x);
        let at = 0;
        maps.forEach((map, i) => {
          const count = map.switchCount ?? 0;
          if (count > 0) map.switching!(points[i], out.subarray(at, at + count));
          at += count;
        });
      },
    }),
  };
}

/** The p-th iterate of a map. */
export function iterate(map: DiscreteMap, period: number): DiscreteMap {
  if (!(Number.isInteger(period) && period >= 1)) {
    throw new RangeError(`iterate: period must be an integer ≥ 1, got ${period}`);
  }
  return period === 1 ? map : composition(new Array<DiscreteMap>(period).fill(map));
}

/** The map of one fixed draw: SGD that always takes this batch. */
export function withDraw<Draw>(map: RandomMap<Draw>, draw: Draw): DiscreteMap {
  return {
    dimension: map.dimension,
    step: (x, out) => map.step(x, draw, out),
    tangent: (x, v, out) => map.tangent(x, draw, v, out),
    ...(map.adjoint && { adjoint: (x, u, out) => map.adjoint!(x, draw, u, out) }),
  };
}
