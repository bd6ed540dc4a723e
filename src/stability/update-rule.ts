/** A first-order update rule, linear near a minimum. Momentum and Nesterov as in PyTorch; `dampening` for momentum only. */
export interface UpdateRule {
  readonly type: "gd" | "momentum" | "nesterov";
  /** β in [0, 1); 0 for "gd". */
  readonly momentum?: number;
  readonly dampening?: number;
  /** w: adds w/2‖θ‖² to what is differentiated, or, when `decoupled`, multiplies θ by 1 − ηw each step. */
  readonly weightDecay?: number;
  readonly decoupled?: boolean;
}

/**
 * One step along an eigenvector of the Hessian with eigenvalue λ, as the row-major 2 × 2 matrix of (δ, v) ↦ (δ′, v′),
 * v the velocity. With g = (λ + w) δ (decoupled decay: g = λδ and δ is first multiplied by 1 − ηw):
 *
 *   gd        δ′ = δ − ηg
 *   momentum  v′ = βv + (1 − dampening) g,  δ′ = δ − ηv′
 *   nesterov  v′ = βv + g,                  δ′ = δ − η(g + βv′)
 */
export function stepMatrix(rule: UpdateRule, stepSize: number, eigenvalue: number): Float64Array {
  const { momentum: beta = 0, dampening = 0, weightDecay = 0, decoupled = false } = rule;
  const curvature = decoupled ? eigenvalue : eigenvalue + weightDecay;
  const kept = decoupled ? 1 - stepSize * weightDecay : 1;
  const h = stepSize * curvature;
  switch (rule.type) {
    case "gd":
      return Float64Array.of(kept - h, 0, 0, 0);
    case "momentum":
      return Float64Array.of(kept - (1 - dampening) * h, -stepSize * beta, (1 - dampening) * curvature, beta);
    case "nesterov":
      return Float64Array.of(kept - (1 + beta) * h, -stepSize * beta * beta, curvature, beta);
  }
}

/**
 * log of the spectral radius of one step along an eigenvector, in nats per step; −∞ where a step lands on 0.
 * A list of step sizes is a schedule: its steps are composed, and the exponent is that of the period per step.
 */
export function ruleExponent(rule: UpdateRule, stepSizes: number | ArrayLike<number>, eigenvalue: number): number {
  if (typeof stepSizes !== "number") return scheduleExponent(rule, stepSizes, eigenvalue);
  if (rule.type === "gd") return logContraction(stepSizes * (eigenvalue + (rule.weightDecay ?? 0)));
  return logSpectralRadius(stepMatrix(rule, stepSizes, eigenvalue));
}

/** log|1 − h|, which is −∞ when 1 − h is nothing but the rounding of h. */
export function logContraction(h: number): number {
  const size = Math.abs(1 - h);
  return size <= 4 * Number.EPSILON * (1 + Math.abs(h)) ? Number.NEGATIVE_INFINITY : Math.log(size);
}

/**
 * The largest Hessian eigenvalue that the rule keeps at this step size: 2/η for GD, 2(1+β)/η for momentum (over
 * 1 − dampening), 2(1+β)/((1+2β)η) for Nesterov; coupled decay w takes w away, decoupled decay lowers it (for GD by w).
 */
export function curvatureLimit(rule: UpdateRule, stepSize: number): number {
  const { momentum: beta = 0, dampening = 0, weightDecay = 0, decoupled = false } = rule;
  if (!decoupled || rule.type === "gd") return limitFactor(rule) / stepSize - weightDecay;
  const kept = 1 - stepSize * weightDecay;
  // Trace t and determinant d of the step obey t > −(1 + d) up to the limit (Jury's criterion).
  if (rule.type === "momentum") return ((1 + kept) * (1 + beta)) / (stepSize * (1 - dampening));
  return ((1 + kept) * (1 + beta)) / (stepSize * (1 + 2 * beta));
}

/** The step size up to which the rule keeps a minimum whose largest Hessian eigenvalue is `sharpness` (no decoupled decay). */
export function stepSizeLimit(rule: UpdateRule, sharpness: number): number {
  return limitFactor(rule) / (sharpness + (rule.weightDecay ?? 0));
}

/** The bound on ηλ. */
function limitFactor({ type, momentum: beta = 0, dampening = 0 }: UpdateRule): number {
  if (type === "gd") return 2;
  return type === "momentum" ? (2 * (1 + beta)) / (1 - dampening) : (2 * (1 + beta)) / (1 + 2 * beta);
}

function scheduleExponent(rule: UpdateRule, stepSizes: ArrayLike<number>, eigenvalue: number): number {
  const sizes = Array.from(stepSizes);
  if (rule.type === "gd") {
    return sizes.reduce((sum, stepSize) => sum + ruleExponent(rule, stepSize, eigenvalue), 0) / sizes.length;
  }
  let [a, b, c, d] = [1, 0, 0, 1];
  let logScale = 0;
  for (const stepSize of sizes) {
    const [p, q, r, s] = stepMatrix(rule, stepSize, eigenvalue);
    [a, b, c, d] = [p * a + q * c, p * b + q * d, r * a + s * c, r * b + s * d];
    const size = Math.max(Math.abs(a), Math.abs(b), Math.abs(c), Math.abs(d));
    if (size === 0) return Number.NEGATIVE_INFINITY;
    [a, b, c, d] = [a / size, b / size, c / size, d / size];
    logScale += Math.log(size);
  }
  return (logScale + logSpectralRadius(Float64Array.of(a, b, c, d))) / sizes.length;
}

function logSpectralRadius([a, b, c, d]: Float64Array): number {
  const trace = a + d;
  const determinant = a * d - b * c;
  const discriminant = (a - d) * (a - d) + 4 * b * c; // trace² − 4 determinant, without its cancellation
  if (discriminant <= 0) return Math.log(determinant) / 2;
  return Math.log((Math.abs(trace) + Math.sqrt(discriminant)) / 2);
}
