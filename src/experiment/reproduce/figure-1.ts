import { decideProblem } from "../../certify/index.ts";
import { showRational, toNumber } from "../../modular/index.ts";
import { createRng } from "../../numeric/index.ts";
import { type ReproductionPanel, tableOf } from "../../record/index.ts";
import type { Answer, Experiment } from "../answer.ts";
import { InputError } from "../host.ts";
import type { PublishedFigure } from "./published-figure.ts";

/**
 * Fig. 1 of arXiv 2510.24466: ½θ⁴ − 3θ² + 8 for |θ| ≤ 2 and θ² outside. At step size ½ the outer pieces are sent to one
 * point; at ¼ the map is non-singular.
 */
export const figure1: PublishedFigure = {
  experiment: `title: Fig. 1 of arXiv 2510.24466
objective:
  parameters: [theta]
  samples: ["if(abs(theta) <= 2, theta^4/2 - 3*theta^2 + 8, theta^2)"]
parameters: { values: [3] }
optimizer: { type: gd, stepSize: 0.5 }
reproduce: { figure: fig1 }
`,
  reproduce,
};

const published = { singular: 0.5, safe: 0.25, edge: 2 } as const;
/** What is drawn: −4 … 4, the kinks ±2 among the points. */
const drawn = Float64Array.from({ length: 321 }, (_, i) => (i - 160) / 40);

function reproduce(experiment: Experiment): Answer {
  const at = (stepSize: number) => decide(experiment, stepSize).finding;
  const [singular, safe] = [at(published.singular), at(published.safe)];
  const [only, ...others] = safe.exceptional;
  if (!only || others.length > 0) throw new InputError("reproduce: expected the experiment of Fig. 1, found another");
  const step = steps(experiment);
  const outer = drawn.filter((x) => Math.abs(x) > published.edge);
  const image = Math.max(...outer.map((x) => Math.abs(step(x, published.singular))));
  const confirmed = singular.verdict === "disproved" && safe.verdict === "proved" && safe.complete && image === 0;
  return {
    results: {
      reproduction: {
        figure: "fig1",
        source: "Fig. 1 of arXiv 2510.24466",
        claim: "at step size 1/2 gradient descent sends an interval to one point, at 1/4 it is non-singular",
        finding: `${showRational(only.value)} is exceptional and no other step size, proved: there both outer pieces, on which the curvature is 2, land on 0 in one step.`,
        outcome: confirmed ? "confirmed" : "corrected",
        values: [
          { name: "exceptional step size", published: published.singular, exact: 0.5, found: toNumber(only.value) },
          { name: "largest |θ| after one step from an outer piece, η = 1/2", published: 0, exact: 0, found: image },
          { name: "one step from θ = 3, η = 1/4", published: null, exact: 1.5, found: step(3, published.safe) },
        ],
        panels: [lossPanel(experiment), mapPanel(step)],
      },
    },
    warnings: [],
  };
}

function decide({ problem, theta, spec }: Experiment, stepSize: number) {
  const rule = { type: "gd", stepSize, weightDecay: 0, memory: 0, weightSums: [1], clipNorm: false, clipValue: false };
  return decideProblem(problem, rule, {
    ...{ theta, pieces: spec.certify.pieces, trials: spec.certify.trials, effort: 1e8 },
    ...{ batches: [problem.weights], someBatches: [problem.weights], fullBatch: true },
    rng: createRng(spec.seed, "pieces"),
  });
}

/** θ ↦ θ − ηL′(θ). */
function steps({ objective }: Experiment): (theta: number, stepSize: number) => number {
  const gradient = new Float64Array(1);
  return (theta, stepSize) => {
    objective.gradient(Float64Array.of(theta), gradient);
    return theta - stepSize * gradient[0]!;
  };
}

const isOuter = (x: number) => Math.abs(x) >= published.edge;
const isInner = (x: number) => Math.abs(x) <= published.edge;

function lossPanel({ objective }: Experiment): ReproductionPanel {
  const loss = (x: number) => objective.loss(Float64Array.of(x));
  const table = tableOf("data/fig1-loss.csv", {
    theta: [...drawn],
    outer: [...drawn].map((x) => (isOuter(x) ? loss(x) : null)),
    inner: [...drawn].map((x) => (isInner(x) ? loss(x) : null)),
  });
  return {
    name: "fig1-loss",
    title: "The loss and its pieces",
    caption:
      "Kinks at θ = −2 and 2. On the outer pieces (orange) the curvature is 2 everywhere: at step size 1/2 the map is singular there, and nowhere else at any step size.",
    x: { name: "parameter θ", range: [-4, 4] },
    y: { name: "loss", range: null },
    table,
    series: [
      { name: "inner piece", x: "theta", y: "inner", kind: "line", tone: "stable" },
      { name: "outer pieces", x: "theta", y: "outer", kind: "line", tone: "unstable" },
    ],
    sets: [],
    notes: [],
  };
}

function mapPanel(step: (theta: number, stepSize: number) => number): ReproductionPanel {
  const column = (eta: number, keep: (x: number) => boolean) => [...drawn].map((x) => (keep(x) ? step(x, eta) : null));
  const open = (x: number) => Math.abs(x) > published.edge;
  const table = tableOf("data/fig1-map.csv", {
    theta: [...drawn],
    singularInner: column(published.singular, isInner),
    singularOuter: column(published.singular, open),
    safe: column(published.safe, (x) => isInner(x) || open(x)),
  });
  return {
    name: "fig1-map",
    title: "One step of gradient descent",
    caption:
      "At step size 1/2 (black, orange on the outer pieces) every θ beyond ±2 lands on 0: an open set becomes one point. At 1/4 (grey) no piece is flattened.",
    x: { name: "parameter θ", range: [-4, 4] },
    y: { name: "after one step", range: [-6, 6] },
    table,
    series: [
      { name: "η = 1/4", x: "theta", y: "safe", kind: "line", tone: "other" },
      { name: "η = 1/2", x: "theta", y: "singularInner", kind: "line", tone: "main" },
      { name: "η = 1/2, flattened", x: "theta", y: "singularOuter", kind: "line", tone: "unstable" },
    ],
    sets: [],
    notes: [],
  };
}
