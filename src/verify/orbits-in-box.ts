import * as iv from "../interval/index.ts";
import { multiplyVector } from "../numeric/index.ts";
import type { EnclosedMap } from "./enclosed-map.ts";
import { type Boxes, narrowed, startingLeast } from "./narrow-boxes.ts";
import { isolatedZero, krawczykStep, type ProvedOrbit, proveOrbit } from "./orbit-proof.ts";
import { shootingJacobian, shootingValue, splitPoints } from "./shooting-intervals.ts";
import { hasShorterPeriod } from "./shorter-period.ts";

export interface BoxSearchOptions {
  readonly period: number;
  /** Products of boxes looked at before the search ends. Default 100 000. */
  readonly maxBoxes?: number;
  /** The search ends when more boxes wait: along a family they multiply without end. Default 10 000. */
  readonly maxWaiting?: number;
  /** Boxes whose sides are all below this part of the box searched are not cut further. Default 1e-8. */
  readonly smallest?: number;
  /** Called now and then with the boxes looked at and those waiting. */
  readonly progress?: (examined: number, waiting: number) => void;
}

export interface OrbitInBox {
  /** Here it is the only one, from its point with the smallest first coordinate on. */
  readonly boxes: Boxes;
  readonly proof: ProvedOrbit;
  /** Whether all its points are proved to lie in the box; false when one is within rounding of its boundary. */
  readonly inside: boolean;
}

export interface BoxSearch {
  /** Proved orbits of exactly this minimal period. */
  readonly orbits: readonly OrbitInBox[];
  /** Where further orbits may be; empty when the list above is complete. */
  readonly undecided: readonly Boxes[];
  /** Products of boxes looked at. */
  readonly examined: number;
}

/**
 * In boxes that Krawczyk's test cannot settle orbits are looked for by Newton's method below this relative width, each
 * time it has fallen by a factor of about 8, and at last.
 */
const newtonWidth = 0.02;
const newtonSteps = 6;
/** Passes of narrowing go on while one takes away this part of the total width. */
const worthwhile = 0.1;
const mostPasses = 20;

interface Known {
  readonly boxes: Boxes;
  readonly points: Boxes;
}

/**
 * All orbits of minimal period p with every point in a box, as zeros of the equations of multiple shooting: products of
 * boxes are narrowed, proved empty, proved to hold orbits of shorter period only, or to hold exactly one orbit
 * (Krawczyk), else cut in two across their widest side. Breadth first, so that what is left when a limit is reached
 * is about evenly small. An orbit that meets the boundary of the box within rounding is listed with `inside: false`.
 *
 * Cost: per product p·N readings of the derivative and O((pN)³); memory: the products waiting.
 */
export function orbitsInBox(
  maps: readonly EnclosedMap[],
  box: iv.IntervalArray,
  { period, maxBoxes = 100_000, maxWaiting = 10_000, smallest = 1e-8, progress = () => {} }: BoxSearchOptions,
): BoxSearch {
  const search = new Search(maps, box, period, smallest);
  const count = period * maps.length;
  let waiting: Boxes[] = [Array.from({ length: count }, () => box)];
  let examined = 0;
  const undecided: Boxes[] = [];
  while (waiting.length > 0 && waiting.length <= maxWaiting) {
    const next: Boxes[] = [];
    for (const boxes of waiting) {
      if (examined >= maxBoxes) {
        undecided.push(boxes);
        continue;
      }
      examined += 1;
      if (examined % 256 === 0) progress(examined, waiting.length);
      const rest = search.examine(boxes);
      if (rest === null) continue;
      const side = search.widest(rest);
      if (side.width <= smallest) undecided.push(rest);
      else next.push(...cut(rest, side));
    }
    waiting = next;
  }
  return { ...search.result([...undecided, ...waiting]), examined };
}

interface Side {
  readonly point: number;
  readonly coordinate: number;
  /** Relative to the box searched. */
  readonly width: number;
}

/** Knows the zeros found so far and what of a product of boxes is still open. */
class Search {
  private readonly maps: readonly EnclosedMap[];
  private readonly box: iv.IntervalArray;
  private readonly period: number;
  private readonly smallest: number;
  private readonly sides: Float64Array;
  /** Every zero found, in each of its shifts. */
  private readonly known: Known[] = [];
  private readonly orbits: OrbitInBox[] = [];
  private readonly open: Boxes[] = [];

  constructor(maps: readonly EnclosedMap[], box: iv.IntervalArray, period: number, smallest: number) {
    this.maps = maps;
    this.box = box;
    this.period = period;
    this.smallest = smallest;
    this.sides = box.lo.map((lo, i) => box.hi[i]! - lo);
  }

  /** What may still hold unknown orbits of a product of boxes; null when it is settled. */
  examine(start: Boxes): Boxes | null {
    let boxes: Boxes | null = start;
    for (let pass = 0; pass < mostPasses; pass++) {
      const before = this.total(boxes);
      boxes = narrowed(this.maps, boxes);
      boxes = boxes && startingLeast(boxes, this.maps.length);
      if (boxes === null || this.isKnown(boxes)) return null;
      if (this.total(boxes) > (1 - worthwhile) * before) break;
    }
    if (hasShorterPeriod(this.maps, boxes, this.period)) return null;
    const test = krawczykStep(this.maps, boxes);
    if (test.status === "none") return null;
    if (test.status === "unique") return this.add(boxes) ? null : boxes;
    boxes = splitPoints(test.box, boxes.length);
    if (this.isNewtonsTurn(boxes) && this.isolate(boxes) && this.isKnown(boxes)) return null;
    return boxes;
  }

  widest(boxes: Boxes): Side {
    let side: Side = { point: 0, coordinate: 0, width: -1 };
    boxes.forEach(({ lo, hi }, point) => {
      this.sides.forEach((whole, coordinate) => {
        const width = (hi[coordinate]! - lo[coordinate]!) / whole;
        if (width > side.width) side = { point, coordinate, width };
      });
    });
    return side;
  }

  result(undecided: readonly Boxes[]): Omit<BoxSearch, "examined"> {
    const rest = undecided.filter((boxes) => !this.isKnown(boxes));
    return { orbits: this.orbits, undecided: [...this.open, ...rest] };
  }

  private total(boxes: Boxes): number {
    return boxes.reduce(
      (sum, { lo, hi }) => sum + this.sides.reduce((s, side, i) => s + (hi[i]! - lo[i]!) / side, 0),
      0,
    );
  }

  private isKnown(boxes: Boxes): boolean {
    return this.known.some((zero) => within(boxes, zero.boxes));
  }

  private isNewtonsTurn(boxes: Boxes): boolean {
    const { width } = this.widest(boxes);
    return width <= this.smallest || (width < newtonWidth && Math.floor(Math.log2(width)) % 3 === 0);
  }

  /** Looks for a zero near the middle and proves it in boxes about as wide as these or wider. */
  private isolate(boxes: Boxes): boolean {
    const centres = newton(this.maps, boxes);
    if (centres === null) return false;
    const half = Math.max(this.widest(boxes).width / 2, 1e-12);
    for (let stretch = 8; stretch >= 1 / 8; stretch /= 2) {
      const around = centres.map((x) => ({
        lo: x.map((value, i) => value - stretch * half * this.sides[i]!),
        hi: x.map((value, i) => value + stretch * half * this.sides[i]!),
      }));
      if (krawczykStep(this.maps, around).status === "unique") return this.add(around);
    }
    return false;
  }

  /** Notes the one zero in these boxes; false when it cannot be told whether it is new. */
  private add(boxes: Boxes): boolean {
    const zero = isolatedZero(this.maps, boxes);
    if (zero.status !== "unique") return false;
    const { points } = zero;
    for (const other of this.known) {
      if (areDisjoint(points, other.points)) continue;
      if (!within(points, other.boxes)) return false;
      this.known.push({ boxes, points });
      return true;
    }
    for (let shift = 0; shift < boxes.length; shift += this.maps.length) {
      this.known.push({ boxes: turned(boxes, shift), points: turned(points, shift) });
    }
    this.judge(boxes, points);
    return true;
  }

  /** Whether a new zero lies in the box, and has the period asked for or a shorter one. */
  private judge(boxes: Boxes, points: Boxes): void {
    if (points.some((x) => areDisjoint([x], [this.box]))) return;
    const inside = points.every((x) => within([x], [this.box]));
    const proof = proveOrbit(this.maps, { period: this.period, boxes });
    if (proof.status === "proved") this.orbits.push({ boxes, proof, inside });
    else if (!hasShorterPeriod(this.maps, points, this.period)) this.open.push(points);
  }
}

/** Newton's method from the middle, with derivatives and values from interval arithmetic; null when it leads away. */
function newton(maps: readonly EnclosedMap[], boxes: Boxes): readonly Float64Array[] | null {
  let centres: readonly Float64Array[] = boxes.map((x) => iv.boxMidpoint(x));
  for (let k = 0; k < newtonSteps; k++) {
    const at = centres.map((x) => iv.pointArray(x));
    const jacobian = shootingJacobian(maps, at);
    const proof = jacobian && iv.proveInvertible(jacobian);
    if (proof?.status !== "invertible") return null;
    const step = multiplyVector(proof.inverse, iv.boxMidpoint(shootingValue(maps, at)));
    centres = centres.map((x, j) => x.map((value, i) => value - step[j * x.length + i]!));
    const isFar = centres.some((x, j) => {
      const { lo, hi } = boxes[j]!;
      return x.some((value, i) => !(Math.abs(value - (lo[i]! + hi[i]!) / 2) <= 2 * (hi[i]! - lo[i]!) + 1e-9));
    });
    if (isFar) return null;
  }
  return centres;
}

function cut(boxes: Boxes, { point, coordinate }: Side): [Boxes, Boxes] {
  const { lo, hi } = boxes[point]!;
  const middle = iv.midpoint({ lo: lo[coordinate]!, hi: hi[coordinate]! });
  const lower = { lo, hi: hi.with(coordinate, middle) };
  const upper = { lo: lo.with(coordinate, middle), hi };
  const half = (part: iv.IntervalArray) => boxes.map((x, j) => (j === point ? part : x));
  return [half(lower), half(upper)];
}

function within(inner: Boxes, outer: Boxes): boolean {
  return inner.every((x, j) => x.lo.every((lo, i) => lo >= outer[j]!.lo[i]! && x.hi[i]! <= outer[j]!.hi[i]!));
}

function areDisjoint(a: Boxes, b: Boxes): boolean {
  return a.some((x, j) => x.lo.some((lo, i) => lo > b[j]!.hi[i]! || x.hi[i]! < b[j]!.lo[i]!));
}

function turned(boxes: Boxes, shift: number): Boxes {
  return [...boxes.slice(shift), ...boxes.slice(0, shift)];
}
