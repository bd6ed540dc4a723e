// Formulas mean what DESIGN §3 says: ^ binds from right to left and tighter than unary minus, then * /, + −, comparisons,
// not, and, or. Every value stands beside the same expression with all parentheses written, in JavaScript's arithmetic.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileObjective, interpreterEngine } from "../compile/index.ts";
import * as p from "./index.ts";
import { DEEPEST_FORMULA } from "./parse-formula.ts";

const at = { x: 0.7, y: -1.3, z: 2.25 };

function evaluate(text: string, values: Readonly<Record<string, number>> = at): number {
  const names = Object.keys(values);
  const variables = new Map(names.map((name, offset) => [name, p.input("theta", [], { offset, role: "parameter" })]));
  const node = p.parseFormula(text, variables);
  const executable = interpreterEngine.load(
    p.buildProgram([{ buffer: "out", offset: 0, node }], { theta: names.length }),
  );
  executable.buffers["theta"]!.set(names.map((name) => values[name]!));
  executable.run();
  return executable.buffers["out"]![0]!;
}

const { x, y, z } = at;
const sigmoid = (t: number) => 1 / (1 + Math.exp(-t));
const table: [string, number][] = [
  ["-x^2", -(x * x)],
  ["(-x)^2", x * x],
  ["2^3^2", 512],
  ["(2^3)^2", 64],
  ["2^-1", 0.5],
  ["2^-2^2", 1 / 16],
  ["-2^-x", -(2 ** -x)],
  ["x-y-z", x - y - z],
  ["x/y/z", x / y / z],
  ["x-y*z", x - y * z],
  ["-x*y", -x * y],
  ["x*-y", x * -y],
  ["x/y*z", (x / y) * z],
  ["2*x^3", 2 * x * (x * x)],
  ["x+y*z^2-1", x + y * (z * z) - 1],
  ["+x--y", x + y],
  ["z^0.5", Math.sqrt(z)],
  ["z^1.7", z ** 1.7],
  ["z^(1/3)", z ** (1 / 3)],
  ["y^-3", 1 / (y * (y * y))],
  ["y^0", 1],
  ["z^y", Math.exp(y * Math.log(z))],
  ["e^x", Math.exp(x)],
  ["2*pi", 2 * Math.PI],
  [".5e1 + 1.E-1", 5.1],
  ["if(x < y, 1, 2)", 2],
  ["if(x > y, 1, 2)", 1],
  ["if(x <= 0.7, 1, 2)", 1],
  ["if(x < 0.7, 1, 2)", 2],
  ["if(0.7 >= x, 1, 2)", 1],
  ["if(not x < y and z > 2, 1, 2)", 1],
  ["if(x < y or x < y and z > 2, 1, 2)", 2],
  ["if(x > y or x < y and z < 2, 1, 2)", 1],
  ["if((x > y or x < y) and z < 2, 1, 2)", 2],
  ["if(not (x > y) or z > 2, 1, 2)", 1],
  ["if(x + 1 < y * 2, 1, 2)", 2],
  ["min(x^2, 0.1*(x-1)^2)", Math.min(x * x, 0.1 * ((x - 1) * (x - 1)))],
  ["max(x, y, z, 1)", 2.25],
  ["relu(y) + relu(x)", 0.7],
  ["abs(y)", 1.3],
  ["step(x) - step(y) + step(0)", 1],
  ["square(y)", y * y],
  ["sqrt(z)", 1.5],
  ["exp(x)", Math.exp(x)],
  ["expm1(x)", Math.expm1(x)],
  ["log(z)", Math.log(z)],
  ["log1p(x)", Math.log1p(x)],
  ["sin(x)*cos(y)", Math.sin(x) * Math.cos(y)],
  ["tanh(sigmoid(y))", Math.tanh(sigmoid(y))],
  ["softplus(y)", Math.log1p(Math.exp(y))],
  ["pow(z, 2)", z * z],
];

test.each(table)("%s", (text, value) => {
  expect(Math.abs(evaluate(text) - value)).toBeLessThanOrEqual(4e-16 * Math.abs(value));
});

// erf(1) and log(e + e² + e³) to double precision (Abramowitz and Stegun 7.1; mpmath).
test("erf and logSumExp", () => {
  expect(evaluate("erf(1)")).toBeCloseTo(0.8427007929497149, 15);
  expect(evaluate("logSumExp(1, 2, 3)")).toBeCloseTo(3.4076059644443806, 15);
});

// A random expression with every pair of parentheses written equals the same tree read with as few as the table allows.
test("printing a tree with the fewest parentheses and reading it gives the tree's value", () => {
  type Tree = { readonly text: string; readonly power: number; readonly value: number };
  const binary: readonly [string, number, (a: number, b: number) => number][] = [
    ["+", 5, (a, b) => a + b],
    ["-", 5, (a, b) => a - b],
    ["*", 6, (a, b) => a * b],
    ["/", 6, (a, b) => a / b],
  ];
  const inside = ({ text, power }: Tree, least: number) => (power < least ? `(${text})` : text);
  const leaf: fc.Arbitrary<Tree> = fc.constantFrom(
    ...Object.entries(at).map(([text, value]) => ({ text, power: 9, value })),
    ...[0.5, 3, 1.25].map((value) => ({ text: String(value), power: 9, value })),
  );
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { depthSize: "medium", withCrossShrink: true },
      leaf,
      fc.tuple(tie("tree"), tie("tree"), fc.constantFrom(...binary)).map(([a, b, [sign, power, f]]) => ({
        text: `${inside(a, power)} ${sign} ${inside(b, power + 1)}`,
        power,
        value: f(a.value, b.value),
      })),
      tie("tree").map((a) => ({ text: `-${inside(a, 7)}`, power: 7, value: -a.value })),
      tie("tree").map((a) => ({ text: `${inside(a, 9)}^2`, power: 8, value: a.value * a.value })),
    ),
  }));
  fc.assert(
    fc.property(tree, ({ text, value }) => {
      expect(evaluate(text)).toBe(value);
    }),
    { seed: 11, numRuns: 500 },
  );
});

describe("what cannot be read is refused, with the place and the nearest name", () => {
  const variables = new Map([["theta", p.constant(1)]]);
  const refusals: [string, string, number][] = [
    ["", "expected a number or a name, found the end", 0],
    ["   ", "expected a number or a name, found the end", 3],
    ["1 +", "expected a number or a name, found the end", 3],
    ["2 theta", 'expected an operator, found "theta"', 2],
    ["(theta", 'expected ")", found the end', 6],
    ["theta)", 'expected an operator, found ")"', 5],
    ["thetta + 1", 'unknown name "thetta"; did you mean theta?', 0],
    ["1 + sine(theta)", 'unknown function "sine"; did you mean sin?', 4],
    ["min(theta)", "min takes at least 2 arguments, got 1,", 0],
    ["exp(1, 2)", "exp takes 1 argument, got 2,", 0],
    ["if(theta, 1, 2)", "expected a condition such as x < 0", 3],
    ["theta < 1", "a condition is no number; use if(condition, a, b)", 0],
    ["1 < theta < 2", "a condition is no number; use if(condition, a, b)", 0],
    ["(theta < 1) * 2", "a condition is no number; use if(condition, a, b)", 0],
    ["1e999", "the number 1e999 is too large", 0],
    ["1.2.3", 'expected an operator, found ".3"', 3],
    ["theta = 1", 'cannot read "="', 6],
    ["theta; process.exit()", 'cannot read ";"', 5],
    ["constructor", 'unknown name "constructor"', 0],
    ["__proto__(1)", 'unknown function "__proto__"', 0],
    ["toString", 'unknown name "toString"', 0],
    ["theta[0]", 'cannot read "["', 5],
    ["0x10", 'expected an operator, found "x10"', 1],
    ["😀", 'cannot read "😀"', 0],
    ["theta**2", 'expected a number or a name, found "*"', 6],
    [
      `${"(".repeat(5000)}1${")".repeat(5000)}`,
      `the formula is nested deeper than ${DEEPEST_FORMULA}`,
      DEEPEST_FORMULA,
    ],
    ["-".repeat(5000), `the formula is nested deeper than ${DEEPEST_FORMULA}`, DEEPEST_FORMULA],
    ["2^".repeat(5000), `the formula is nested deeper than ${DEEPEST_FORMULA}`, 2 * DEEPEST_FORMULA],
    ["1+".repeat(20_000), "the formula is longer than 20000 characters", 20_000],
  ];
  test.each(refusals)("%s", (text, message, position) => {
    let error: unknown;
    try {
      p.parseFormula(text, variables);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(p.FormulaError);
    expect((error as p.FormulaError).message).toBe(`${message} at column ${position + 1}`);
    expect((error as p.FormulaError).position).toBe(position);
  });

  test("any text is read or refused, never anything else", () => {
    const words = [
      "theta",
      "1",
      ".5",
      "+",
      "-",
      "*",
      "^",
      "(",
      ")",
      "<",
      "if",
      "min",
      ",",
      "not",
      "and",
      " ",
      "e",
      "\\",
      "`",
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 30 }), fc.string(), (parts, noise) => {
        for (const text of [parts.join(""), noise]) {
          try {
            p.parseFormula(text, variables);
          } catch (error) {
            expect(error).toBeInstanceOf(p.FormulaError);
          }
        }
      }),
      { seed: 12, numRuns: 2000 },
    );
  });

  test("a long sum is no deep formula", () => {
    expect(evaluate(Array.from({ length: 5000 }, () => "x").join("+"))).toBeCloseTo(3500, 8);
  });
});

describe("formula objectives", () => {
  // ℓ₁ = ½(ab − 1)², ℓ₂ = sin a: by hand ∇ℓ₁ = (ab − 1)(b, a), ∇ℓ₂ = (cos a, 0).
  const problem = p.formulaProblem({
    parameters: ["a", "b"],
    samples: ["0.5*(a*b - 1)^2", "sin(a)"],
    weights: [0.25, 0.75],
  });
  const objective = compileObjective(problem, interpreterEngine);
  const theta = Float64Array.of(0.3, -2);
  const residual = 0.3 * -2 - 1;

  test("loss and gradient are the weighted sums", () => {
    const gradient = new Float64Array(2);
    const loss = objective.gradient(theta, gradient);
    expect(loss).toBeCloseTo(0.25 * 0.5 * residual ** 2 + 0.75 * Math.sin(0.3), 15);
    expect(gradient[0]).toBeCloseTo(0.25 * residual * -2 + 0.75 * Math.cos(0.3), 15);
    expect(gradient[1]).toBeCloseTo(0.25 * residual * 0.3, 15);
  });

  test("rows of the Jacobian are the samples' gradients", () => {
    const rows = new Float64Array(4);
    objective.jacobian(theta, rows);
    [residual * -2, residual * 0.3, Math.cos(0.3), 0].forEach((value, i) => {
      expect(rows[i]).toBeCloseTo(value, 15);
    });
  });

  test.each([
    [{ parameters: [], samples: ["1"] }, /needs at least one parameter/],
    [{ parameters: ["a"], samples: [] }, /needs at least one sample/],
    [{ parameters: ["a", "a"], samples: ["a"] }, /"a" is given twice/],
    [{ parameters: ["exp"], samples: ["1"] }, /"exp" has a meaning of its own/],
    [{ parameters: ["a b"], samples: ["1"] }, /"a b" cannot be a name/],
    [
      { parameters: ["a"], samples: ["a", "a+"] },
      /^samples\[1\]: expected a number or a name, found the end at column 3$/,
    ],
    [{ parameters: ["a"], samples: ["a", "a"], weights: [0.5, 0.4] }, /must have sum 1, got 0.9/],
    [{ parameters: ["a"], samples: ["a", "a"], weights: [1, 0] }, /weights\[1\] must be positive, got 0/],
    [{ parameters: ["a"], samples: ["a"], weights: [0.5, 0.5] }, /1 samples but 2 weights/],
  ])("%o is refused", (objective, message) => {
    expect(() => p.formulaProblem(objective)).toThrow(message);
  });
});
