import { axpy, dot } from "../../numeric/index.ts";
import type { DiscreteMap, MapFamily } from "../discrete-map.ts";

/**
 * Gradient descent on L(x) = Σ (x_i² − 1)²/4 + ½ Σ_j c_j ⟨v_j, x⟩², v_j = √(2/n) cos(2πji/n), j = 1 …: n double wells with
 * a few stiff collective modes. Uniform states follow the cubic map x ↦ (1 + η)x − ηx³, and along its 2-cycle (a, b) all
 * multipliers are known: s_a s_b for the bulk, s_x = 1 − η(3x² − 1), and (s_a − ηc_j)(s_b − ηc_j).
 */
export function doubleWellLattice(n: number, options: { stepSize: number; stiffness: readonly number[] }) {
  const { stepSize, stiffness } = options;
  const modes = stiffness.map((_, j) =>
    Float64Array.from({ length: n }, (_, i) => Math.sqrt(2 / n) * Math.cos((2 * Math.PI * (j + 1) * i) / n)),
  );
  /** out ← out + factor·Σ c_j ⟨v_j, v⟩ v_j. */
  const addStiffness = (factor: number, v: Float64Array, out: Float64Array) => {
    modes.forEach((mode, j) => {
      axpy(factor * stiffness[j] * dot(mode, v), mode, out);
    });
  };
  const family: MapFamily = {
    dimension: n,
    at: (eta) => descentMap(n, eta, addStiffness),
    parameterDerivative(x, _, out) {
      for (let i = 0; i < n; i++) out[i] = x[i] - x[i] ** 3;
      addStiffness(-1, x, out);
    },
  };
  // The 2-cycle of x ↦ rx − ηx³ with unequal points, r = 1 + η: x² = (r ± √(r² − 4))/(2η).
  const r = 1 + stepSize;
  const root = Math.sqrt(r * r - 4);
  const uniformCycle = [Math.sqrt((r + root) / (2 * stepSize)), Math.sqrt((r - root) / (2 * stepSize))] as const;
  const [a, b] = uniformCycle.map((x) => 1 - stepSize * (3 * x * x - 1));
  return {
    map: family.at(stepSize),
    family,
    uniformCycle,
    bulkMultiplier: a * b,
    modeMultipliers: stiffness.map((c) => (a - stepSize * c) * (b - stepSize * c)),
  };
}

function descentMap(
  n: number,
  eta: number,
  addStiffness: (factor: number, v: Float64Array, out: Float64Array) => void,
): DiscreteMap {
  const push = (x: Float64Array, v: Float64Array, out: Float64Array) => {
    for (let i = 0; i < n; i++) out[i] = v[i] - eta * (3 * x[i] * x[i] - 1) * v[i];
    addStiffness(-eta, v, out);
  };
  return {
    dimension: n,
    symmetric: true,
    step(x, out) {
      for (let i = 0; i < n; i++) out[i] = x[i] - eta * (x[i] ** 3 - x[i]);
      addStiffness(-eta, x, out);
    },
    tangent: push,
    adjoint: push,
  };
}
