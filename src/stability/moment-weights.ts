import { lu, matrix } from "../numeric/index.ts";
import { stepMatrix, type UpdateRule } from "./update-rule.ts";

/**
 * How a mode pair (a, b) of the second moment answers to noise. With S the second moment of the positions in the
 * eigenbasis of H, V(S) the noise map of the batch law and z an eigenvalue of Q(S) = E[A S Aᵀ],
 *
 *   S_ab = D_ab V(S)_ab,
 *   GD:  D_ab = η² / (z − (1 − ηλ_a)(1 − ηλ_b) + αη²λ_aλ_b)        (THEORY §3 for z = 1).
 *
 * For a rule with velocity the pair has the mean matrix M_a ⊗ M_b (4 × 4) and noise enters along w ⊗ w, w = ∂(δ′, v′)/∂g:
 * D = E/(1 + αλ_aλ_bE), E_ab = the position entry of (z − M_a⊗M_b)⁻¹ (w⊗w). Row-major r × r, symmetric.
 *
 * z = 1 + `base` + `excess`: with the base of `meanPart`, denominators keep their digits however small the excess is.
 */
export function momentWeights(
  eigenvalues: Float64Array,
  alpha: number,
  rule: UpdateRule,
  stepSize: number,
  z: { readonly base: number; readonly excess: number },
): Float64Array {
  const r = eigenvalues.length;
  const weights = new Float64Array(r * r);
  for (let a = 0; a < r; a++) {
    for (let b = 0; b <= a; b++) {
      const [x, y] = [eigenvalues[a], eigenvalues[b]];
      const weight =
        rule.type === "gd"
          ? stepSize ** 2 / Math.max(RESOLUTION, z.base - pairMean(rule, alpha, stepSize, x, y) + z.excess)
          : 1 / (velocityResponse(rule, stepSize, x, y, 1 + z.base + z.excess) + alpha * x * y);
      weights[a * r + b] = weight;
      weights[b * r + a] = weight;
    }
  }
  return weights;
}

/** The same at one step size for many excesses: what does not depend on the excess is computed once. */
export function momentWeightsAt(
  eigenvalues: Float64Array,
  alpha: number,
  rule: UpdateRule,
  stepSize: number,
  base: number,
): (excess: number) => Float64Array {
  if (rule.type !== "gd") return (excess) => momentWeights(eigenvalues, alpha, rule, stepSize, { base, excess });
  const r = eigenvalues.length;
  const gaps = Float64Array.from({ length: r * r }, (_, e) => {
    return base - pairMean(rule, alpha, stepSize, eigenvalues[Math.floor(e / r)], eigenvalues[e % r]);
  });
  return (excess) => gaps.map((gap) => stepSize ** 2 / Math.max(RESOLUTION, gap + excess));
}

/** Where z is this close to the mean part it cannot be told from it. */
const RESOLUTION = 1e-15;

/** The largest eigenvalue of the mean part of Q, minus 1. ρ(Q) is never smaller. */
export function meanPart(eigenvalues: Float64Array, alpha: number, rule: UpdateRule, stepSize: number): number {
  return eigenvalues.reduce((largest, x) => {
    const own =
      rule.type === "gd"
        ? pairMean(rule, alpha, stepSize, x, x)
        : spectralRadiusSquared(stepMatrix(rule, stepSize, x)) - 1;
    return Math.max(largest, own);
  }, Number.NEGATIVE_INFINITY);
}

/** (1 − ηκ_a)(1 − ηκ_b) − 1 − αη²λ_aλ_b without cancellation, κ = λ + weight decay. */
function pairMean(rule: UpdateRule, alpha: number, stepSize: number, a: number, b: number): number {
  const decay = rule.weightDecay ?? 0;
  const [x, y] = [stepSize * (a + decay), stepSize * (b + decay)];
  return x * y - x - y - alpha * stepSize ** 2 * a * b;
}

/** 1/E of a pair with velocities. */
function velocityResponse(rule: UpdateRule, stepSize: number, a: number, b: number, z: number): number {
  const [m, n] = [stepMatrix(rule, stepSize, a), stepMatrix(rule, stepSize, b)];
  const system = matrix(4, 4);
  for (let i = 0; i < 4; i++) {
    for (let j = 0; j < 4; j++) {
      const mean = m[(i >> 1) * 2 + (j >> 1)] * n[(i & 1) * 2 + (j & 1)];
      system.data[i * 4 + j] = (i === j ? z : 0) - mean;
    }
  }
  const w = noiseDirection(rule, stepSize);
  const source = Float64Array.of(w[0] * w[0], w[0] * w[1], w[1] * w[0], w[1] * w[1]);
  const factors = lu(system);
  return factors.logAbsDet === Number.NEGATIVE_INFINITY ? 0 : 1 / factors.solve(source)[0];
}

/** ∂(δ′, v′)/∂g: how noise of the gradient enters the state. */
export function noiseDirection(
  { type, momentum: beta = 0, dampening = 0 }: UpdateRule,
  stepSize: number,
): readonly [number, number] {
  if (type === "gd") return [-stepSize, 0];
  return type === "momentum" ? [-stepSize * (1 - dampening), 1 - dampening] : [-stepSize * (1 + beta), 1];
}

function spectralRadiusSquared([a, b, c, d]: Float64Array): number {
  const discriminant = (a - d) * (a - d) + 4 * b * c;
  if (discriminant <= 0) return a * d - b * c;
  return ((Math.abs(a + d) + Math.sqrt(discriminant)) / 2) ** 2;
}
