import { expect, test } from "vitest";
import { compileObjective, interpreterEngine, type Objective } from "../compile/index.ts";
import { type LossSpec, type ModelSpec, networkProblem } from "../network/index.ts";
import { cholesky, choleskySolve, createRng, leastSquares, matrix, maxAbs, norm } from "../numeric/index.ts";
import { minimize } from "./index.ts";

const methods = ["levenberg-marquardt", "l-bfgs"] as const;

function normals(count: number, ...names: string[]): Float64Array {
  const rng = createRng(40, ...names);
  return Float64Array.from({ length: count }, () => rng.normal());
}

function network(model: ModelSpec, loss: LossSpec, inputs: Float64Array, targets: Float64Array): Objective {
  const sampleCount = inputs.length / model.input.reduce((a, b) => a * b, 1);
  return compileObjective(networkProblem(model, loss, { inputs, targets, sampleCount }), interpreterEngine);
}

function linear(inputs: Float64Array, targets: Float64Array, width: number, loss: LossSpec, units = 1): Objective {
  const layers = [{ type: "dense", units, bias: false }] as const;
  return network({ input: [width], layers }, loss, inputs, targets);
}

/** A formula objective: L(θ) with gradient and Hessian by hand, no outputs. */
function formula(
  dimension: number,
  value: (x: Float64Array) => number,
  gradient: (x: Float64Array) => number[],
  hessian: (x: Float64Array) => number[][],
): Objective {
  const derivatives = {
    dimension,
    sampleCount: 1,
    outputCount: 0,
    weights: Float64Array.of(1),
    loss: value,
    gradient(x: Float64Array, out: Float64Array) {
      out.set(gradient(x));
      return value(x);
    },
    hvp(x: Float64Array, v: Float64Array, out: Float64Array) {
      hessian(x).forEach((line, i) => {
        out[i] = line.reduce((sum, h, j) => sum + h * v[j], 0);
      });
    },
  };
  return derivatives as unknown as Objective; // the minimisers ask a formula objective for nothing else
}

// Rosenbrock (1960): the minimum of 100(y − x²)² + (1 − x)² is (1, 1), at the end of a curved valley.
const rosenbrock = formula(
  2,
  ([x, y]) => 100 * (y - x * x) ** 2 + (1 - x) ** 2,
  ([x, y]) => [-400 * x * (y - x * x) - 2 * (1 - x), 200 * (y - x * x)],
  ([x, y]) => [
    [1200 * x * x - 400 * y + 2, -400 * x],
    [-400 * x, 200],
  ],
);

test.each(methods)("Rosenbrock's valley, %s", (method) => {
  const start = Float64Array.of(-1.2, 1);
  const result = minimize(rosenbrock, start, { method });
  expect(result.status).toBe("converged");
  expect([...result.theta]).toEqual([1, 1].map((x) => expect.closeTo(x, 10)));
  expect(result.steps).toBeLessThan(60);
  expect([...start]).toEqual([-1.2, 1]);
});

// With fewer outputs than parameters every step lies in the range of Jᵀ: from θ = 0 the limit is the interpolating
// solution of least norm. With more outputs than parameters it is the least-squares solution.
test.each([
  [4, 7],
  [7, 4],
])("linear regression with %d samples in dimension %d is least squares", (m, n) => {
  const inputs = normals(m * n, "x");
  const targets = normals(m, "y");
  const exact = leastSquares(matrix(m, n, inputs), targets).x;
  const result = minimize(linear(inputs, targets, n, { type: "mse", scale: 0.5 }), new Float64Array(n));
  expect(result.status).toBe("converged");
  expect(maxAbs(result.theta.map((x, i) => x - exact[i]))).toBeLessThan(1e-11);
});

// Ridge regression: (XᵀX/m + wI)θ = Xᵀy/m for L = ½·mean (⟨θ, x_i⟩ − y_i)².
test.each([
  ["levenberg-marquardt", 5, 9],
  ["levenberg-marquardt", 9, 5],
  ["l-bfgs", 5, 9],
] as const)("ridge regression by %s, %d samples in dimension %d", (method, m, n) => {
  const inputs = normals(m * n, "x");
  const targets = normals(m, "y");
  const w = 0.03;
  const normal = matrix(n, n);
  const rhs = new Float64Array(n);
  for (let s = 0; s < m; s++) {
    for (let i = 0; i < n; i++) {
      rhs[i] += (inputs[s * n + i] * targets[s]) / m;
      for (let j = 0; j < n; j++) normal.data[i * n + j] += (inputs[s * n + i] * inputs[s * n + j]) / m;
    }
  }
  for (let i = 0; i < n; i++) normal.data[i * n + i] += w;
  const factor = cholesky(normal);
  if (!factor) throw new Error("expected a factor");
  const exact = choleskySolve(factor, rhs);
  const objective = linear(inputs, targets, n, { type: "mse", scale: 0.5 });
  const result = minimize(objective, normals(n, "start"), { method, weightDecay: w });
  expect(result.status).toBe("converged");
  expect(result.gradientNorm).toBeLessThanOrEqual(1e-12 * Math.max(1, norm(result.theta)));
  expect(maxAbs(result.theta.map((x, i) => x - exact[i]))).toBeLessThan(1e-10);
  expect(result.loss).toBeCloseTo(objective.loss(exact), 13);
  expect(result.value).toBeCloseTo(result.loss + 0.5 * w * norm(exact) ** 2, 13);
  expect(result.reason).toMatch(
    /gradient norm within tolerance: loss .* \(with weight decay .*\), gradient norm .* after/,
  );
});

// Softmax regression with weight decay is strictly convex: every method from every start reaches the one minimum.
test("both methods find the one minimum of softmax regression with weight decay", () => {
  const inputs = normals(30 * 4, "x");
  const targets = Float64Array.from({ length: 30 }, (_, i) => i % 3);
  const objective = linear(inputs, targets, 4, { type: "crossEntropy" }, 3);
  const ends = methods.map((method, i) =>
    minimize(objective, normals(12, "start", String(i)), { method, weightDecay: 1e-3 }),
  );
  for (const end of ends) expect(end.status).toBe("converged");
  expect(maxAbs(ends[0].theta.map((x, i) => x - ends[1].theta[i]))).toBeLessThan(1e-8);
});

const tanhNet: ModelSpec = {
  input: [5],
  layers: [
    { type: "dense", units: 9, activation: "tanh" },
    { type: "dense", units: 3 },
  ],
};
const tanhSize = 5 * 9 + 9 + 9 * 3 + 3;

test("an overparameterised tanh network is fitted to 1e-24", () => {
  const objective = network(tanhNet, { type: "mse", scale: 0.5 }, normals(60, "x"), normals(36, "y"));
  const points: number[] = [];
  const result = minimize(
    objective,
    normals(tanhSize, "start").map((x) => 0.4 * x),
    {
      onProgress: ({ step }) => points.push(step),
    },
  );
  expect(result.status).toBe("converged");
  expect(result.loss).toBeLessThanOrEqual(1e-24);
  expect(result.steps).toBeLessThan(60);
  expect(points).toEqual(Array.from({ length: result.steps + 1 }, (_, i) => i));
});

// At a minimum with residuals the Hessian differs from the Gauss–Newton matrix; Newton steps still converge fast.
test.each(["mse", "crossEntropy"] as const)("a tanh network with weight decay reaches a critical point, %s", (type) => {
  const targets = type === "mse" ? normals(60, "y") : Float64Array.from({ length: 20 }, (_, i) => i % 3);
  const loss: LossSpec = type === "mse" ? { type, scale: 0.5 } : { type };
  const objective = network(tanhNet, loss, normals(100, "x"), targets);
  const w = 1e-3;
  const result = minimize(
    objective,
    normals(tanhSize, "start").map((x) => 0.4 * x),
    { weightDecay: w },
  );
  expect(result.status).toBe("converged");
  expect(result.steps).toBeLessThan(300);
  const gradient = new Float64Array(tanhSize);
  objective.gradient(result.theta, gradient);
  const full = gradient.map((g, i) => g + w * result.theta[i]);
  expect(norm(full)).toBeLessThanOrEqual(1e-12 * Math.max(1, norm(result.theta)));
  expect(norm(full)).toBeCloseTo(result.gradientNorm, 14);
});

// On L = λx²/2 the iterate is (1 − ηλ)^t x₀: it converges for ηλ < 2 and grows for ηλ > 2.
const parabola = formula(
  1,
  ([x]) => 2 * x * x,
  ([x]) => [4 * x],
  () => [[4]],
);

test("gradient descent contracts by 1 − ηλ and diverges beyond 2/λ", () => {
  const start = Float64Array.of(1);
  const three = minimize(parabola, start, { method: "gd", stepSize: 0.1, maxSteps: 3 });
  expect(three.theta[0]).toBeCloseTo(0.6 ** 3, 15);
  expect([three.status, three.steps]).toEqual(["stalled", 3]);
  expect(three.reason).toMatch(/^maxSteps = 3 spent: loss /);
  expect(minimize(parabola, start, { method: "gd", stepSize: 0.1 }).status).toBe("converged");
  const away = minimize(parabola, start, { method: "gd", stepSize: 0.51 });
  expect([away.status, away.steps]).toEqual(["diverged", 705]); // 1.04^704 < 1e12 < 1.04^705
});

test("what is not finite or runs away has diverged", () => {
  const away = minimize(parabola, Float64Array.of(1), { method: "gd", stepSize: 2, maxSteps: 100_000 });
  expect(away.status).toBe("diverged");
  expect(away.reason).toMatch(/passed 1e12/);
  for (const method of methods) {
    expect(minimize(parabola, Float64Array.of(Number.NaN), { method }).status).toBe("diverged");
  }
});

// A saddle start: L = (x² − 1)² + y² has ∇L = 0 at the origin, which the model calls neither minimum nor maximum.
test("a start near a saddle slides to a minimum, with the Hessian indefinite on the way", () => {
  const well = formula(
    2,
    ([x, y]) => (x * x - 1) ** 2 + y * y,
    ([x, y]) => [4 * x * (x * x - 1), 2 * y],
    ([x]) => [
      [12 * x * x - 4, 0],
      [0, 2],
    ],
  );
  for (const method of methods) {
    const result = minimize(well, Float64Array.of(1e-3, 0.5), { method });
    expect([...result.theta]).toEqual([1, 0].map((x) => expect.closeTo(x, 9)));
  }
});

// A dead layer: all ReLU units negative on every sample, so ∇L = 0 and ∇²L = 0 in every parameter but the output bias.
test("a dead network ends at once with its loss and a gradient of 0", () => {
  const layers = [
    { type: "dense", units: 2, activation: "relu" },
    { type: "dense", units: 1, bias: false },
  ] as const;
  const objective = network(
    { input: [1], layers },
    { type: "mse", scale: 0.5 },
    Float64Array.of(1, 2),
    Float64Array.of(3, 4),
  );
  const start = Float64Array.of(-1, -2, -0.5, -0.5, 1, 1);
  for (const method of methods) {
    const result = minimize(objective, start, { method });
    expect([result.status, result.loss, result.gradientNorm, result.steps]).toEqual(["converged", 6.25, 0, 0]);
  }
});

test("options are checked by name", () => {
  const start = Float64Array.of(1);
  expect(() => minimize(parabola, new Float64Array(2))).toThrow("theta0 has 2 numbers, the objective 1 parameters");
  expect(() => minimize(parabola, start, { method: "gd" })).toThrow(/gd needs a stepSize > 0/);
  expect(() => minimize(parabola, start, { weightDecay: -1 })).toThrow(/weightDecay must be ≥ 0, got -1/);
  expect(() => minimize(parabola, start, { tolerance: Number.NaN })).toThrow(RangeError);
});
