// Step sizes that repeat: for gradient descent, and for SGD at a minimum of rank 1, exponents are means over the period
// (the two-weight network at s = 2, THEORY §6). A schedule that comes to rest is judged there; rules that are not linear
// near a minimum are refused.
import { expect, test } from "vitest";
import { check, stability } from "./index.ts";

const twoWeights = (optimizer: object) => ({
  model: { input: [1], layers: [1, 1].map((units) => ({ type: "dense", units, bias: false, activation: "relu" })) },
  data: { inputs: [[0.9], [2.5]], targets: [[0.9], [2.5]] },
  loss: { type: "mse", scale: 0.5 },
  parameters: { values: [1, 1] },
  optimizer: { type: "sgd", ...optimizer },
  stability: { steps: 2e4, stepSizes: { count: 2 } },
});
const muAt = (eta: number) => Math.log(Math.abs(1 - 7.06 * eta));
const lambdaAt = (eta: number) => (Math.log(Math.abs(1 - 1.62 * eta)) + Math.log(Math.abs(1 - 12.5 * eta))) / 2;

const meanSquareAt = (eta: number) => Math.log(((1 - 1.62 * eta) ** 2 + (1 - 12.5 * eta) ** 2) / 2) / 2;

test.each([[[0.1, 0.2]], [[0.3, 0.25, 0.05]]])("the exponents of %j are means over the period", async (values) => {
  const { mu, lambda, meanSquare, schedule, stableStepSizes } = (await stability(twoWeights({ stepSize: { values } })))
    .results;
  const meanOf = (f: (eta: number) => number) => values.reduce((sum, eta) => sum + f(eta), 0) / values.length;
  expect(mu!.value).toBeCloseTo(meanOf(muAt), 12);
  expect(lambda!.value).toBeCloseTo(meanOf(lambdaAt), 12);
  expect(lambda!.verdict).toBe(meanOf(lambdaAt) < 0 ? "stable" : "unstable");
  expect(meanSquare!.exponent).toBeCloseTo(meanOf(meanSquareAt), 10);
  expect(meanSquare!.verdict).toBe(meanOf(meanSquareAt) < 0 ? "stable" : "unstable");
  expect(stableStepSizes).toBeNull();
  const times = (c: number, f: (eta: number) => number) => meanOf((eta) => f(c * eta));
  for (const [set, f] of [
    [schedule!.gd, muAt],
    [schedule!.meanSquare, meanSquareAt],
    [schedule!.sgd, lambdaAt],
  ] as const) {
    for (const end of set!.flat().filter((c) => c > 0)) {
      expect(times(end * (1 - 1e-7), f) * times(end * (1 + 1e-7), f)).toBeLessThan(0);
    }
  }
});

test("a schedule where samples pull apart, with momentum: means of closed forms, and the product of lifted steps", async () => {
  // H₁ = 2, H₂ = −½ in one direction: steps commute, and E (1 − ηH_i)² is the second moment.
  const pulling = (optimizer: object) => ({
    objective: { parameters: ["x"], samples: ["x^2", "-0.25*x^2"] },
    parameters: { values: [0] },
    optimizer,
  });
  const values = [0.2, 0.6];
  const { results } = await stability(pulling({ type: "sgd", stepSize: { values } }));
  const exponent = values.reduce((s, eta) => s + Math.log(Math.abs(1 - 2 * eta)) + Math.log(1 + eta / 2), 0) / 4;
  expect(results.lambda!.value).toBeCloseTo(exponent, 12);
  const second = values.reduce((s, eta) => s + Math.log(((1 - 2 * eta) ** 2 + (1 + eta / 2) ** 2) / 2) / 4, 0);
  expect(results.meanSquare!.exponent).toBeCloseTo(second, 11);
  // The step of (x, v) of a sample, written out: (x, v) ↦ (x − ηv′, v′), v′ = βv + hx.
  const beta = 0.5;
  const heavy = await stability({
    ...pulling({ type: "momentum", momentum: beta, stepSize: 0.3 }),
    batch: { size: 1, law: "cyclic", stochastic: true },
  });
  const step = (h: number) => [1 - 0.3 * h, -0.3 * beta, h, beta] as const;
  const [[a, b, c, d], [e, f, g, h]] = [step(-0.5), step(2)];
  const [trace, determinant] = [a * e + b * g + c * f + d * h, (a * d - b * c) * (e * h - f * g)];
  const radius = Math.max(
    Math.abs(trace) / 2 + Math.sqrt(Math.max(0, trace ** 2 / 4 - determinant)),
    Math.sqrt(determinant),
  );
  expect(heavy.results.lambda!.method).toBe("periodic-product");
  expect(heavy.results.lambda!.value).toBeCloseTo(Math.log(radius) / 2, 11);
});

test("a schedule is judged by where it rests", async () => {
  const schedule = { cosine: { from: 1, to: 0.1, steps: 10 } };
  const { results, conventions } = await stability(twoWeights({ stepSize: schedule }));
  expect(results.lambda!.value).toBeCloseTo(lambdaAt(0.1), 12);
  expect(conventions.stepSize).toBe(0.1);
  const toZero = { linear: { from: 1, to: 0, steps: 10 } };
  await expect(stability(twoWeights({ stepSize: toZero }))).rejects.toThrow(/a schedule that ends at 0/);
});

// The pair (θ, θ̄) has the exponents of θ and log γ (see stability/averaging.ts); the thresholds are those of θ.
test("an average changes no verdict, and holds the pair back to its own exponent", async () => {
  const at = async (averaging: object) => (await stability(twoWeights({ stepSize: 0.15, averaging }))).results;
  const plain = (await stability(twoWeights({ stepSize: 0.15 }))).results;
  const slow = await at({ type: "exponential", decay: 0.99 });
  const uniform = await at({ type: "polyak" });
  for (const averaged of [slow, uniform]) {
    expect(averaged.mu).toEqual(plain.mu);
    expect(averaged.lambda).toEqual(plain.lambda);
    expect(averaged.stableStepSizes).toEqual(plain.stableStepSizes);
  }
  expect(plain.averaging).toBeNull();
  expect(slow.averaging).toMatchObject({ mu: Math.log(0.99), lambda: Math.log(0.99), meanSquare: Math.log(0.99) });
  expect(uniform.averaging).toMatchObject({ type: "polyak", decay: null, mu: 0, lambda: 0, meanSquare: 0 });
  const fast = await at({ type: "exponential", decay: 0.01 });
  expect(fast.averaging!.lambda).toBe(plain.lambda!.value);
});

// One parameter, ℓ_i = ½(x − y_i)² with y = ±1: δ′ = (1 − η)δ ± η, variance η/(2 − η), and the mean of t steps has
// variance 1/t (each step's noise enters it once, undamped).
test("where residuals are left the average has less variance", async () => {
  const eta = 0.2;
  const file = (averaging: object) => ({
    objective: { parameters: ["x"], samples: ["0.5*(x - 1)^2", "0.5*(x + 1)^2"] },
    parameters: { values: [0] },
    optimizer: { type: "sgd", stepSize: eta, averaging },
  });
  const uniform = (await stability(file({ type: "polyak" }))).results;
  expect(uniform.linearized!.covarianceTrace).toBeCloseTo(eta / (2 - eta), 10);
  expect(uniform.averaging!.varianceRatio! * uniform.linearized!.covarianceTrace!).toBeCloseTo(1, 9);
  const gamma = 0.9;
  const decaying = (await stability(file({ type: "exponential", decay: gamma }))).results;
  // θ̄ is an ARMA process: Cov of (1 − γ) Σ γ^k δ_{t−k} with autocovariance d^|k| σ².
  const d = 1 - eta;
  expect(decaying.averaging!.varianceRatio).toBeCloseTo(
    ((1 - gamma) / (1 + gamma)) * ((1 + gamma * d) / (1 - gamma * d)),
    9,
  );
});

// The same with heavy ball and with two step sizes in turn: the exponent is that of the composition (H_i = 1 for all i).
test("where residuals are left: velocities and schedules", async () => {
  const file = (optimizer: object) => ({
    objective: { parameters: ["x"], samples: ["0.5*(x - 1)^2", "0.5*(x + 1)^2"] },
    parameters: { values: [0] },
    optimizer,
  });
  const turns = (await stability(file({ type: "sgd", stepSize: { values: [0.2, 1.5] } }))).results;
  const expected = (Math.log(0.8) + Math.log(0.5)) / 2;
  expect(turns.mu!.value).toBeCloseTo(expected, 12);
  expect(turns.mu!.verdict).toBe("stable");
  expect(turns.linearized!.exponent).toBeCloseTo(expected, 9);
  const heavy = (await stability(file({ type: "momentum", momentum: 0.5, stepSize: 0.2 }))).results;
  expect(heavy.linearized!.exponent).toBeCloseTo(heavy.mu!.value!, 2);
});

test("steps of Adam have no exponents: stability refuses, check answers the other question", async () => {
  const adam = twoWeights({ type: "adam", stepSize: 0.1 });
  await expect(stability(adam)).rejects.toThrow(/expected gd, sgd, momentum or nesterov.*found adam/);
  const { results, warnings } = await check(adam);
  expect([results.mu, results.lambda, results.nonsingularity!.verdict]).toEqual([null, null, "proved"]);
  expect(warnings.join()).toContain("stability was not asked");
});
