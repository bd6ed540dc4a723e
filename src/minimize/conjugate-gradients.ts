import { axpy, dot, norm } from "../numeric/index.ts";

/**
 * Conjugate gradients for A x = b with a positive definite preconditioner M ≈ A⁻¹, from x = 0 until
 * ‖b − Ax‖ ≤ rtol·‖b‖ or `maxSteps` (then x is the best so far). Returns false when a direction of non-positive
 * curvature shows that A is not positive definite; x then holds what was reached before.
 */
export function conjugateGradients(
  apply: (x: Float64Array, out: Float64Array) => void,
  precondition: (x: Float64Array, out: Float64Array) => void,
  b: Float64Array,
  x: Float64Array,
  options: { readonly rtol: number; readonly maxSteps: number },
): boolean {
  const n = b.length;
  const residual = b.slice();
  const z = new Float64Array(n);
  const image = new Float64Array(n);
  x.fill(0);
  precondition(residual, z);
  const direction = z.slice();
  let product = dot(residual, z);
  const target = options.rtol * norm(b);
  for (let step = 0; step < options.maxSteps && norm(residual) > target; step++) {
    apply(direction, image);
    const curvature = dot(direction, image);
    if (!(curvature > 0)) return false;
    const alpha = product / curvature;
    axpy(alpha, direction, x);
    axpy(-alpha, image, residual);
    precondition(residual, z);
    const next = dot(residual, z);
    const beta = next / product;
    product = next;
    for (let i = 0; i < n; i++) direction[i] = z[i] + beta * direction[i];
  }
  return true;
}
