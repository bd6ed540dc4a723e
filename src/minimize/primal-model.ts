import type { Objective } from "../compile/index.ts";
import {
  choleskyInPlace,
  choleskySolve,
  type Matrix,
  maxAbs,
  multiplyTransposed,
  transpose,
} from "../numeric/index.ts";
import type { DampedModel } from "./damped-model.ts";
import { gaussNewtonParts } from "./gauss-newton.ts";
import { ModelRoom } from "./model-room.ts";
import type { OutputRoots } from "./output-roots.ts";
import type { RegularizedLoss } from "./regularized-loss.ts";

/** Gauss–Newton in parameter space: C = AᵀA + wI, A = RJ stored. For at least as many outputs as parameters. */
export function primalModel(
  objective: Objective,
  weightDecay: number,
  theta: Float64Array,
  gradient: Float64Array,
  room = new ModelRoom(),
): DampedModel {
  const n = objective.dimension;
  const { roots, pull } = gaussNewtonParts(objective, theta);
  const jacobian = room.matrix("jacobian", pull.length, n);
  objective.jacobian(theta, jacobian.data);
  multiplyRows(roots, jacobian);
  const columns = transpose(jacobian);
  const curvature = room.matrix("curvature", n, n);
  multiplyTransposed(columns, columns, curvature.data);
  for (let i = 0; i < n; i++) curvature.data[i * n + i] += weightDecay;
  const model = factoredModel(curvature, gradient, room);
  const outputs = new Float64Array(pull.length);
  return {
    ...model,
    lift(y, out) {
      roots.apply(y, outputs);
      roots.applyTransposed(outputs, outputs);
      objective.vjp(theta, outputs, out);
      model.solve(out, out);
    },
  };
}

/** The Hessian itself, by n products: C = ∇²F. Indefinite away from minima, so small dampings may be refused. */
export function hessianModel(
  loss: RegularizedLoss,
  theta: Float64Array,
  gradient: Float64Array,
  room = new ModelRoom(),
): DampedModel {
  const n = theta.length;
  const hessian = room.matrix("curvature", n, n);
  const unit = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    unit.fill(0)[i] = 1;
    loss.hvp(theta, unit, hessian.data.subarray(i * n, (i + 1) * n));
  }
  return factoredModel(hessian, gradient, room);
}

/** Rows of J ← R_iJ_i, in place. */
function multiplyRows({ blocks, outputCount: k }: OutputRoots, jacobian: Matrix): void {
  const { rows, cols: n, data } = jacobian;
  const held = new Float64Array(k * n);
  for (let at = 0; at < rows; at += k) {
    held.fill(0);
    for (let i = 0; i < k; i++) {
      for (let j = 0; j < k; j++) {
        const r = blocks[(at + i) * k + j];
        if (r === 0) continue;
        const from = (at + j) * n;
        for (let c = 0; c < n; c++) held[i * n + c] += r * data[from + c];
      }
    }
    data.set(held, at * n);
  }
}

function factoredModel(curvature: Matrix, gradient: Float64Array, room: ModelRoom): DampedModel {
  const n = curvature.rows;
  const factor = room.matrix("factor", n, n); // of C + μI, in its lower triangle
  const diagonal = Float64Array.from({ length: n }, (_, i) => curvature.data[i * n + i]);
  return {
    scale: maxAbs(diagonal) || 1,
    damp(mu) {
      factor.data.set(curvature.data);
      for (let i = 0; i < n; i++) factor.data[i * n + i] = diagonal[i] + mu;
      return choleskyInPlace(factor);
    },
    step(out) {
      choleskySolve(factor, gradient, out);
      for (let i = 0; i < n; i++) out[i] = -out[i];
      return true;
    },
    solve: (x, out) => void choleskySolve(factor, x, out),
  };
}
