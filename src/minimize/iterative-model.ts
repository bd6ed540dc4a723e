import type { Objective } from "../compile/index.ts";
import { axpy } from "../numeric/index.ts";
import { conjugateGradients } from "./conjugate-gradients.ts";
import type { DampedModel } from "./damped-model.ts";
import { type GaussNewtonParts, gaussNewtonParts } from "./gauss-newton.ts";
import type { RegularizedLoss } from "./regularized-loss.ts";

const RTOL = 1e-3;
const STEPS = 400;

/**
 * The same model with nothing stored: products Gx = Jᵀ(RᵀR(Jx)) by one jvp and one vjp (the Hessian product for a
 * formula objective), systems by conjugate gradients to 1e-3. Memory O(mk² + n).
 */
export function iterativeModel(
  objective: Objective,
  loss: RegularizedLoss,
  theta: Float64Array,
  gradient: Float64Array,
): DampedModel {
  const parts = objective.outputCount === 0 ? null : gaussNewtonParts(objective, theta);
  const curvature: Product = parts
    ? gaussNewtonProduct(objective, loss, theta, parts)
    : (x, out) => loss.hvp(theta, x, out);
  let damping = 0;
  const apply = (x: Float64Array, out: Float64Array) => {
    curvature(x, out);
    axpy(damping, x, out);
  };
  const copy = (x: Float64Array, out: Float64Array) => out.set(x);
  const solve = (x: Float64Array, out: Float64Array) =>
    conjugateGradients(apply, copy, x, out, { rtol: RTOL, maxSteps: STEPS });
  return {
    scale: largestQuotient(curvature, gradient),
    damp(mu) {
      damping = mu;
      return true;
    },
    step(out) {
      const definite = solve(gradient, out);
      for (let i = 0; i < out.length; i++) out[i] = -out[i];
      return definite;
    },
    solve,
  };
}

type Product = (x: Float64Array, out: Float64Array) => void;

function gaussNewtonProduct(
  objective: Objective,
  loss: RegularizedLoss,
  theta: Float64Array,
  { roots, pull }: GaussNewtonParts,
): Product {
  const outputs = new Float64Array(pull.length);
  return (x, out) => {
    objective.jvp(theta, x, outputs);
    roots.apply(outputs, outputs);
    roots.applyTransposed(outputs, outputs);
    objective.vjp(theta, outputs, out);
    axpy(loss.weightDecay, x, out);
  };
}

/** |Rayleigh quotient| after a few power steps from the gradient: the scale of the curvature. */
function largestQuotient(product: Product, start: Float64Array): number {
  let x = start.slice();
  let quotient = 0;
  for (let i = 0; i < 4; i++) {
    const length = Math.sqrt(x.reduce((sum, t) => sum + t * t, 0));
    if (!(length > 0)) break;
    x = x.map((t) => t / length);
    const image = new Float64Array(x.length);
    product(x, image);
    quotient = Math.abs(x.reduce((sum, t, j) => sum + t * image[j], 0));
    x = image;
  }
  return quotient > 0 ? quotient : 1;
}
