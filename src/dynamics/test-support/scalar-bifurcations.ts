/** x ↦ f(x, λ) with the derivatives that Newton's method on a bifurcation needs. */
export interface ScalarFamily {
  value(x: number, parameter: number): number;
  inX(x: number, parameter: number): number;
  inParameter(x: number, parameter: number): number;
  inXX(x: number, parameter: number): number;
  inXParameter(x: number, parameter: number): number;
}

interface Guess {
  readonly x: number;
  readonly value: number;
  readonly period: number;
}

/** Where f^p(x) = x and (f^p)′(x) = −1, by Newton's method in both unknowns on the iterates written out. */
export function flipOf(family: ScalarFamily, guess: Guess) {
  return solve(family, guess, -1);
}

/** Where f^p(x) = x and (f^p)′(x) = 1. */
export function foldOf(family: ScalarFamily, guess: Guess) {
  return solve(family, guess, 1);
}

function solve(family: ScalarFamily, { x: x0, value: value0, period }: Guess, multiplier: number) {
  let [x, value] = [x0, value0];
  for (let i = 0; i < 30; i++) {
    const { image, slope, bend, push, turn } = iterated(family, x, value, period);
    const [a, b, c, d] = [slope - 1, push, bend, turn];
    const [r, s] = [image - x, slope - multiplier];
    const determinant = a * d - b * c;
    x -= (d * r - b * s) / determinant;
    value -= (a * s - c * r) / determinant;
  }
  return { x, value };
}

/** f^p, its x-, xx-, λ- and xλ-derivatives, by the chain rule along the way. */
function iterated(family: ScalarFamily, x: number, value: number, period: number) {
  let [at, slope, bend, push, turn] = [x, 1, 0, 0, 0];
  for (let k = 0; k < period; k++) {
    const [fx, fl] = [family.inX(at, value), family.inParameter(at, value)];
    const [fxx, fxl] = [family.inXX(at, value), family.inXParameter(at, value)];
    turn = fx * turn + (fxx * push + fxl) * slope;
    bend = fx * bend + fxx * slope * slope;
    push = fx * push + fl;
    slope = fx * slope;
    at = family.value(at, value);
  }
  return { image: at, slope, bend, push, turn };
}
