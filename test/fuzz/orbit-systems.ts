import { formulaMap } from "../../src/descent/index.ts";
import type { Rng } from "../../src/numeric/index.ts";
import { type EnclosedMap, encloseMap } from "../../src/verify/index.ts";

/** A map of which every periodic point of some periods is known in closed form. */
export interface KnownSystem {
  readonly name: string;
  readonly map: EnclosedMap;
  readonly periods: readonly number[];
  step(x: readonly number[]): readonly number[];
  /** DF(x), row-major. */
  derivative(x: readonly number[]): readonly number[];
  /** Isolated points with F^p(x) = x, of whatever minimal period, to about 1e-14; all of them but those of families. */
  points(period: number): readonly (readonly number[])[];
  /** A point of a family of orbits of that period, where there is one. */
  family?(rng: Rng): readonly number[];
}

const formula = (variables: readonly string[], next: readonly string[]) =>
  encloseMap(formulaMap({ variables, next }), {});

/** x ↦ 4x(1 − x) = sin²2φ at x = sin²φ: F^p(x) = x where φ = πk/(2^p ∓ 1). */
export function fullLogistic(): KnownSystem {
  return {
    name: "logistic map at 4",
    map: formula(["x"], ["4*x*(1 - x)"]),
    periods: [1, 2, 3, 4, 5, 6],
    step: ([x]) => [4 * x! * (1 - x!)],
    derivative: ([x]) => [4 - 8 * x!],
    points(period) {
      const values = [2 ** period - 1, 2 ** period + 1].flatMap((q) =>
        Array.from({ length: Math.floor(q / 2) + 1 }, (_, k) => Math.sin((Math.PI * k) / q) ** 2),
      );
      return distinct(values).map((x) => [x]);
    },
  };
}

/** x ↦ 2 min(x, 1 − x): points k/(2^p ∓ 1) with even numerator, a kink at ½. */
export function tent(): KnownSystem {
  return {
    name: "tent map",
    map: formula(["x"], ["2*min(x, 1 - x)"]),
    periods: [1, 2, 3, 4, 5],
    step: ([x]) => [2 * Math.min(x!, 1 - x!)],
    derivative: ([x]) => [x! <= 0.5 ? 2 : -2],
    points(period) {
      const values = [2 ** period - 1, 2 ** period + 1].flatMap((q) =>
        Array.from({ length: Math.floor(q / 2) + 1 }, (_, k) => (2 * k) / q).filter((x) => x <= 1),
      );
      return distinct(values).map((x) => [x]);
    },
  };
}

/** x ↦ rx(1 − x), periods 1 and 2 by their quadratic equations (Strogatz §10.3). */
export function logistic(r: number): KnownSystem {
  return {
    name: `logistic map at ${r}`,
    map: formula(["x"], [`${r}*x*(1 - x)`]),
    periods: [1, 2],
    step: ([x]) => [r * x! * (1 - x!)],
    derivative: ([x]) => [r * (1 - 2 * x!)],
    points(period) {
      const fixed = [0, 1 - 1 / r];
      const square = (r - 3) * (r + 1);
      if (period === 1 || square <= 0) return fixed.map((x) => [x]);
      return [...fixed, (r + 1 - Math.sqrt(square)) / (2 * r), (r + 1 + Math.sqrt(square)) / (2 * r)].map((x) => [x]);
    },
  };
}

/** x ↦ rx − x³: the nine points of period dividing 2. */
export function cubic(r: number): KnownSystem {
  const root = (x: number) => (x > 0 ? [Math.sqrt(x), -Math.sqrt(x)] : []);
  return {
    name: `cubic map at ${r}`,
    map: formula(["x"], [`${r}*x - x^3`]),
    periods: [1, 2],
    step: ([x]) => [r * x! - x! ** 3],
    derivative: ([x]) => [r - 3 * x! * x!],
    points(period) {
      const fixed = [0, ...root(r - 1)];
      const inner = r > 2 ? [1, -1].flatMap((s) => root((r + s * Math.sqrt(r * r - 4)) / 2)) : [];
      return (period === 1 ? fixed : [...fixed, ...root(r + 1), ...inner]).map((x) => [x]);
    },
  };
}

/** The Hénon map, periods 1 and 2 (quadratic equations for x; Hénon 1976). */
export function henon(a: number, b: number): KnownSystem {
  const roots = (p: number, q: number) => {
    const square = p * p - 4 * q;
    return square > 0 ? [(-p - Math.sqrt(square)) / 2, (-p + Math.sqrt(square)) / 2] : [];
  };
  return {
    name: `Hénon map at (${a}, ${b})`,
    map: formula(["x", "y"], [`1 - ${a}*x^2 + y`, `${b}*x`]),
    periods: [1, 2],
    step: ([x, y]) => [1 - a * x! * x! + y!, b * x!],
    derivative: ([x]) => [-2 * a * x!, 1, b, 0],
    points(period) {
      const fixed = roots((1 - b) / a, -1 / a).map((x) => [x, b * x]);
      if (period === 1) return fixed;
      const [x, z] = roots((b - 1) / a, ((1 - b) ** 2 - a) / (a * a));
      return x === undefined ? fixed : [...fixed, [x, b * z!], [z!, b * x]];
    },
  };
}

/** x ↦ Ax + c in the plane: one fixed point and no other orbit while no eigenvalue of A is a root of unity. */
export function affine(entries: readonly number[], c: readonly number[]): KnownSystem {
  const [p, q, r, s] = entries as [number, number, number, number];
  const det = (1 - p) * (1 - s) - q * r;
  const fixed = [((1 - s) * c[0]! + q * c[1]!) / det, (r * c[0]! + (1 - p) * c[1]!) / det];
  return {
    name: `affine map ${entries}`,
    map: formula(["x", "y"], [`${p}*x + ${q}*y + ${c[0]}`, `${r}*x + ${s}*y + ${c[1]}`]),
    periods: [1, 2, 3],
    step: ([x, y]) => [p * x! + q * y! + c[0]!, r * x! + s * y! + c[1]!],
    derivative: () => entries,
    points: () => [fixed],
  };
}

/** A quarter turn about the origin: the origin, and every other point on a 4-cycle: a family, of which nothing is isolated. */
export function quarterTurn(): KnownSystem {
  return {
    name: "quarter turn",
    map: formula(["x", "y"], ["-y", "x"]),
    periods: [1, 2, 4],
    step: ([x, y]) => [-y!, x!],
    derivative: () => [0, -1, 1, 0],
    points: (period) => (period === 4 ? [] : [[0, 0]]),
    family: (rng) => [rng.normal(), rng.normal()],
  };
}

/** Descent on ½h(uv − 1)²: minima on uv = 1 are a family; (0, 0) is the one isolated fixed point. */
export function twoWeights(h: number): KnownSystem {
  return {
    name: `two weights at ${h}`,
    map: formula(["u", "v"], [`u - ${h}*(u*v - 1)*v`, `v - ${h}*(u*v - 1)*u`]),
    periods: [1],
    step: ([u, v]) => [u! - h * (u! * v! - 1) * v!, v! - h * (u! * v! - 1) * u!],
    derivative: ([u, v]) => [1 - h * v! * v!, -h * (2 * u! * v! - 1), -h * (2 * u! * v! - 1), 1 - h * u! * u!],
    points: () => [[0, 0]],
    family(rng) {
      const u = Math.exp(rng.normal() / 2);
      return [u, 1 / u];
    },
  };
}

/** A system drawn at random, near bifurcations as often as far from them. */
export function randomSystem(rng: Rng): KnownSystem {
  const near = (value: number, spread: number) => {
    const away = rng.uniform() < 0.3 ? 10 ** (-2 - 6 * rng.uniform()) : spread * rng.uniform();
    return rounded(value + (rng.uniform() < 0.5 ? -away : away));
  };
  switch (rng.integer(8)) {
    case 0:
      return fullLogistic();
    case 1:
      return tent();
    case 2:
      return logistic(near(3, 0.9));
    case 3:
      return cubic(near(2, 0.8));
    case 4: {
      const b = rounded(0.1 + 0.5 * rng.uniform());
      return henon(Math.max(0.05, near(0.75 * (1 - b) ** 2, 0.7)), b);
    }
    case 5:
      return affine([0, 0, 0, 0].map(() => rounded(1.5 * rng.normal())), [rounded(rng.normal()), rounded(rng.normal())]); // biome-ignore format: short
    case 6:
      return quarterTurn();
    default:
      return twoWeights(rounded(0.1 + rng.uniform()));
  }
}

/** Nine decimals, which a formula can hold without an exponent. */
function rounded(x: number): number {
  return Number(x.toFixed(9));
}

function distinct(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.filter((x, i) => i === 0 || x - sorted[i - 1]! > 1e-9);
}
