import * as iv from "../interval/index.ts";

/** Which positive numbers can be constant eigenvalues, from enclosed spectra at several points of one piece. */
export interface SpectralExclusion {
  /** Intervals that meet the enclosed spectrum at every point, above `floor`, in decreasing order. */
  readonly survivors: readonly iv.Interval[];
  /** Constant eigenvalues up to here are not excluded: every step size below 1/floor outside the survivors is settled. */
  readonly floor: number;
}

/**
 * Every constant eigenvalue of a piece is an eigenvalue at each of its points (inside it or not, by the extension
 * principle), so it lies in an enclosure at each. What meets 0 at some point is left below `floor`.
 */
export function spectralExclusion(spectra: readonly iv.IntervalArray[]): SpectralExclusion {
  let floor = 0;
  for (const spectrum of spectra) {
    for (let i = 0; i < spectrum.lo.length; i++) {
      const { lo, hi } = iv.intervalAt(spectrum, i);
      if (lo <= 0 && hi > floor) floor = hi;
    }
  }
  const [first, ...others] = spectra.map((spectrum) =>
    united(Array.from(spectrum.lo, (_, i) => iv.intervalAt(spectrum, i)).filter((x) => x.hi > floor)),
  );
  const survivors = others.reduce(
    (left, right) => left.flatMap((a) => right.flatMap((b) => iv.intersect(a, b) ?? [])),
    first ?? [],
  );
  return { survivors: survivors.toSorted((a, b) => b.lo - a.lo), floor };
}

/** Overlapping intervals made one. */
function united(intervals: readonly iv.Interval[]): iv.Interval[] {
  const result: iv.Interval[] = [];
  for (const x of intervals.toSorted((a, b) => a.lo - b.lo)) {
    const last = result.at(-1);
    if (last && x.lo <= last.hi) result[result.length - 1] = iv.hull(last, x);
    else result.push(x);
  }
  return result;
}
