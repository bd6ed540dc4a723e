// One SHA-256 over what the compiler computes on fixed inputs: every operation, networks of every kind of layer with
// all their derivatives, the λ kernel, and dense algebra. Reads the built package, and runs as it is in Node and in a
// browser: `node test/cross-engine/digest.js` prints the digest.
import {
  compileDescent,
  compileDescentEnsemble,
  compileLanes,
  compileObjective,
  wasmDenseKernels,
  wasmEngine,
  wasmFactorKernel,
} from "../../dist/compile/index.js";
import { formulaMap } from "../../dist/descent/index.js";
import { initialParameters, networkProblem, readModel } from "../../dist/network/index.js";
import { createRng, installDenseKernels, matrix, multiply, symmetricEigen } from "../../dist/numeric/index.js";
import * as p from "../../dist/program/index.js";

/** The digest, in hexadecimal. NaN counts as one value: its sign and payload are left open by WebAssembly. */
export async function digest() {
  const results = computed();
  const all = new Float64Array(results.reduce((sum, values) => sum + values.length, 0));
  let at = 0;
  for (const values of results) {
    all.set(values, at);
    at += values.length;
  }
  const words = new BigUint64Array(all.buffer);
  all.forEach((x, i) => {
    if (Number.isNaN(x)) words[i] = 0x7ff8000000000000n;
  });
  const hash = await crypto.subtle.digest("SHA-256", all.buffer);
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Everything that counts, in order. */
export function computed() {
  installDenseKernels(wasmDenseKernels());
  return [...functions(), ...products(), ...networks(), ...cocycle(), ...eigenproblem(), ...lanes()];
}

const rng = createRng(24, "digest");
const normal = (count, scale = 1) => Float64Array.from({ length: count }, () => scale * rng.normal());

/** Outputs of a program on the given input buffers. */
function evaluate(nodes, inputs) {
  const executable = wasmEngine.load(p.buildProgram(nodes.map((node, i) => ({ buffer: `out${i}`, offset: 0, node }))));
  for (const [name, values] of Object.entries(inputs)) executable.buffers[name]?.set(values);
  executable.run();
  return nodes.map((_, i) => executable.buffers[`out${i}`].slice());
}

/** Elementwise operations on numbers of every size, with zeros, infinities, NaN and subnormals among them. */
function functions() {
  const special = [
    0,
    -0,
    Infinity,
    -Infinity,
    NaN,
    5e-324,
    -5e-324,
    2.2e-308,
    1.7e308,
    -1.7e308,
    1e22,
    709.78,
    -745.13,
  ];
  const wide = Float64Array.from({ length: 900 }, () => rng.normal() * 2 ** (rng.integer(80) - 40));
  const x = Float64Array.of(...special, ...wide, ...normal(600, 3));
  const y = Float64Array.from(x, (_, i) => x[(7 * i + 3) % x.length]);
  const input = (name) => p.input(name, [x.length], { role: "data" });
  const [a, b] = [input("x"), input("y")];
  const unary = [
    p.neg,
    p.abs,
    p.square,
    p.sqrt,
    p.exp,
    p.expm1,
    p.log,
    p.log1p,
    p.sin,
    p.cos,
    p.tanh,
    p.sigmoid,
    p.softplus,
    p.erf,
    p.step,
  ];
  const nodes = [
    ...unary.map((op) => op(a)),
    ...[p.add, p.sub, p.mul, p.div, p.max, p.min, p.less, p.lessEqual].map((op) => op(a, b)),
    ...[2.5, -1, 1 / 3, 7].map((exponent) => p.pow(a, exponent)),
    p.select(p.less(a, 0), a, b),
    p.sum(p.exp(p.neg(p.square(a)))),
  ];
  return evaluate(nodes, { x, y });
}

/** Products across the boundaries of tiles, panels and blocks, and operations along rows. */
function products() {
  const sizes = [
    [1, 7, 9],
    [13, 5, 7],
    [50, 513, 37],
    [21, 257, 261],
  ];
  return sizes.flatMap(([rows, inner, columns]) => {
    const a = p.input("a", [rows, inner], { role: "data" });
    const b = p.input("b", [columns, inner], { role: "data" });
    const c = p.matmul(a, b, false, true);
    const nodes = [
      c,
      p.softmax(c),
      p.logSumExp(c),
      p.maxAlong(c),
      p.argmaxMask(c),
      p.matmul(c, c, true, false),
      p.sum(c),
    ];
    return evaluate(nodes, { a: normal(rows * inner), b: normal(columns * inner) });
  });
}

/** Loss, gradient, Hessian product, Jacobian, kernel, kinks, and a few steps of momentum. */
function networks() {
  const dense = (units, activation = "identity") => ({ type: "dense", units, activation });
  const all = [
    "tanh",
    "gelu",
    "geluTanh",
    "silu",
    "elu",
    "selu",
    "softplus",
    "softsign",
    "sigmoid",
    "sin",
    "hardSwish",
  ];
  const specs = [
    { input: [4], layers: [...all.map((name) => dense(7, name)), dense(2)] },
    {
      input: [2, 9, 8],
      layers: [
        { type: "conv", filters: 4, kernel: 3, padding: 1, activation: "relu" },
        { type: "maxPool", kernel: 2 },
        {
          type: "residual",
          layers: [{ type: "conv", filters: 4, kernel: 3, padding: "same", groups: 2 }, { type: "batchNorm" }],
        },
        { type: "avgPool", kernel: 2, stride: 1 },
        { type: "layerNorm" },
        { type: "flatten" },
        dense(3),
      ],
    },
    {
      input: [5, 6],
      layers: [
        { type: "residual", layers: [{ type: "layerNorm" }, { type: "attention", heads: 2, causal: true }] },
        { type: "residual", layers: [dense(9, "gelu"), dense(6)] },
        { type: "globalAvgPool" },
        dense(3),
      ],
    },
  ];
  return specs.flatMap((spec) => {
    const model = readModel(spec);
    const m = 11;
    const k = model.outputCount;
    const data = { inputs: normal(m * p.sizeOf(spec.input)), targets: normal(m * k), sampleCount: m };
    const frozen = Float64Array.from({ length: model.frozenSize }, () => 0.5 + rng.uniform());
    const problem = networkProblem(model, { type: "mse", scale: 0.5 }, data, { frozen });
    const { theta } = initialParameters(model, "heNormal", 3);
    const n = theta.length;
    const objective = compileObjective(problem, wasmEngine);
    const [gradient, hvp, jacobian, kinks] = [n, n, m * k * n, objective.switchCount].map(
      (size) => new Float64Array(size),
    );
    const loss = objective.gradient(theta, gradient);
    objective.hvp(theta, normal(n), hvp);
    objective.jacobian(theta, jacobian);
    objective.switching(theta, kinks);
    const map = compileDescent(problem, { type: "momentum" }, wasmEngine, { stepSize: 0.01 });
    const state = new Float64Array(map.dimension);
    state.set(theta);
    const next = new Float64Array(map.dimension);
    for (let step = 0; step < 5; step++) {
      map.step(state, next);
      state.set(next);
    }
    return [Float64Array.of(loss), gradient, hvp, jacobian, kinks, objective.ntk(theta), state];
  });
}

/** Trajectories of many states of small maps, as they are written and rearranged, and frames of the Hénon map. */
function lanes() {
  const layers = [
    { type: "dense", units: 3, activation: "tanh" },
    { type: "dense", units: 1 },
  ];
  const data = { inputs: normal(10), targets: normal(5), sampleCount: 5 };
  const problem = networkProblem({ input: [2], layers }, { type: "mse", scale: 0.5 }, data);
  const ends = [false, true].map((rearrange) => {
    const options = { stepSize: 0.1, parameter: "stepSize", rearrange };
    const ensemble = compileDescentEnsemble(problem, { type: "momentum" }, wasmEngine, options);
    const states = normal(9 * ensemble.dimension);
    ensemble.advance(
      states,
      40,
      states,
      Float64Array.from({ length: 9 }, (_, i) => 0.02 * i),
    );
    return states;
  });
  const henon = formulaMap({ variables: ["x", "y"], parameters: ["a"], next: ["1 - a*x^2 + y", "0.3*x"] });
  const framed = compileLanes(henon, { scalars: { a: 1.4 }, tangents: 2 });
  return [...ends, framed.carry(Float64Array.of(0.1, 0.1), Float64Array.of(1, 0, 0, 1), 300).slice()];
}

function cocycle() {
  const [m, r, b, steps] = [12, 9, 3, 200];
  const kernel = wasmFactorKernel(matrix(m, r, normal(m * r)), 1);
  const vectors = new Float64Array(2 * r).fill(1 / Math.sqrt(r));
  const growth = new Float64Array(2);
  kernel.advance({
    indices: Int32Array.from({ length: steps * b }, () => rng.integer(m)),
    weights: new Float64Array(steps * b).fill(1 / b),
    offsets: Int32Array.from({ length: steps + 1 }, (_, t) => t * b),
    stepSizes: Float64Array.of(0.1, 0.4),
    vectors,
    growth,
  });
  return [vectors, growth];
}

function eigenproblem() {
  const n = 60;
  const a = matrix(n, n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a.data[i * n + j] = a.data[j * n + i] = rng.normal();
  const { values, vectors } = symmetricEigen(a);
  return [values, vectors.data, multiply(a, a).data];
}

if (typeof process !== "undefined" && import.meta.url === `file://${process.argv[1]}`) {
  process.stdout.write(`${await digest()}\n`);
}
