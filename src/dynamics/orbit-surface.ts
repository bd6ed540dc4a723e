import { axpy, createRng, dot, norm, scale } from "../numeric/index.ts";
import { correctOrbit, type FreeOrbit } from "./bordered-newton.ts";
import type { PlaneFamily } from "./discrete-map.ts";
import { type BorderRow, type ShootingOptions, shootingSystem } from "./shooting.ts";

type Pair = readonly [number, number];

/** A closed orbit of the map at two values, given by all its points. */
export interface SurfaceOrbit {
  readonly points: readonly Float64Array[];
  readonly values: Pair;
  readonly residual: number;
}

/** Changes of the points, and of both parameters in units of the surface's scales. */
export interface SurfaceDirection {
  readonly steps: readonly Float64Array[];
  readonly parameters: Pair;
}

/** Two tangents, orthonormal in (δ_0, a_1, a_2). */
export type Frame = readonly [SurfaceDirection, SurfaceDirection];

/**
 * Orbits of one period as a surface in (x_0, first value, second value), with charts: an orbit near another is named by
 * its two coordinates along the tangents there.
 */
export interface OrbitSurface {
  /** The orbit at coordinates s in the chart of another; null when Newton's method does not arrive. */
  at(base: SurfaceOrbit, frame: Frame, s: Pair): SurfaceOrbit | null;
  /** Tangents, turned to agree with a neighbour's. */
  frame(orbit: SurfaceOrbit, reference: readonly [BorderRow, BorderRow]): Frame;
  /**
   * A first frame. Where the branch with the second value fixed stands upright (a fold), that branch and what is left;
   * else the changes with each parameter, which have no part along a family.
   */
  firstFrame(orbit: SurfaceOrbit, isUpright: boolean): Frame;
}

export interface OrbitSurfaceOptions extends ShootingOptions {
  readonly scales: Pair;
  /** Largest ‖F(x_k) − x_{k+1}‖, relative to 1 + max‖x_k‖. */
  readonly tolerance: number;
}

const damping = 1e-22;

export function orbitSurface(family: PlaneFamily, options: OrbitSurfaceOptions): OrbitSurface {
  const { scales } = options;
  const n = family.dimension;
  const columnAt = ({ points, values: [first, second] }: FreeOrbit, j: 0 | 1) =>
    points.map((x) => {
      const column = new Float64Array(n);
      family.parameterDerivative(x, [first, second], j, column);
      scale(scales[j], column);
      return column;
    });
  const solve = (orbit: SurfaceOrbit, columns: readonly Float64Array[][], rows: readonly BorderRow[]) => {
    const rights = orbit.points.map(() => new Float64Array(n));
    return shootingSystem(family.at(orbit.values), orbit.points, options).solve({
      ...{ rights, damping },
      border: { columns, rows },
    });
  };
  const frame = (orbit: SurfaceOrbit, reference: readonly [BorderRow, BorderRow]): Frame => {
    const columns = [columnAt(orbit, 0), columnAt(orbit, 1)];
    const [u, v] = [0, 1].map((own): SurfaceDirection => {
      const rows = reference.map((row, i) => ({ ...row, value: i === own ? 1 : 0 }));
      const { steps, parameters } = solve(orbit, columns, rows);
      return { steps, parameters: [parameters[0], parameters[1]] };
    });
    const first = unit(u);
    return [first, unit(combined(v, first, -inner(v, first)))];
  };
  return {
    at(base, tangents, s) {
      const rows = tangents.map((tangent) => ({ ...rowOf(tangent), value: 0 }));
      const points = base.points.map((x, k) => {
        const moved = x.slice();
        tangents.forEach((tangent, i) => {
          axpy(s[i], tangent.steps[k], moved);
        });
        return moved;
      });
      const values = [0, 1].map(
        (j) => base.values[j] + scales[j] * (s[0] * tangents[0].parameters[j] + s[1] * tangents[1].parameters[j]),
      );
      const corrected = correctOrbit(
        { points, values },
        {
          ...options,
          mapAt: ([first, second]) => family.at([first, second]),
          border: (orbit) => ({ columns: [columnAt(orbit, 0), columnAt(orbit, 1)], rows }),
          damping: () => damping,
        },
      );
      if (!corrected) return null;
      const [first, second] = corrected.values;
      return { points: corrected.points, values: [first, second], residual: corrected.residual };
    },
    frame,
    firstFrame(orbit, isUpright) {
      const still = new Float64Array(n);
      const second = { vector: still, weights: [0, 1], value: 0 };
      if (!isUpright) return frame(orbit, [{ vector: still, weights: [1, 0], value: 0 }, second]);
      const rng = createRng(0, "first frame");
      const vector = Float64Array.from({ length: n }, () => rng.normal());
      const row = { vector, weights: [rng.normal()], value: 1 };
      const { steps, parameters } = solve(orbit, [columnAt(orbit, 0)], [row]);
      const along = unit({ steps, parameters: [parameters[0], 0] });
      return frame(orbit, [rowOf(along), second]);
    },
  };
}

/** The equation that a change has no part along a direction. */
export function rowOf({ steps, parameters }: SurfaceDirection): BorderRow {
  return { vector: steps[0], weights: parameters, value: 0 };
}

function inner(a: SurfaceDirection, b: SurfaceDirection): number {
  return dot(a.steps[0], b.steps[0]) + a.parameters[0] * b.parameters[0] + a.parameters[1] * b.parameters[1];
}

function combined(a: SurfaceDirection, b: SurfaceDirection, factor: number): SurfaceDirection {
  return {
    steps: a.steps.map((d, k) => d.map((t, i) => t + factor * b.steps[k][i])),
    parameters: [a.parameters[0] + factor * b.parameters[0], a.parameters[1] + factor * b.parameters[1]],
  };
}

function unit(direction: SurfaceDirection): SurfaceDirection {
  const length = Math.hypot(norm(direction.steps[0]), ...direction.parameters);
  return {
    steps: direction.steps.map((d) => d.map((t) => t / length)),
    parameters: [direction.parameters[0] / length, direction.parameters[1] / length],
  };
}
