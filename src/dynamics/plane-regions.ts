/** A plane cut into regions on each of which a labelling by bits is constant. */
export interface PlaneRegions {
  /** Region of each grid point, row by row; regions are numbered by size, the largest first. */
  readonly regionOf: Int32Array;
  /** Grid points of each region. */
  readonly sizes: readonly number[];
  /** Segments x₁, y₁, x₂, y₂ along which one bit changes, their ends found to rounding. */
  readonly edges: readonly (readonly [number, number, number, number])[];
  /** The bit that changes across each edge. */
  readonly edgeBits: readonly number[];
}

/** Writes the bits at a point of the plane. */
export type Labelling = (x: number, y: number, out: Uint8Array) => void;

/**
 * Regions of constant bits over a grid, and the curves between them: where a bit changes between two neighbouring grid
 * points the place is bisected to the last digit, and the places are joined within each cell. Curves are exact at the grid
 * lines and straight between; what is smaller than a cell can be missed.
 * Cost: one labelling a grid point and about 50 for each crossing.
 */
export function planeRegions(label: Labelling, bitCount: number, xs: Float64Array, ys: Float64Array): PlaneRegions {
  const columns = xs.length;
  const keys = new Map<string, number>();
  const first = new Int32Array(columns * ys.length);
  const read = (x: number, y: number): Uint8Array => {
    const out = new Uint8Array(bitCount);
    label(x, y, out);
    return out;
  };
  const scratch = new Uint8Array(bitCount);
  /** Where on the segment from a to b each changing bit changes, as a map from the bit to the point. */
  const crossings = (a: Place, b: Place): ReadonlyMap<number, Point> => {
    const found = new Map<number, Point>();
    for (let bit = 0; bit < bitCount; bit++) {
      if (a.bits[bit] === b.bits[bit]) continue;
      let [lo, hi] = [0, 1];
      for (let step = 0; step < 52; step++) {
        const middle = (lo + hi) / 2;
        label(a.x + middle * (b.x - a.x), a.y + middle * (b.y - a.y), scratch);
        if (scratch[bit] === a.bits[bit]) lo = middle;
        else hi = middle;
      }
      const t = (lo + hi) / 2;
      found.set(bit, [a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)]);
    }
    return found;
  };
  const edges: [number, number, number, number][] = [];
  const edgeBits: number[] = [];
  let before: Place[] = [];
  let below: ReadonlyMap<number, Point>[] = [];
  for (let j = 0; j < ys.length; j++) {
    const row = Array.from(xs, (x): Place => ({ x, y: ys[j], bits: read(x, ys[j]) }));
    row.forEach(({ bits }, i) => {
      const key = bits.join("");
      if (!keys.has(key)) keys.set(key, keys.size);
      first[j * columns + i] = keys.get(key)!;
    });
    const along = row.slice(1).map((place, i) => crossings(row[i], place));
    const upward = j > 0 ? row.map((place, i) => crossings(before[i], place)) : [];
    if (j > 0) {
      for (let i = 0; i + 1 < columns; i++) {
        join([below[i], upward[i + 1], along[i], upward[i]], (bit, a, b) => {
          edges.push([...a, ...b]);
          edgeBits.push(bit);
        });
      }
    }
    before = row;
    below = along;
  }
  return { ...bySize(first, keys.size), edges, edgeBits };
}

type Point = readonly [number, number];

interface Place {
  readonly x: number;
  readonly y: number;
  readonly bits: Uint8Array;
}

/** Joins the crossings of each bit on the sides of one cell: two of them by a segment, four by the two shortest that do not cross. */
function join(sides: readonly ReadonlyMap<number, Point>[], add: (bit: number, a: Point, b: Point) => void): void {
  for (const bit of new Set(sides.flatMap((side) => [...side.keys()]))) {
    const points = sides.map((side) => side.get(bit)).filter((point) => point !== undefined);
    if (points.length === 2) add(bit, points[0], points[1]);
    if (points.length !== 4) continue;
    const [a, b, c, d] = points;
    const near = distance(a, b) + distance(c, d) <= distance(b, c) + distance(d, a);
    add(bit, a, near ? b : d);
    add(bit, c, near ? d : b);
  }
}

function distance([a, b]: Point, [c, d]: Point): number {
  return Math.hypot(a - c, b - d);
}

function bySize(first: Int32Array, count: number): Pick<PlaneRegions, "regionOf" | "sizes"> {
  const sizes = new Array<number>(count).fill(0);
  for (const region of first) sizes[region]++;
  const order = sizes.map((_, i) => i).sort((a, b) => sizes[b] - sizes[a] || a - b);
  const rank = new Int32Array(count);
  order.forEach((region, i) => {
    rank[region] = i;
  });
  return { regionOf: first.map((region) => rank[region]), sizes: order.map((region) => sizes[region]) };
}
