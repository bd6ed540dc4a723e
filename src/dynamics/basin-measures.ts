import { normalQuantile } from "../numeric/index.ts";
import type { BasinMap } from "./basins.ts";

type Grid = Pick<BasinMap, "columns" | "rows" | "classOf">;

export interface BasinEntropy {
  /** Mean over boxes of −Σ p ln p, p the shares of the classes in a box. */
  readonly entropy: number;
  /** The same over boxes that hold more than one class; above ln 2 the boundary is fractal. NaN without a boundary. */
  readonly boundaryEntropy: number;
  readonly boxes: number;
  readonly boundaryBoxes: number;
}

/**
 * The basin entropy of Daza, Wagemakers, Georgeot, Guéry-Odelin and Sanjuán (Sci. Rep. 6, 31416, 2016) with boxes of
 * `box` × `box` starts; a rest that fills no box is left out.
 */
export function basinEntropy({ columns, rows, classOf }: Grid, box = 5): BasinEntropy {
  let [total, boxes, boundaryBoxes] = [0, 0, 0];
  for (let top = 0; top + box <= rows; top += box) {
    for (let left = 0; left + box <= columns; left += box) {
      const counts = new Map<number, number>();
      for (let j = top; j < top + box; j++) {
        for (let i = left; i < left + box; i++) {
          const own = classOf[j * columns + i];
          counts.set(own, (counts.get(own) ?? 0) + 1);
        }
      }
      boxes += 1;
      if (counts.size > 1) boundaryBoxes += 1;
      for (const count of counts.values()) total -= (count / box ** 2) * Math.log(count / box ** 2);
    }
  }
  return { entropy: total / boxes, boundaryEntropy: total / boundaryBoxes, boxes, boundaryBoxes };
}

export interface UncertaintyExponent {
  /** α in f(ε) ∝ ε^α. */
  readonly exponent: number;
  /** 2 − α: the box dimension of the boundary in the plane. */
  readonly dimension: number;
  /** 95 %, from the scatter about the line and the counts. */
  readonly confidence95: readonly [number, number];
  /** Share of the pairs of starts at each distance (in starts) whose fates differ. */
  readonly distances: readonly number[];
  readonly fractions: readonly number[];
}

/**
 * The uncertainty exponent of Grebogi, McDonald, Ott and Yorke (Phys. Lett. A 99, 1983), from pairs of starts of the same
 * grid at distances 1, 2, 4, 8 along both axes, by weighted regression of log f on log ε. Null without a boundary.
 */
export function uncertaintyExponent({ columns, rows, classOf }: Grid): UncertaintyExponent | null {
  const distances = [1, 2, 4, 8].filter((d) => 4 * d <= Math.min(columns, rows));
  const fractions = distances.map((d) => differing(classOf, columns, rows, d));
  if (distances.length < 2 || fractions.some((f) => f === 0)) return null;
  const x = distances.map(Math.log);
  const y = fractions.map(Math.log);
  const [mx, my] = [x, y].map((values) => values.reduce((a, b) => a + b) / values.length);
  const sxx = x.reduce((sum, value) => sum + (value - mx) ** 2, 0);
  const exponent = x.reduce((sum, value, i) => sum + (value - mx) * (y[i] - my), 0) / sxx;
  const scatter = y.reduce((sum, value, i) => sum + (value - my - exponent * (x[i] - mx)) ** 2, 0) / (y.length - 1);
  // Boundary crossings along a line of starts are what is counted: the relative error of f is one over their root.
  const counting = 1 / (fractions[0] * columns * rows);
  const half = normalQuantile(0.975) * Math.sqrt((scatter + counting) / sxx);
  return {
    ...{ exponent, dimension: 2 - exponent, distances, fractions },
    confidence95: [exponent - half, exponent + half],
  };
}

function differing(classOf: Int32Array, columns: number, rows: number, d: number): number {
  let [count, different] = [0, 0];
  for (let j = 0; j < rows; j++) {
    for (let i = 0; i < columns; i++) {
      const at = j * columns + i;
      if (i + d < columns) {
        count += 1;
        if (classOf[at] !== classOf[at + d]) different += 1;
      }
      if (j + d < rows) {
        count += 1;
        if (classOf[at] !== classOf[at + d * columns]) different += 1;
      }
    }
  }
  return different / count;
}

/**
 * Whether the basins share one boundary (Wada), by the merging method (Daza, Wagemakers and Sanjuán, Sci. Rep. 8, 2018): each
 * class against all others merged has a boundary; the smallest number of starts by which every one of them must be
 * fattened to cover every other. Small (a few starts) speaks for the Wada property at this resolution. Null with fewer
 * than three classes.
 */
export function wadaRadius({ columns, rows, classOf }: Grid): number | null {
  const classes = [...new Set(classOf)];
  if (classes.length < 3) return null;
  const boundaries = classes.map((own) => boundaryOf(classOf, columns, rows, own));
  let radius = 0;
  for (const boundary of boundaries) {
    const far = distancesTo(boundary, columns, rows);
    for (const other of boundaries) {
      other.forEach((isEdge, at) => {
        if (isEdge) radius = Math.max(radius, far[at]);
      });
    }
  }
  return radius;
}

/** Starts with a neighbour on the other side of the boundary of class `own`. */
function boundaryOf(classOf: Int32Array, columns: number, rows: number, own: number): Uint8Array {
  return Uint8Array.from(classOf, (value, at) => {
    const inside = value === own;
    const differs = (other: number) => (classOf[other] === own) !== inside;
    const [i, j] = [at % columns, Math.floor(at / columns)];
    const edge =
      (i > 0 && differs(at - 1)) ||
      (i + 1 < columns && differs(at + 1)) ||
      (j > 0 && differs(at - columns)) ||
      (j + 1 < rows && differs(at + columns));
    return edge ? 1 : 0;
  });
}

/** Steps of a king from each start to the nearest marked one. */
function distancesTo(marked: Uint8Array, columns: number, rows: number): Int32Array {
  const far = Int32Array.from(marked, (mark) => (mark ? 0 : -1));
  let front = [...marked.keys()].filter((at) => marked[at]);
  for (let d = 1; front.length > 0; d++) {
    const next: number[] = [];
    for (const at of front) {
      const [i, j] = [at % columns, Math.floor(at / columns)];
      for (let v = Math.max(0, j - 1); v <= Math.min(rows - 1, j + 1); v++) {
        for (let u = Math.max(0, i - 1); u <= Math.min(columns - 1, i + 1); u++) {
          if (far[v * columns + u] >= 0) continue;
          far[v * columns + u] = d;
          next.push(v * columns + u);
        }
      }
    }
    front = next;
  }
  return far;
}
