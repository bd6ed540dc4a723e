import { describe, expect, test } from "vitest";
import { wasmEngineWith } from "../../src/compile/wasm/engine.ts";
import { createRng, type Rng } from "../../src/numeric/index.ts";
import * as p from "../../src/program/index.ts";
import * as exact from "../oracle/high-precision.ts";
import { evaluate, onTwoThreads } from "./engines.ts";
import { ulpsBetween } from "./ulps.ts";

// The functions of the compiler against exact values (BigInt, 240 bits), on arguments of every size: the largest
// error seen must stay within the bound that the function's comment states.

type Case = {
  readonly name: string;
  readonly node: (x: p.Node) => p.Node;
  readonly exact: (x: exact.Dyadic) => exact.Dyadic;
  readonly ulps: number;
  /** Draws an argument. */
  readonly draw: (rng: Rng) => number;
};

const between = (lo: number, hi: number) => (rng: Rng) => lo + (hi - lo) * rng.uniform();
/** Both signs, exponents from 2^lo to 2^hi. */
const spread = (lo: number, hi: number) => (rng: Rng) =>
  (rng.uniform() < 0.5 ? -1 : 1) * (1 + rng.uniform()) * 2 ** Math.floor(lo + (hi - lo) * rng.uniform());
const mixed =
  (...draws: ((rng: Rng) => number)[]) =>
  (rng: Rng) =>
    draws[rng.integer(draws.length)]!(rng);
const positive = (draw: (rng: Rng) => number) => (rng: Rng) => Math.abs(draw(rng));

const cases: Case[] = [
  {
    name: "exp",
    node: p.exp,
    exact: exact.exp,
    ulps: 1.5,
    draw: mixed(between(-745, 709), between(-1, 1), spread(-60, 3)),
  },
  {
    name: "expm1",
    node: p.expm1,
    exact: exact.expm1,
    ulps: 2.5,
    draw: mixed(between(-50, 709), between(-1, 1), spread(-1022, 3)),
  },
  {
    name: "log",
    node: p.log,
    exact: exact.log,
    ulps: 1.5,
    draw: positive(mixed(spread(-1073, 1023), between(0.5, 2), between(0.99, 1.01))),
  },
  {
    name: "log1p",
    node: p.log1p,
    exact: exact.log1p,
    ulps: 2,
    draw: mixed(between(-1, 1), positive(spread(-1073, 1023)), spread(-1073, -1)),
  },
  {
    name: "tanh",
    node: p.tanh,
    exact: exact.tanh,
    ulps: 2.5,
    draw: mixed(between(-22, 22), between(-1, 1), spread(-1073, 4)),
  },
  {
    name: "sigmoid",
    node: p.sigmoid,
    exact: exact.sigmoid,
    ulps: 2.5,
    draw: mixed(between(-745, 40), between(-5, 5), spread(-60, 4)),
  },
  {
    name: "softplus",
    node: p.softplus,
    exact: exact.softplus,
    ulps: 2.5,
    draw: mixed(between(-745, 40), between(-5, 5), spread(-60, 10)),
  },
  {
    name: "erf",
    node: p.erf,
    exact: exact.erf,
    ulps: 2,
    draw: mixed(between(-7, 7), between(-1, 1), spread(-1073, 2)),
  },
  {
    name: "sin",
    node: p.sin,
    exact: exact.sin,
    ulps: 1,
    draw: mixed(between(-10, 10), between(-1e6, 1e6), spread(-1073, 59)),
  },
  {
    name: "cos",
    node: p.cos,
    exact: exact.cos,
    ulps: 1,
    draw: mixed(between(-10, 10), between(-1e6, 1e6), spread(-1073, 59)),
  },
  ...[3, 4, -1, 0.5, -0.5, 1 / 3, -2, 5, 1.5, -7.25, 100, 0.001].map((e) => ({
    name: `pow ${e}`,
    node: (x: p.Node) => p.pow(x, e),
    exact: (x: exact.Dyadic) => exact.pow(x, exact.dyadic(e)),
    ulps: 2,
    draw: (rng: Rng) =>
      mixed(between(0, 3), positive(spread(-1000 / Math.max(1, Math.abs(e)), 1000 / Math.max(1, Math.abs(e)))))(rng),
  })),
];

const COUNT = 4001;

describe("vector functions stay within their stated error", () => {
  test.each(cases)("$name: at most $ulps ulp", ({ name, node, exact: truth, ulps, draw }) => {
    const rng = createRng(1, "ulps", name);
    const x = Float64Array.from({ length: COUNT }, () => draw(rng));
    const [y] = evaluate(onTwoThreads, [node(p.input("x", [COUNT], { role: "data" }))], { x });
    let worst = 0;
    let at = Number.NaN;
    y!.forEach((value, i) => {
      const error = x[i] === 0 ? 0 : ulpsBetween(value, truth(exact.dyadic(x[i]!)));
      if (!(error <= worst)) [worst, at] = [error, x[i]!];
    });
    expect(worst, `worst at ${at}`).toBeLessThanOrEqual(ulps);
  });
});

// Engines differ in where constants of vectors are quicker to have; the bits do not.
test.each(cases)("$name has one value, with constants in memory and in the code", ({ name, node, draw }) => {
  const rng = createRng(3, name);
  const x = Float64Array.from({ length: 1001 }, () => draw(rng));
  const derivative = (y: p.Node) => p.mul(p.sub(p.constant(3, y.shape), p.square(y)), p.constant(0.3, y.shape));
  const y = node(p.input("x", [x.length], { role: "data" }));
  const [inCode, inMemory] = [false, true].map((constantsInMemory) =>
    evaluate(wasmEngineWith({ constantsInMemory }), [y, derivative(y)], { x }),
  );
  expect(inMemory!.every((values, i) => values.every((v, j) => Object.is(v, inCode![i]![j])))).toBe(true);
});

// What IEEE 754 and ECMAScript prescribe at the ends of the range, where the host's functions are exact.
describe("vector functions at special arguments", () => {
  const special = [0, -0, Infinity, -Infinity, Number.NaN, Number.MIN_VALUE, -Number.MIN_VALUE, 800, -800, -1, 1];
  const hosts: [string, (x: p.Node) => p.Node, (x: number) => number][] = [
    ["exp", p.exp, Math.exp],
    ["expm1", p.expm1, Math.expm1],
    ["log", p.log, Math.log],
    ["log1p", p.log1p, Math.log1p],
    ["tanh", p.tanh, Math.tanh],
    ["sin", p.sin, Math.sin],
    ["cos", p.cos, Math.cos],
    ["sigmoid", p.sigmoid, (x) => 1 / (1 + Math.exp(-x))],
    ["softplus", p.softplus, (x) => (x > 40 ? x : Math.log1p(Math.exp(x)))],
    ...[0, 1, 2, 3, -1, -2, 0.5, -0.5, 1.5, -1.5, 4, 7].map(
      (e): [string, (x: p.Node) => p.Node, (x: number) => number] => [`pow ${e}`, (x) => p.pow(x, e), (x) => x ** e],
    ),
  ];
  test.each(hosts)("%s", (name, node, host) => {
    const [y] = evaluate(onTwoThreads, [node(p.input("x", [special.length], { role: "data" }))], { x: special });
    special.forEach((x, i) => {
      const expected = host(x);
      const same = Object.is(y![i], expected) || Math.abs(y![i]! - expected) <= 3e-16 * Math.abs(expected);
      expect(same, `${name}(${Object.is(x, -0) ? "-0" : x}) = ${y![i]}, not ${expected}`).toBe(true);
    });
  });

  // No argument is too large for the reduction by π/2: the host's fdlibm is within 1 ulp up to 2^1023.
  test("sin and cos of huge numbers", () => {
    const rng = createRng(2, "huge");
    const x = Float64Array.from({ length: 5000 }, () => spread(20, 1023)(rng));
    x.set([1.7976931348623157e308, 2 ** 1023, 6381956970095103 * 2 ** 797, 2 ** 20, 2 ** 20 * Math.PI]);
    const node = p.input("x", [5000], { role: "data" });
    const [s, c] = evaluate(onTwoThreads, [p.sin(node), p.cos(node)], { x });
    for (let i = 0; i < x.length; i++) {
      expect(Math.abs(s![i]! - Math.sin(x[i]!))).toBeLessThanOrEqual(3e-16 * Math.abs(Math.sin(x[i]!)));
      expect(Math.abs(c![i]! - Math.cos(x[i]!))).toBeLessThanOrEqual(3e-16 * Math.abs(Math.cos(x[i]!)));
    }
  });
});
