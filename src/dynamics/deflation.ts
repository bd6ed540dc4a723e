import { dot } from "../numeric/index.ts";

/** Known solutions made unattractive: the residual is multiplied by m(X) = ∏ (‖X − Y‖⁻² + 1) over them. */
export interface Deflation {
  /** m(X); infinite on a known solution. */
  factor(points: readonly Float64Array[]): number;
  /** What the step for the plain residual must be multiplied by to be that of the deflated one. */
  stretch(points: readonly Float64Array[], steps: readonly Float64Array[]): number;
}

/**
 * Deflation of every known orbit whose period divides `period`, in each of its shifts (Farrell, Birkisson, Funke, SIAM
 * J. Sci. Comput. 37, 2015). The deflated Newton step is a multiple of the plain one (Sherman–Morrison), so no new
 * system is solved.
 */
export function deflation(known: readonly (readonly Float64Array[])[], period: number): Deflation {
  const copies = known
    .filter((points) => period % points.length === 0)
    .flatMap((points) =>
      points.map((_, s) => Array.from({ length: period }, (_, k) => points[(k + s) % points.length])),
    );
  return {
    factor: (points) => copies.reduce((m, copy) => m * (1 / squaredDistance(points, copy) + 1), 1),
    stretch(points, steps) {
      // ∇m/m·δ = Σ −2⟨X − Y, δ⟩ / (d²(1 + d²)), d = ‖X − Y‖.
      let slope = 0;
      for (const copy of copies) {
        const square = squaredDistance(points, copy);
        let product = 0;
        points.forEach((x, k) => {
          product += dot(x, steps[k]) - dot(copy[k], steps[k]);
        });
        slope -= (2 * product) / (square * (1 + square));
      }
      const stretch = 1 / (1 - slope);
      return Number.isFinite(stretch) && stretch !== 0 ? stretch : 1;
    },
  };
}

function squaredDistance(a: readonly Float64Array[], b: readonly Float64Array[]): number {
  let square = 0;
  a.forEach((x, k) => {
    for (let i = 0; i < x.length; i++) square += (x[i] - b[k][i]) ** 2;
  });
  return square;
}
