// Readers of programs in other numbers than doubles. Intervals: the value that a program has over the reals lies in the
// enclosure; the oracle is exact rational arithmetic where the program is rational, and the interpreter (with the
// accuracy that it states) elsewhere. Residues: reducing the exact rational value mod p is the same as computing mod p.
import { describe, expect, test } from "vitest";
import { compileObjective, interpreterEngine } from "../compile/index.ts";
import { mapAsProgram, type UpdateRuleSpec, updateMap } from "../descent/index.ts";
import * as iv from "../interval/index.ts";
import { exactRational, primeField, type Rational, residueOf, toNumber } from "../modular/index.ts";
import {
  activationNames,
  initialParameters,
  type LayerSpec,
  type LossSpec,
  networkProblem,
  readModel,
} from "../network/index.ts";
import { createRng, matrix } from "../numeric/index.ts";
import * as p from "../program/index.ts";
import { certifyPiece } from "./certified-piece.ts";
import { rationalScalars } from "./exact-scalars.ts";
import { fixSelections, lossKinks } from "./fixed-selections.ts";
import { encloseHessian, lossInputs } from "./hessian-reader.ts";
import { evaluateIntervals } from "./interval-reader.ts";
import { evaluateResidues } from "./modular-reader.ts";
import { encloseNumber, encloseNumbers } from "./read-number.ts";
import { readProgram } from "./scalar-reader.ts";

const RTOL_INTERPRETER = 1e-12;
const half: LossSpec = { type: "mse", scale: 0.5 };
const rng = createRng(11, "readers");

const isAtMost = (a: number, b: Rational) => {
  const { numerator, denominator } = exactRational(a);
  return numerator * b.denominator <= b.numerator * denominator;
};
const holds = (box: iv.Interval, x: Rational) =>
  isAtMost(box.lo, x) && isAtMost(-box.hi, { numerator: -x.numerator, denominator: x.denominator });

function problemOf(layers: readonly LayerSpec[], loss: LossSpec, input: readonly number[] = [3], m = 3) {
  const model = readModel({ input, layers });
  const { theta, frozen } = initialParameters(model, "torch", 4);
  const size = p.sizeOf(input);
  const data = {
    inputs: Float64Array.from({ length: m * size }, () => Math.round(1000 * rng.normal()) / 1000),
    targets: Float64Array.from({ length: m * model.outputCount }, () => Math.round(100 * rng.uniform()) / 100),
    sampleCount: m,
  };
  if (loss.type === "crossEntropy") data.targets = Float64Array.from({ length: m }, (_, i) => i % model.outputCount);
  return { problem: networkProblem(model, loss, data, { frozen }), theta };
}

describe("each operation over random rationals, every scalar of the table", () => {
  const x = p.input("x", [4, 5], { role: "data" });
  const y = p.input("y", [4, 5], { role: "data" });
  const positive = p.add(p.square(y), 0.3);
  const index = Int32Array.of(3, -1, 0, 0, 2);
  const rational: Record<string, p.Node> = {
    neg: p.neg(x),
    abs: p.abs(x),
    square: p.square(x),
    step: p.step(x),
    pow: p.pow(x, 3),
    powNegative: p.pow(positive, -2),
    add: p.add(x, y),
    sub: p.sub(x, 0.1),
    mul: p.mul(x, y),
    div: p.div(x, positive),
    max: p.max(x, y),
    min: p.min(x, y),
    less: p.less(x, y),
    lessEqual: p.lessEqual(x, y),
    select: p.select(p.less(x, 0), y, p.mul(0.7, x)),
    broadcast: p.broadcast(x, [4, 2, 5], [0, 2]),
    sum: p.sum(x, [0]),
    reshape: p.reshape(x, [20]),
    transpose: p.transpose(x, [1, 0]),
    slice: p.slice(x, 1, 1, 3),
    pad: p.pad(x, 0, 1, 2),
    concat: p.concat([x, y], 1),
    gather: p.gather(x, index, 0.25),
    scatter: p.scatter(x, Int32Array.of(1, -1, 0, 2, 1), 3),
    matmul: p.matmul(x, y, false, true),
    matmulTransposed: p.matmul(x, y, true, false),
    maxAlong: p.maxAlong(x),
    argmaxMask: p.argmaxMask(x),
  };
  const kinked = new Set(["abs", "step", "max", "min", "less", "lessEqual", "select", "maxAlong", "argmaxMask"]);

  test.each(Object.entries(rational))("%s: interpreter = rationals ∈ intervals, ≡ residues", (name, node) => {
    const program = p.buildProgram([{ buffer: "out", offset: 0, node }]);
    const values = () => Float64Array.from({ length: 20 }, () => Math.round(100 * rng.normal()) / 100);
    const inputs = Object.fromEntries(
      Object.keys(program.bufferSizes)
        .filter((b) => b !== "out")
        .map((b) => [b, values()]),
    );
    const scalars = rationalScalars();
    const exactInputs = Object.fromEntries(Object.entries(inputs).map(([b, v]) => [b, Array.from(v, scalars.number)]));
    const exact = readProgram(scalars, program, exactInputs)()["out"]!;
    const boxes = evaluateIntervals(
      program,
      Object.fromEntries(Object.entries(inputs).map(([b, v]) => [b, encloseNumbers(v)])),
    )["out"]!;
    const executable = interpreterEngine.load(program);
    for (const [b, v] of Object.entries(inputs)) executable.buffers[b]!.set(v);
    executable.run();
    exact.forEach((value, i) => {
      expect(holds(iv.intervalAt(boxes, i), value)).toBe(true);
      expect(Math.abs(executable.buffers["out"]![i]! - toNumber(value))).toBeLessThan(
        1e-13 * (1 + Math.abs(toNumber(value))),
      );
      if (!kinked.has(name))
        expect(iv.width(iv.intervalAt(boxes, i))).toBeLessThan(1e-12 * (1 + Math.abs(toNumber(value))));
    });
    const residues = evaluateResidues(program, inputs);
    if (kinked.has(name)) expect(residues.status).toBe("unreadable");
    else {
      if (residues.status !== "read") throw new Error(residues.operation);
      const field = primeField(residues.prime);
      expect(residues.value["out"]).toEqual(exact.map((value) => residueOf(field, value)));
    }
  });

  const transcendental: Record<string, p.Node> = {
    sqrt: p.sqrt(positive),
    log: p.log(positive),
    exp: p.exp(x),
    expm1: p.expm1(x),
    log1p: p.log1p(p.square(x)),
    sin: p.sin(x),
    cos: p.cos(x),
    tanh: p.tanh(x),
    sigmoid: p.sigmoid(x),
    softplus: p.softplus(x),
    erf: p.erf(x),
    powThird: p.pow(positive, 1 / 3),
    softmax: p.softmax(x),
    logSumExp: p.logSumExp(x),
  };
  test.each(Object.entries(transcendental))(
    "%s: the interpreter's value is within its error of a narrow enclosure",
    (_, node) => {
      const program = p.buildProgram([{ buffer: "out", offset: 0, node }]);
      const inputs: Record<string, Float64Array> = {};
      for (const b of Object.keys(program.bufferSizes)) {
        if (b !== "out") inputs[b] = Float64Array.from({ length: 20 }, () => 3 * rng.normal());
      }
      const boxes = evaluateIntervals(
        program,
        Object.fromEntries(Object.entries(inputs).map(([b, v]) => [b, encloseNumbers(v)])),
      )["out"]!;
      const executable = interpreterEngine.load(program);
      for (const [b, v] of Object.entries(inputs)) executable.buffers[b]!.set(v);
      executable.run();
      executable.buffers["out"]!.forEach((value, i) => {
        const box = iv.intervalAt(boxes, i);
        const tolerance = RTOL_INTERPRETER * (1 + Math.abs(value));
        expect(box.lo - tolerance <= value && value <= box.hi + tolerance).toBe(true);
        expect(iv.width(box)).toBeLessThan(tolerance);
      });
      expect(evaluateResidues(program, inputs).status).toBe("unreadable");
    },
  );
});

test("numbers: 0.1 stands for itself and 1/10, 0.5 and 3 for themselves, 2/√π for itself", () => {
  expect(holds(encloseNumber(0.1), { numerator: 1n, denominator: 10n })).toBe(true);
  expect(iv.contains(encloseNumber(0.1), 0.1)).toBe(true);
  expect(encloseNumber(0.5)).toEqual({ lo: 0.5, hi: 0.5 });
  expect(encloseNumber(-3)).toEqual({ lo: -3, hi: -3 });
  const twoOverRootPi = encloseNumber(2 / Math.sqrt(Math.PI));
  expect(iv.square(twoOverRootPi).lo < 4 / Math.PI && 4 / Math.PI < iv.square(twoOverRootPi).hi).toBe(true);
});

test("a prime that divides a denominator is reported and the next one taken (data 1/67108859)", () => {
  const x = p.input("x", [1], { role: "data" });
  const program = p.buildProgram([{ buffer: "out", offset: 0, node: p.mul(2, x) }]);
  const reading = evaluateResidues(program, { x: [1 / 67108859] });
  expect(reading).toMatchObject({ status: "read", dividing: [67108859], prime: 67108837 });
  expect(evaluateResidues(program, { x: [1 / 3] })).toMatchObject({ status: "read", dividing: [] });
});

test("causal attention: masked scores have weight exactly 0 and the enclosure is narrow", () => {
  const { problem, theta } = problemOf(
    [{ type: "attention", heads: 1, causal: true }, { type: "flatten" }, { type: "dense", units: 1 }],
    half,
    [3, 2],
    2,
  );
  const loss = problem.lossProgram(2);
  const box = encloseHessian(loss, problem.dimension, Array.from(theta, encloseNumber), lossInputs(problem));
  expectHessian(problem, theta, box);
});

function expectHessian(problem: p.Problem, theta: Float64Array, box: iv.IntervalMatrix) {
  const n = problem.dimension;
  const objective = compileObjective(problem, interpreterEngine);
  const dense = matrix(n, n);
  const unit = new Float64Array(n);
  for (let j = 0; j < n; j++)
    objective.hvp(theta, unit.fill(0).fill(1, j, j + 1), dense.data.subarray(j * n, (j + 1) * n));
  const scale = Math.max(...dense.data.map(Math.abs), 1);
  dense.data.forEach((value, i) => {
    const entry = iv.intervalAt(box, i);
    const tolerance = RTOL_INTERPRETER * scale;
    expect(iv.isDefined(entry)).toBe(true);
    expect(entry.lo - tolerance <= value && value <= entry.hi + tolerance).toBe(true);
    expect(iv.width(entry)).toBeLessThan(100 * tolerance);
  });
}

test.each(activationNames)(
  "Hessian of a network with %s: enclosed narrowly around the exact derivative",
  (activation) => {
    const { problem, theta } = problemOf(
      [
        { type: "dense", units: 2, activation },
        { type: "dense", units: 2 },
      ],
      activation === "relu" ? half : { type: "crossEntropy" },
    );
    const loss = problem.lossProgram(problem.sampleCount);
    const piece = certifyPiece(loss, problem.dimension, Array.from(theta, encloseNumber), lossInputs(problem));
    if (piece.status !== "inside") throw new Error(piece.reason);
    const fixed = fixSelections(loss, piece.selections);
    expect(lossKinks(fixed)).toEqual([]);
    expectHessian(
      problem,
      theta,
      encloseHessian(fixed, problem.dimension, Array.from(theta, encloseNumber), lossInputs(problem)),
    );
  },
);

test.each<UpdateRuleSpec>([
  { type: "gd" },
  { type: "momentum", weightDecay: 0.1 },
  { type: "nesterov" },
  { type: "adam" },
  { type: "rmsprop" },
  { type: "adagrad" },
  { type: "lion" },
  { type: "signSgd" },
  { type: "sam", rho: 0.1 },
  { type: "gd", clipNorm: 0.05 },
])("map programs are read too: one step of %j is enclosed", (spec) => {
  const { problem, theta } = problemOf(
    [
      { type: "dense", units: 2, activation: "tanh" },
      { type: "dense", units: 1 },
    ],
    half,
  );
  const map = updateMap(problem.lossProgram(problem.sampleCount), spec);
  const program = mapAsProgram(map);
  const buffers: Record<string, ArrayLike<number>> = {
    ...{ ...problem.data, frozen: problem.frozen, weights: problem.weights, theta },
    state: new Float64Array(map.stateSize).fill(0.01),
    stepSize: [0.1],
  };
  const boxes = evaluateIntervals(
    program,
    Object.fromEntries(Object.entries(buffers).map(([b, v]) => [b, encloseNumbers(v)])),
  );
  const executable = interpreterEngine.load(program);
  for (const [b, v] of Object.entries(buffers)) executable.buffers[b]?.set(v as Float64Array);
  executable.run();
  executable.buffers["nextTheta"]!.forEach((value, i) => {
    const box = iv.intervalAt(boxes["nextTheta"]!, i);
    expect(box.lo - 1e-12 <= value && value <= box.hi + 1e-12 && iv.width(box) < 1e-9).toBe(true);
  });
});
