import type { Objective } from "../compile/index.ts";
import { axpy, choleskyInPlace, choleskySolve, maxAbs } from "../numeric/index.ts";
import type { DampedModel } from "./damped-model.ts";
import { gaussNewtonParts } from "./gauss-newton.ts";
import { ModelRoom } from "./model-room.ts";
import { conjugateByRoots } from "./output-roots.ts";

/**
 * Gauss–Newton in the space of outputs: with A = RJ and s = w + μ, all inverses are those of S + sI, S = AAᵀ = RKRᵀ of
 * size m·k. J is never stored: K comes from the layers, A and Aᵀ act by jvp and vjp.
 *
 * The gradient splits as ∇F = Aᵀv + h, h = Jᵀ(u − Rᵀv) + wθ with u = p∇_fℓ. On its first part (AᵀA + sI)⁻¹Aᵀv =
 * Aᵀ(S + sI)⁻¹v, which stays accurate for tiny s; on h, which is 0 for squared losses without weight decay, the
 * identity of Woodbury, (AᵀA + sI)⁻¹h = (h − Aᵀ(S + sI)⁻¹Ah)/s.
 */
export function dualModel(
  objective: Objective,
  weightDecay: number,
  theta: Float64Array,
  gradient: Float64Array,
  room = new ModelRoom(),
): DampedModel {
  const { roots, pull } = gaussNewtonParts(objective, theta);
  const size = pull.length;
  const kernel = room.matrix("kernel", size, size).data;
  objective.ntk(theta, kernel);
  conjugateByRoots(kernel, roots);
  const diagonal = Float64Array.from({ length: size }, (_, i) => kernel[i * size + i]);

  const v = new Float64Array(size);
  roots.solveTransposed(pull, v);
  const held = new Float64Array(size);
  const pullBack = (x: Float64Array, out: Float64Array) => {
    roots.applyTransposed(x, held);
    objective.vjp(theta, held, out);
  };
  const rest = new Float64Array(theta.length); // h = ∇F − Aᵀv
  pullBack(v, rest);
  for (let i = 0; i < rest.length; i++) rest[i] = gradient[i] - rest[i];
  const hasRest = weightDecay > 0 || maxAbs(rest) > 1e-12 * maxAbs(gradient);

  const factor = room.matrix("factor", size, size); // of S + sI, in its lower triangle
  let s = Number.NaN;
  const outputs = new Float64Array(size);
  const solved = (x: Float64Array) => choleskySolve(factor, x, x);
  const solve = (x: Float64Array, out: Float64Array) => {
    objective.jvp(theta, x, outputs);
    roots.apply(outputs, outputs);
    pullBack(solved(outputs), out);
    for (let i = 0; i < out.length; i++) out[i] = (x[i] - out[i]) / s;
  };
  return {
    scale: maxAbs(diagonal) + weightDecay || 1,
    damp(mu) {
      s = weightDecay + mu;
      factor.data.set(kernel);
      for (let i = 0; i < size; i++) factor.data[i * size + i] = diagonal[i] + s;
      return choleskyInPlace(factor);
    },
    step(out) {
      pullBack(solved(v.slice()), out);
      if (hasRest) {
        const second = new Float64Array(out.length);
        solve(rest, second);
        axpy(1, second, out);
      }
      for (let i = 0; i < out.length; i++) out[i] = -out[i];
      return true;
    },
    solve,
    lift(y, out) {
      roots.apply(y, outputs);
      pullBack(solved(outputs), out);
    },
  };
}
