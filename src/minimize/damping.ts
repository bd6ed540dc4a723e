/** The damping μ of a quadratic model, kept between a smallest and a largest multiple of the model's scale. */
export interface Damping {
  mu: number;
}

/** μ never falls below this, relative to the same: the rounding of the curvature. */
const SMALLEST = 1e-16;
/** Past this a step is gradient descent with a tiny step size and still does not help. */
const LARGEST = 1e14;
/** Factors of μ: slower up than down ("delayed gratification", Transtrum, Sethna 2012). */
const RAISE = 2;
const LOWER = 3;

export function confine(damping: Damping, scale: number): void {
  damping.mu = Math.max(damping.mu, SMALLEST * scale);
}

export function isExhausted(damping: Damping, scale: number): boolean {
  return !(damping.mu <= LARGEST * scale);
}

export function raise(damping: Damping): void {
  damping.mu *= RAISE;
}

/** After a step that brought `gain` times the predicted decrease. */
export function adapt(damping: Damping, gain: number): void {
  if (gain > 0.5) damping.mu /= LOWER;
  else if (gain < 0.25) damping.mu *= RAISE;
}
