import { type Fraction, fraction, minus, over, plus, sign, times } from "./fraction.ts";

/** The line a·w + b·β = c in the plane of one unit's weight and bias. */
export interface Line {
  readonly a: Fraction;
  readonly b: Fraction;
  readonly c: Fraction;
}

export type Point = readonly [Fraction, Fraction];

const at = ({ a, b, c }: Line, [w, beta]: Point) => minus(plus(times(a, w), times(b, beta)), c);
export const side = (line: Line, point: Point) => sign(at(line, point));
const isLine = ({ a, b }: Line) => a.n !== 0n || b.n !== 0n;
const half = (x: Fraction) => over(x, fraction(2));
const key = (lines: readonly Line[], point: Point) => lines.map((line) => side(line, point)).join();

/**
 * A point in every cell that lines cut the plane into, exactly. Each cell has a corner, or all lines are parallel: around
 * every corner the cells lie between neighbouring lines; parallel lines are crossed along their normal.
 */
export function cells(given: readonly Line[]): Point[] {
  const lines = given.filter(isLine);
  if (lines.length === 0) return [[fraction(0), fraction(0)]];
  const found = new Map<string, Point>();
  const keep = (point: Point) => {
    if (lines.every((line) => side(line, point) !== 0)) found.set(key(lines, point), point);
  };
  const corners = lines.flatMap((l, i) => lines.slice(i + 1).flatMap((m) => crossing(l, m)));
  if (corners.length === 0) for (const point of alongNormal(lines)) keep(point);
  for (const corner of corners) {
    const through = lines.filter((line) => side(line, corner) === 0);
    const directions = through.flatMap(({ a, b }): Point[] => [
      [b, minus(fraction(0), a)],
      [minus(fraction(0), b), a],
    ]);
    for (const u of directions)
      for (const v of directions) keep(near(lines, corner, [plus(u[0], v[0]), plus(u[1], v[1])]));
  }
  return [...found.values()];
}

function crossing(l: Line, m: Line): Point[] {
  const det = minus(times(l.a, m.b), times(l.b, m.a));
  if (det.n === 0n) return [];
  const w = over(minus(times(l.c, m.b), times(l.b, m.c)), det);
  const beta = over(minus(times(l.a, m.c), times(l.c, m.a)), det);
  return [[w, beta]];
}

/** A point so near to a corner in a direction that no line off the corner is crossed. */
function near(lines: readonly Line[], corner: Point, direction: Point): Point {
  for (let step = fraction(1); ; step = half(step)) {
    const point: Point = [plus(corner[0], times(step, direction[0])), plus(corner[1], times(step, direction[1]))];
    if (lines.every((line) => side(line, corner) === 0 || side(line, point) === side(line, corner))) return point;
  }
}

/** Points between and beyond parallel lines. */
function alongNormal(lines: readonly Line[]): Point[] {
  const [{ a, b }] = lines as [Line];
  const length = plus(times(a, a), times(b, b));
  const feet = lines.map((line) => over(line.c, plus(times(line.a, a), times(line.b, b))));
  const sorted = feet.toSorted((x, y) => sign(minus(x, y)));
  const inner = sorted.slice(1).map((x, i) => half(plus(x, sorted[i]!)));
  const ts = [minus(sorted[0]!, length), ...inner, plus(sorted.at(-1)!, length)];
  return ts.map((t): Point => [times(t, a), times(t, b)]);
}
