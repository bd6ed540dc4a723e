import { ANNIHILATED, type Rng, scale } from "../numeric/index.ts";
import type { Cocycle, CocyclePath } from "./cocycle.ts";
import { type ProjectiveGrid, projectiveGrid } from "./projective-grid.ts";

/** An r × r matrix, row-major, with its probability. */
export interface SmallFactor {
  readonly entries: ArrayLike<number>;
  readonly probability: number;
}

export interface ControlledOptions {
  /** Nodes of the grid along each axis (default 2048 in the plane, 64 in space, fewer with many factors). */
  readonly nodes?: number;
}

/**
 * The cocycle of independent factors in dimension 2 or 3 whose "growth" is that of log‖Au‖ with nearly all of its noise
 * taken out.
 *
 * For g(u) = E log‖Au‖, P the transition operator of directions and *any* function h, the mean of g + Ph − h over the
 * stationary directions is λ, exactly. If h solved the Poisson equation h = g − λ + Ph, it would be λ at every u; here h is
 * a solution on a grid, by value iteration, so what is left is the error of the grid, and an average over a simulated path
 * has that little noise. Nothing rests on the smoothness of h, which fails where factors are nearly singular.
 *
 * Cost: nodes × factors × 2ʳ⁻¹ a sweep, some hundred of them; a step costs the image and the value of h under every factor.
 */
export function controlledCocycle(
  factors: readonly SmallFactor[],
  dimension: number,
  options: ControlledOptions = {},
): Cocycle {
  const grid = projectiveGrid(dimension, options.nodes ?? nodesFor(factors.length, dimension));
  const values = poissonSolution(factors, grid, Math.max(1e-6, 0.1 / grid.nodes));
  const cumulative = cumulativeOf(factors);
  const path = (rng: Rng): CocyclePath => {
    const image = new Float64Array(dimension);
    const advance = (c: Float64Array) => {
      const drawn = draw(cumulative, rng.uniform());
      const residual = residualAt(c, factors, grid, values);
      const size = apply(factors[drawn].entries, c, image);
      c.set(image);
      return { residual, size };
    };
    return {
      step(frame, count) {
        const { entries } = factors[draw(cumulative, rng.uniform())];
        for (let row = 0; row < count; row++) {
          const vector = frame.subarray(row * dimension, (row + 1) * dimension);
          apply(entries, vector, image);
          vector.set(image);
        }
      },
      grow(c, steps) {
        let total = 0;
        for (let t = 0; t < steps; t++) {
          const { residual, size } = advance(c);
          if (size <= ANNIHILATED || residual === Number.NEGATIVE_INFINITY) return Number.NEGATIVE_INFINITY;
          if (!Number.isFinite(size)) throw new RangeError("controlledCocycle: a factor is not finite");
          scale(1 / size, c);
          total += residual;
        }
        return total;
      },
    };
  };
  return { dimension, period: 1, path };
}

/** Factors up to which a step that looks at all of them is worth it: in one measurement, and in each of a scan. */
const MOST_FACTORS = { one: 64, scan: 16 } as const;

/**
 * The controlled cocycle where it is worth it: in dimension 2 and 3, with independent factors that are few. Null elsewhere.
 * `rough`: for a scan, on a coarse grid.
 */
export function controlledIfSmall(
  dimension: number,
  count: number,
  factors: () => readonly SmallFactor[],
  rough: boolean,
): Cocycle | null {
  if (dimension < 2 || dimension > 3 || count > MOST_FACTORS[rough ? "scan" : "one"]) return null;
  return controlledCocycle(factors(), dimension, rough ? { nodes: dimension === 2 ? 64 : 8 } : {});
}

/** Entries of the sparse transition matrix that are kept. */
const MOST_ENTRIES = 2e6;
const SWEEPS = 200;

function nodesFor(factors: number, dimension: number): number {
  const nodes = MOST_ENTRIES / (factors * dimension * 2 ** (dimension - 1));
  return Math.max(8, Math.floor(dimension === 2 ? Math.min(2048, nodes) : Math.min(64, Math.sqrt(nodes))));
}

/** h on the nodes: h ← g + Ph − const until it moves by little beside the error of the grid. */
function poissonSolution(factors: readonly SmallFactor[], grid: ProjectiveGrid, tolerance: number): Float64Array {
  const { nodes, corners, dimension } = grid;
  const width = factors.length * corners;
  const places = new Int32Array(nodes * width);
  const weights = new Float64Array(nodes * width);
  const growth = new Float64Array(nodes);
  const [x, image] = [new Float64Array(dimension), new Float64Array(dimension)];
  for (let i = 0; i < nodes; i++) {
    grid.direction(i, x);
    const length = Math.hypot(...x);
    factors.forEach(({ entries, probability }, f) => {
      const size = apply(entries, x, image) / length;
      growth[i] += probability * Math.log(Math.max(size, ANNIHILATED));
      const at = i * width + f * corners;
      if (size === 0) return; // annihilated: nothing follows
      grid.locate(image, places, weights, at);
      for (let corner = 0; corner < corners; corner++) weights[at + corner] *= probability;
    });
  }
  let h = new Float64Array(nodes);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const next = new Float64Array(nodes);
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let i = 0; i < nodes; i++) {
      let sum = growth[i];
      for (let e = i * width; e < (i + 1) * width; e++) sum += weights[e] * h[places[e]];
      next[i] = sum;
      [least, most] = [Math.min(least, sum - h[i]), Math.max(most, sum - h[i])];
    }
    const shift = next[0];
    for (let i = 0; i < nodes; i++) next[i] -= shift;
    h = next;
    if (most - least < tolerance) break; // h = g − λ + Ph on the grid
  }
  return h;
}

/** g(u) + (Ph)(u) − h(u) at a unit vector; −∞ where a factor annihilates it. */
function residualAt(
  u: Float64Array,
  factors: readonly SmallFactor[],
  grid: ProjectiveGrid,
  values: Float64Array,
): number {
  let sum = -valueAt(u, grid, values);
  for (const { entries, probability } of factors) {
    const size = apply(entries, u, scratch);
    if (size <= ANNIHILATED) return Number.NEGATIVE_INFINITY;
    sum += probability * (Math.log(size) + valueAt(scratch, grid, values));
  }
  return sum;
}

const scratch = new Float64Array(3);
const cornerNodes = new Int32Array(4);
const cornerWeights = new Float64Array(4);

function valueAt(x: Float64Array, grid: ProjectiveGrid, values: Float64Array): number {
  grid.locate(x, cornerNodes, cornerWeights, 0);
  let sum = 0;
  for (let corner = 0; corner < grid.corners; corner++) sum += cornerWeights[corner] * values[cornerNodes[corner]];
  return sum;
}

/** out ← A x; returns its length. */
function apply(entries: ArrayLike<number>, x: Float64Array, out: Float64Array): number {
  const r = x.length;
  let square = 0;
  for (let i = 0; i < r; i++) {
    let sum = 0;
    for (let j = 0; j < r; j++) sum += entries[i * r + j] * x[j];
    out[i] = sum;
    square += sum * sum;
  }
  return Math.sqrt(square);
}

function cumulativeOf(factors: readonly SmallFactor[]): Float64Array {
  let sum = 0;
  return Float64Array.from(factors, ({ probability }) => (sum += probability));
}

/** The factor whose share of [0, 1) holds u. */
function draw(cumulative: Float64Array, u: number): number {
  const target = u * cumulative[cumulative.length - 1];
  let [lo, hi] = [0, cumulative.length - 1];
  while (lo < hi) {
    const middle = (lo + hi) >> 1;
    if (cumulative[middle] > target) hi = middle;
    else lo = middle + 1;
  }
  return lo;
}
