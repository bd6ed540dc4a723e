import type { DiscreteMap } from "./discrete-map.ts";
import { orbitSize } from "./periodic-orbit.ts";
import { type Border, type ShootingOptions, shootingResiduals, shootingSystem } from "./shooting.ts";

/** A closed orbit given by all its points, with the values of the parameters that Newton's method may change. */
export interface FreeOrbit {
  readonly points: readonly Float64Array[];
  readonly values: readonly number[];
}

export interface CorrectedFreeOrbit extends FreeOrbit {
  /** Largest ‖F(x_k) − x_{k+1}‖. */
  readonly residual: number;
  readonly iterations: number;
}

export interface BorderedNewton extends ShootingOptions {
  mapAt(values: readonly number[]): DiscreteMap;
  /** The parameters' columns, in units of `scales`, and the equations that a correction keeps. */
  border(orbit: FreeOrbit): Border;
  readonly scales: readonly number[];
  /** Largest residual that counts as closed, relative to 1 + max‖x_k‖. */
  readonly tolerance: number;
  /** Damping of a step whose residual, relative to the same size, is this. */
  damping(residual: number): number;
}

const maxCorrections = 9;
/** A correction that multiplies the residual by more than this will not arrive. */
const worstGrowth = 2;

/** Newton's method with parameters free; null when it does not arrive in a few steps. One shooting system a step. */
export function correctOrbit(guess: FreeOrbit, newton: BorderedNewton): CorrectedFreeOrbit | null {
  let { points, values } = guess;
  let previous = Number.POSITIVE_INFINITY;
  let best: CorrectedFreeOrbit | null = null;
  for (let iterations = 0; iterations <= maxCorrections; iterations++) {
    const map = newton.mapAt(values);
    const { residuals, largest } = shootingResiduals(map, points);
    const size = orbitSize(points);
    if (!(largest <= worstGrowth * previous) || !Number.isFinite(size)) return best;
    if (largest <= newton.tolerance * size) {
      // One more step squares the error; it is kept when it lowers the residual.
      if (best) return largest < best.residual ? { points, values, residual: largest, iterations } : best;
      best = { points, values, residual: largest, iterations };
      if (largest === 0) return best;
    } else if (best) return best;
    previous = largest;
    const rights = residuals.map((r) => r.map((t) => -t));
    const border = newton.border({ points, values });
    const damping = newton.damping(largest / size);
    const { steps, parameters } = shootingSystem(map, points, newton).solve({ rights, border, damping });
    points = points.map((x, k) => x.map((t, i) => t + steps[k][i]));
    values = values.map((value, j) => value + newton.scales[j] * parameters[j]);
  }
  return best;
}
