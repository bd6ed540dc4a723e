import type { DiscreteMap, MapFamily } from "../dynamics/index.ts";

/**
 * Maps of the literature with derivatives by hand, for the tools of `dynamics` to be tried on. Those that depend on one
 * number are families in it.
 */

interface Definition {
  readonly dimension: number;
  step(x: Float64Array, value: number, out: Float64Array): void;
  /** DF(x), row-major. */
  jacobian(x: Float64Array, value: number): readonly number[];
  derivative(x: Float64Array, value: number, out: Float64Array): void;
  readonly switching?: (x: Float64Array, value: number) => number;
}

/** x ↦ rx(1 − x): flips at 3, 1 + √6, … (May, Nature 261, 1976). */
export const logistic: MapFamily = family({
  dimension: 1,
  step: ([x], r, out) => out.set([r * x * (1 - x)]),
  jacobian: ([x], r) => [r * (1 - 2 * x)],
  derivative: ([x], _, out) => out.set([x * (1 - x)]),
});

/**
 * x ↦ rx − x³, odd: x = 0 is stable for |r| < 1, splits by a pitchfork at r = 1 into ±√(r − 1), which flip at r = 2, and
 * ±√(r + 1) is a symmetric 2-cycle (Rogers and Whitley, Math. Modelling 4, 1983).
 */
export const cubic: MapFamily = family({
  dimension: 1,
  step: ([x], r, out) => out.set([r * x - x ** 3]),
  jacobian: ([x], r) => [r - 3 * x * x],
  derivative: ([x], _, out) => out.set([x]),
});

/** (x, y) ↦ (1 − ax² + y, bx), by default b = 0.3; chaotic at a = 1.4, det = −b (Hénon, Commun. Math. Phys. 50, 1976). */
export function henon(b = 0.3): MapFamily {
  return family({
    dimension: 2,
    step: ([x, y], a, out) => out.set([1 - a * x * x + y, b * x]),
    jacobian: ([x], a) => [-2 * a * x, 1, b, 0],
    derivative: ([x], _, out) => out.set([-x * x, 0]),
  });
}

/**
 * (x, y) ↦ (y, α − βx − y²), in β: the Hénon map as AUTO and MatContM have it. From the fixed point at (α, β) = (2, 0):
 * flip curve α = ¾(1 + β)², fold curve α = −¼(1 + β)², Neimark–Sacker at β = 1 (Kuznetsov, Elements, §9).
 */
export function delayedHenon(alpha: number): MapFamily {
  return family({
    dimension: 2,
    step: ([x, y], beta, out) => out.set([y, alpha - beta * x - y * y]),
    jacobian: ([, y], beta) => [0, 1, -beta, -2 * y],
    derivative: ([x], _, out) => out.set([0, -x]),
  });
}

/** (q, p) ↦ (q + p′, p′), p′ = p + K sin q, not taken mod 2π; area-preserving (Chirikov, Phys. Rep. 52, 1979). */
export const standardMap: MapFamily = family({
  dimension: 2,
  step([q, p], k, out) {
    const next = p + k * Math.sin(q);
    out.set([q + next, next]);
  },
  jacobian: ([q], k) => [1 + k * Math.cos(q), 1, k * Math.cos(q), 1],
  derivative: ([q], _, out) => out.set([Math.sin(q), Math.sin(q)]),
});

/** x ↦ μ·min(x, 1 − x): exponent ln μ wherever it lives; a kink at ½. */
export const tent: MapFamily = family({
  dimension: 1,
  step: ([x], mu, out) => out.set([mu * Math.min(x, 1 - x)]),
  jacobian: ([x], mu) => [x <= 0.5 ? mu : -mu],
  derivative: ([x], _, out) => out.set([Math.min(x, 1 - x)]),
  switching: ([x]) => 2 * x - 1,
});

/**
 * z ↦ 1 + uze^{iτ}, τ = 0.4 − 6/(1 + |z|²): light in a ring cavity, chaotic at u = 0.9; det = u²
 * (Ikeda, Opt. Commun. 30, 1979; Hammel, Jones and Moloney 1985).
 */
export const ikeda: MapFamily = family({
  dimension: 2,
  step([x, y], u, out) {
    const tau = 0.4 - 6 / (1 + x * x + y * y);
    const [c, s] = [Math.cos(tau), Math.sin(tau)];
    out.set([1 + u * (x * c - y * s), u * (x * s + y * c)]);
  },
  jacobian([x, y], u) {
    const r = 1 + x * x + y * y;
    const tau = 0.4 - 6 / r;
    const [c, s] = [Math.cos(tau), Math.sin(tau)];
    const [tx, ty] = [(12 * x) / (r * r), (12 * y) / (r * r)];
    const [a, b] = [x * c - y * s, x * s + y * c];
    return [u * (c - b * tx), u * (-s - b * ty), u * (s + a * tx), u * (c + a * ty)];
  },
  derivative([x, y], _, out) {
    const tau = 0.4 - 6 / (1 + x * x + y * y);
    const [c, s] = [Math.cos(tau), Math.sin(tau)];
    out.set([x * c - y * s, x * s + y * c]);
  },
});

/**
 * (u, v) ↦ (u − h(uv − 1)v, v − h(uv − 1)u), in h: gradient descent on the two-weight network of Crăciun and
 * Ghoshdastidar (NeurIPS 2025) while both weights are positive, h = 3.53η for p = ½. Fixed points uv = 1 with
 * multipliers 1 and 1 − h(u² + v²); its 2-cycle is `twoCycle(h)`.
 */
export const twoWeightMap: MapFamily = family({
  dimension: 2,
  step([u, v], h, out) {
    const e = h * (u * v - 1);
    out.set([u - e * v, v - e * u]);
  },
  jacobian([u, v], h) {
    const cross = -h * (2 * u * v - 1);
    return [1 - h * v * v, cross, cross, 1 - h * u * u];
  },
  derivative([u, v], _, out) {
    const e = u * v - 1;
    out.set([-e * v, -e * u]);
  },
});

/** (x, y) ↦ (2x + y, x + y) mod 1: exponents ±ln((3 + √5)/2) (Arnold and Avez 1968). */
export const catMap: DiscreteMap = {
  dimension: 2,
  step([x, y], out) {
    out[0] = (((2 * x + y) % 1) + 1) % 1;
    out[1] = (((x + y) % 1) + 1) % 1;
  },
  tangent(_, [v, w], out) {
    out[0] = 2 * v + w;
    out[1] = v + w;
  },
  adjoint(_, [v, w], out) {
    out[0] = 2 * v + w;
    out[1] = v + w;
  },
  symmetric: true,
  logAbsDet: () => 0,
};

/** The folded towel: hyperchaos in three dimensions, exponents ≈ (0.4307, 0.3778, −3.3018) (Rössler, Phys. Lett. A 71, 1979). */
export const towel: DiscreteMap = family({
  dimension: 3,
  step([x, y, z], _, out) {
    const w = (y + 0.35) * (1 - 2 * z);
    out[0] = 3.8 * x * (1 - x) - 0.05 * w;
    out[1] = 0.1 * (w - 1) * (1 - 1.9 * x);
    out[2] = 3.78 * z * (1 - z) + 0.2 * y;
  },
  jacobian([x, y, z]) {
    const w = (y + 0.35) * (1 - 2 * z);
    const [wy, wz] = [1 - 2 * z, -2 * (y + 0.35)];
    const s = 1 - 1.9 * x;
    return [
      3.8 * (1 - 2 * x),
      -0.05 * wy,
      -0.05 * wz,
      -0.19 * (w - 1),
      0.1 * s * wy,
      0.1 * s * wz,
      0,
      0.2,
      3.78 * (1 - 2 * z),
    ];
  },
  derivative: (_, __, out) => out.fill(0),
}).at(0);

function family({ dimension, step, jacobian, derivative, switching }: Definition): MapFamily {
  return {
    dimension,
    at: (value) => ({
      dimension,
      step: (x, out) => step(x, value, out),
      tangent: (x, v, out) => product(jacobian(x, value), v, out, false),
      adjoint: (x, u, out) => product(jacobian(x, value), u, out, true),
      logAbsDet: (x) => Math.log(Math.abs(determinant(jacobian(x, value)))),
      ...(switching && {
        switchCount: 1,
        switching: (x: Float64Array, out: Float64Array) => {
          out[0] = switching(x, value);
        },
      }),
    }),
    parameterDerivative: (x, value, out) => derivative(x, value, out),
  };
}

function product(a: readonly number[], v: Float64Array, out: Float64Array, isTransposed: boolean): void {
  const n = v.length;
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += (isTransposed ? a[j * n + i] : a[i * n + j]) * v[j];
    out[i] = sum;
  }
}

function determinant(a: readonly number[]): number {
  if (a.length === 1) return a[0];
  if (a.length === 4) return a[0] * a[3] - a[1] * a[2];
  const minor = (i: number, j: number) => a[3 + i] * a[6 + j] - a[3 + j] * a[6 + i];
  return a[0] * minor(1, 2) - a[1] * minor(0, 2) + a[2] * minor(0, 1);
}
