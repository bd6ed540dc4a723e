import { axpy, dot, norm, scale } from "../numeric/index.ts";
import { correctOrbit } from "./bordered-newton.ts";
import type { MapFamily } from "./discrete-map.ts";
import { type Border, type ShootingOptions, shootingSystem } from "./shooting.ts";

/** A closed orbit of the map at `value`, given by all its points. */
export interface OrbitAtValue {
  readonly points: readonly Float64Array[];
  readonly value: number;
}

/** Where a curve of orbits leads: changes of the points, and of the parameter in units of the curve's `parameterScale`. */
export interface CurveDirection {
  readonly steps: readonly Float64Array[];
  readonly parameter: number;
}

/** The hyperplane in which a correction stays: ⟨vector, δ_0⟩ + weight·a = 0, a in units of `parameterScale`. */
export interface Plane {
  readonly vector: Float64Array;
  readonly weight: number;
}

export interface CorrectedOrbit extends OrbitAtValue {
  readonly residual: number;
  readonly iterations: number;
}

/**
 * Orbits of one period as a curve in (x_0, value). Lengths on it are Euclidean in x_0 and value/parameterScale, so a
 * change of the parameter by parameterScale weighs as much as a change of x_0 by 1.
 */
export interface OrbitCurve {
  readonly parameterScale: number;
  /** Newton's method within a plane through the guess; null when it does not converge in a few iterations. */
  correct(guess: OrbitAtValue, plane: Plane): CorrectedOrbit | null;
  /** The unit tangent that points along `reference`; within a family, the one with no part along the family. */
  tangent(orbit: OrbitAtValue, reference: Plane): CurveDirection;
  /** The point at a distance along a direction, uncorrected. */
  predict(orbit: OrbitAtValue, direction: CurveDirection, length: number): OrbitAtValue;
}

export interface OrbitCurveOptions extends ShootingOptions {
  readonly parameterScale: number;
  /** Largest ‖F(x_k) − x_{k+1}‖, relative to 1 + max‖x_k‖. */
  readonly tolerance: number;
}

const dampingFloor = 1e-11;

export function orbitCurve(family: MapFamily, options: OrbitCurveOptions): OrbitCurve {
  const { parameterScale } = options;
  const sidesAt = (points: readonly Float64Array[], value: number) =>
    points.map((x) => {
      const side = new Float64Array(family.dimension);
      family.parameterDerivative(x, value, side);
      scale(parameterScale, side);
      return side;
    });
  const correct = (guess: OrbitAtValue, plane: Plane): CorrectedOrbit | null => {
    const corrected = correctOrbit(
      { points: guess.points, values: [guess.value] },
      {
        ...options,
        mapAt: ([value]) => family.at(value),
        border: ({ points, values: [value] }) => borderOf(sidesAt(points, value), plane, 0),
        scales: [parameterScale],
        damping: (residual) => Math.max(Math.min(residual, 1), dampingFloor) ** 2,
      },
    );
    if (!corrected) return null;
    const { points, values, residual, iterations } = corrected;
    return { points, value: values[0], residual, iterations };
  };
  return {
    parameterScale,
    correct,
    tangent({ points, value }, reference) {
      const system = shootingSystem(family.at(value), points, options);
      const rights = points.map(() => new Float64Array(family.dimension));
      const border = borderOf(sidesAt(points, value), reference, 1);
      const solution = system.solve({ rights, border, damping: dampingFloor ** 2 });
      const { steps } = solution;
      const [parameter] = solution.parameters;
      const length = Math.hypot(norm(steps[0]), parameter);
      return {
        steps: steps.map((d) => moved(new Float64Array(d.length), d, 1 / length)),
        parameter: parameter / length,
      };
    },
    predict: ({ points, value }, direction, length) => ({
      points: points.map((x, k) => moved(x, direction.steps[k], length)),
      value: value + length * parameterScale * direction.parameter,
    }),
  };
}

function borderOf(column: readonly Float64Array[], { vector, weight }: Plane, value: number): Border {
  return { columns: [column], rows: [{ vector, weights: [weight], value }] };
}

/** The plane across a direction. */
export function planeOf({ steps, parameter }: CurveDirection): Plane {
  return { vector: steps[0], weight: parameter };
}

/** The plane in which the parameter does not change. */
export function fixedValue(dimension: number): Plane {
  return { vector: new Float64Array(dimension), weight: 1 };
}

/** The cosine of the angle between two unit directions. */
export function cosine(a: CurveDirection, b: CurveDirection): number {
  return dot(a.steps[0], b.steps[0]) + a.parameter * b.parameter;
}

function moved(x: Float64Array, by: Float64Array, factor: number): Float64Array {
  const y = x.slice();
  axpy(factor, by, y);
  return y;
}
