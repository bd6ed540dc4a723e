import * as iv from "../interval/index.ts";
import { identity } from "../numeric/index.ts";
import type { EnclosedMap } from "./enclosed-map.ts";
import type { Boxes } from "./narrow-boxes.ts";
import { isSeparated, primeFactors } from "./orbit-proof.ts";

/**
 * Whether every orbit of period p in the boxes has a shorter one, without asking whether there are any: so families of
 * fixed points and the neighbourhood of shorter orbits are left out of a search for cycles of minimal period p.
 *
 * Let q be a prime factor of p, d = p/q turns, y_j = x_{j+d} − x_j. By the mean value theorem y_{j+1} = A_j y_j with A_j
 * in the enclosure of DF on the hull of the two boxes, hence y_{id} = M_i y_{(i−1)d}, and the y_{id} of one round add up
 * to 0: (I + M_1 + M_2M_1 + … + M_{q−1}⋯M_1) y_0 = 0. Where that matrix is invertible y_0 = 0: the period divides d.
 * For q = 2: no 2d-cycle is near a d-cycle, or a family of them, without a multiplier near −1.
 */
export function hasShorterPeriod(maps: readonly EnclosedMap[], boxes: Boxes, period: number): boolean {
  return primeFactors(period).some((q) => {
    const shift = boxes.length / q;
    return !isSeparated(boxes, shift) && sumIsInvertible(maps, boxes, q, shift);
  });
}

function sumIsInvertible(maps: readonly EnclosedMap[], boxes: Boxes, q: number, shift: number): boolean {
  const n = maps[0]!.dimension;
  let product = iv.pointMatrix(identity(n));
  let sum = product;
  for (let i = 1; i < q; i++) {
    for (let j = (i - 1) * shift; j < i * shift; j++) {
      const jacobian = maps[j % maps.length]!.jacobian(hulls(boxes[j]!, boxes[(j + shift) % boxes.length]!));
      if (jacobian === null || !iv.isBoundedArray(jacobian)) return false;
      product = iv.multiplyIntervals(jacobian, product);
    }
    sum = iv.intervalMatrix(n, n, iv.zipIntervals(iv.add, sum, product));
  }
  return iv.proveInvertible(sum).status === "invertible";
}

function hulls(x: iv.IntervalArray, y: iv.IntervalArray): iv.IntervalArray {
  return iv.zipIntervals(iv.hull, x, y);
}
