import * as iv from "../interval/index.ts";
import type { EnclosedMap } from "./enclosed-map.ts";

/** A product of boxes X_0 × … × X_{P−1}, where the points x_{j+1} = F_j(x_j), j mod P, of an orbit are looked for. */
export type Boxes = readonly iv.IntervalArray[];

/**
 * One pass over the equations: X_{j+1} meets the image of X_j (plain and by the mean value theorem), X_j is solved from it
 * coordinate by coordinate where a derivative does not vanish (Gauss–Seidel without preconditioning; Neumaier, Interval
 * Methods, §5.2). Every orbit in the boxes stays. Null when there is none.
 */
export function narrowed(maps: readonly EnclosedMap[], boxes: Boxes): Boxes | null {
  const next = boxes.map(copied);
  for (let j = 0; j < next.length; j++) {
    const map = maps[j % maps.length]!;
    const target = (j + 1) % next.length;
    const x = next[j]!;
    const image = next.length === 1 ? copied(next[target]!) : next[target]!;
    if (!meet(image, map.step(x))) return null;
    const jacobian = map.jacobian(x);
    if (jacobian && iv.isBoundedArray(jacobian)) {
      const middle = iv.boxMidpoint(x);
      const value = map.step(iv.pointArray(middle));
      if (!meet(image, linearImage(value, jacobian, x, middle))) return null;
      if (!solveBack(x, middle, value, jacobian, image)) return null;
    }
    if (next.length === 1 && !meet(x, image)) return null;
  }
  return next;
}

/**
 * The boxes without the orbits whose first point has not the smallest first coordinate among the points one turn
 * apart: each orbit is then met from one of its points only. Null when none is left.
 */
export function startingLeast(boxes: Boxes, turn: number): Boxes | null {
  const next = boxes.map(copied);
  const first = next[0]!;
  for (let j = turn; j < next.length; j += turn) {
    const other = next[j]!;
    first.hi[0] = Math.min(first.hi[0]!, other.hi[0]!);
    other.lo[0] = Math.max(other.lo[0]!, first.lo[0]!);
    if (!(first.lo[0]! <= first.hi[0]!) || !(other.lo[0]! <= other.hi[0]!)) return null;
  }
  return next;
}

/** F(m) + DF(X)(X − m). */
function linearImage(
  value: iv.IntervalArray,
  jacobian: iv.IntervalMatrix,
  x: iv.IntervalArray,
  middle: Float64Array,
): iv.IntervalArray {
  const n = middle.length;
  const image = iv.intervalArray(n);
  for (let i = 0; i < n; i++) {
    let sum = iv.intervalAt(value, i);
    for (let l = 0; l < n; l++) sum = iv.add(sum, iv.mul(iv.intervalAt(jacobian, i * n + l), offset(x, l, middle)));
    iv.setInterval(image, i, sum);
  }
  return image;
}

/** Narrows x from y_i = F_i(m) + Σ_l A_il(x_l − m_l), y in `image`; false when nothing is left. */
function solveBack(
  x: iv.IntervalArray,
  middle: Float64Array,
  value: iv.IntervalArray,
  jacobian: iv.IntervalMatrix,
  image: iv.IntervalArray,
): boolean {
  const n = middle.length;
  for (let i = 0; i < n; i++) {
    for (let l = 0; l < n; l++) {
      const slope = iv.intervalAt(jacobian, i * n + l);
      if (slope.lo <= 0 && slope.hi >= 0) continue;
      let rest = iv.sub(iv.intervalAt(image, i), iv.intervalAt(value, i));
      for (let k = 0; k < n; k++) {
        if (k !== l) rest = iv.sub(rest, iv.mul(iv.intervalAt(jacobian, i * n + k), offset(x, k, middle)));
      }
      const solved = iv.add(iv.point(middle[l]!), iv.div(rest, slope));
      const both = iv.intersect(solved, iv.intervalAt(x, l));
      if (both === null) return false;
      if (iv.isDefined(both)) iv.setInterval(x, l, both);
    }
  }
  return true;
}

function offset(x: iv.IntervalArray, i: number, middle: Float64Array): iv.Interval {
  return iv.sub(iv.intervalAt(x, i), iv.point(middle[i]!));
}

/** x ← x ∩ y where y is defined; false when they are disjoint. */
function meet(x: iv.IntervalArray, y: iv.IntervalArray): boolean {
  for (let i = 0; i < x.lo.length; i++) {
    const both = iv.intersect(iv.intervalAt(x, i), iv.intervalAt(y, i));
    if (both === null) return false;
    if (iv.isDefined(both)) iv.setInterval(x, i, both);
  }
  return true;
}

function copied({ lo, hi }: iv.IntervalArray): iv.IntervalArray {
  return { lo: lo.slice(), hi: hi.slice() };
}
