// Each map's derivatives by hand against those of its formula, made by the program room's parser and autodiff: two
// independent ways to the same numbers. Determinants against the closed forms of the literature.
import { describe, expect, test } from "vitest";
import { jvp } from "../autodiff/index.ts";
import { interpreterEngine } from "../compile/index.ts";
import { type FormulaMap, formulaMap, mapInputs, mapOutputs } from "../descent/index.ts";
import { type DiscreteMap, denseTangent, type MapFamily } from "../dynamics/index.ts";
import { createRng, lu } from "../numeric/index.ts";
import * as p from "../program/index.ts";
import {
  catMap,
  cubic,
  delayedHenon,
  henon,
  ikeda,
  logistic,
  standardMap,
  tent,
  towel,
  twoWeightMap,
} from "./index.ts";

const tau = "(0.4 - 6/(1 + x^2 + y^2))";
const constant = (map: DiscreteMap): MapFamily => ({
  dimension: map.dimension,
  at: () => map,
  parameterDerivative: (_, __, out) => void out.fill(0),
});
const maps: readonly [string, MapFamily, FormulaMap, number][] = [
  ["logistic", logistic, { variables: ["x"], parameters: ["k"], next: ["k*x*(1 - x)"] }, 3.7],
  ["cubic", cubic, { variables: ["x"], parameters: ["k"], next: ["k*x - x^3"] }, 2.2],
  ["Hénon", henon(), { variables: ["x", "y"], parameters: ["k"], next: ["1 - k*x^2 + y", "0.3*x"] }, 1.4],
  ["delayed Hénon", delayedHenon(2), { variables: ["x", "y"], parameters: ["k"], next: ["y", "2 - k*x - y^2"] }, 0.6],
  [
    "standard",
    standardMap,
    { variables: ["q", "p"], parameters: ["k"], next: ["q + p + k*sin(q)", "p + k*sin(q)"] },
    0.97,
  ],
  ["tent", tent, { variables: ["x"], parameters: ["k"], next: ["k*min(x, 1 - x)"] }, 1.9],
  [
    "Ikeda",
    ikeda,
    {
      variables: ["x", "y"],
      parameters: ["k"],
      next: [`1 + k*(x*cos(${tau}) - y*sin(${tau}))`, `k*(x*sin(${tau}) + y*cos(${tau}))`],
    },
    0.9,
  ],
  [
    "two-weight",
    twoWeightMap,
    { variables: ["u", "v"], parameters: ["k"], next: ["u - k*(u*v - 1)*v", "v - k*(u*v - 1)*u"] },
    1.15,
  ],
  [
    "towel",
    constant(towel),
    {
      variables: ["x", "y", "z"],
      parameters: ["k"],
      next: [
        "3.8*x*(1 - x) - 0.05*(y + 0.35)*(1 - 2*z)",
        "0.1*((y + 0.35)*(1 - 2*z) - 1)*(1 - 1.9*x)",
        "3.78*z*(1 - z) + 0.2*y",
      ],
    },
    0,
  ],
];

function expectClose(found: Float64Array, truth: Float64Array, digits: number) {
  for (let i = 0; i < truth.length; i++) expect(found[i]).toBeCloseTo(truth[i]!, digits);
}

describe.each(maps)("%s", (_, family, formula, value) => {
  const n = family.dimension;
  const rng = createRng(1, "known maps");
  const points = Array.from({ length: 8 }, () => Float64Array.from({ length: n }, () => rng.uniform()));

  test("step, tangent and parameter derivative are those of the formula", () => {
    const program = formulaMap(formula);
    const [next] = mapOutputs(program).map((o) => o.node);
    const direction =
      (name: string) =>
      (node: p.NodeOf<"input">): [p.Node, p.Node] => [
        node,
        p.input(name, node.shape, { offset: name === "pace" ? 0 : node.attributes.offset, role: "direction" }),
      ];
    const scalars = p
      .topologicalOrder([next!])
      .filter((node): node is p.NodeOf<"input"> => node.op === "input" && node.attributes.buffer === "k");
    const seeds = new Map([...mapInputs(program).map(direction("direction")), ...scalars.map(direction("pace"))]);
    const tangent = jvp([next!], seeds)[0]!;
    const executable = interpreterEngine.load(
      p.buildProgram(
        [
          { buffer: "nextTheta", offset: 0, node: next! },
          { buffer: "tangent", offset: 0, node: tangent },
        ],
        { k: 1, pace: 1 },
      ),
    );
    const {
      theta,
      k,
      direction: v,
      pace,
      nextTheta,
      tangent: image,
    } = executable.buffers as Record<string, Float64Array>;
    const out = new Float64Array(n);
    for (const point of points) {
      theta!.set(point);
      k![0] = value;
      for (let j = 0; j <= n; j++) {
        v!.fill(0);
        pace![0] = j === n ? 1 : 0;
        if (j < n) v![j] = 1;
        executable.run();
        family.at(value).step(point, out);
        expectClose(out, nextTheta!, 13);
        if (j < n) family.at(value).tangent(point, v!, out);
        else family.parameterDerivative(point, value, out);
        expectClose(out, image!, 12);
      }
    }
  });

  test("the adjoint is the transpose of the tangent, and the volume is its determinant", () => {
    const map = family.at(value);
    for (const point of points) {
      const jacobian = denseTangent(map, point);
      const out = new Float64Array(n);
      for (let i = 0; i < n; i++) {
        map.adjoint!(
          point,
          Float64Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)),
          out,
        );
        expect([...out]).toEqual([...jacobian.data.subarray(i * n, (i + 1) * n)]);
      }
      expect(map.logAbsDet!(point)).toBeCloseTo(lu(jacobian).logAbsDet, 10);
    }
  });
});

test("volumes known in closed form: Hénon b, standard map and cat 1, Ikeda u²", () => {
  const x = Float64Array.of(0.3, -0.2);
  expect(henon().at(1.4).logAbsDet!(x)).toBeCloseTo(Math.log(0.3), 14);
  expect(delayedHenon(2).at(0.6).logAbsDet!(x)).toBeCloseTo(Math.log(0.6), 14);
  expect(standardMap.at(0.97).logAbsDet!(x)).toBeCloseTo(0, 14);
  expect(ikeda.at(0.9).logAbsDet!(x)).toBeCloseTo(2 * Math.log(0.9), 13);
  expect(lu(denseTangent(catMap, x)).logAbsDet).toBeCloseTo(0, 14);
});
