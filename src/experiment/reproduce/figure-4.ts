import { compileObjective } from "../../compile/index.ts";
import { sampleCurvature } from "../../curvature/index.ts";
import { createRng } from "../../numeric/index.ts";
import { type Interval, type ReproducedValue, type ReproductionPanel, tableOf } from "../../record/index.ts";
import { type RunSpec, withValues } from "../../spec/index.ts";
import { aroundPoles, lambda, mu, type PreparedProblem, prepare, stableStepSizes } from "../../stability/index.ts";
import type { Answer, Experiment } from "../answer.ts";
import { lawOf } from "../batch-law.ts";
import { constantStepSize } from "../constant-step-size.ts";
import { InputError } from "../host.ts";
import { type PublishedFigure, twoWeightNetwork } from "./published-figure.ts";

/**
 * Fig. 4 of arXiv 2510.24466: which minima θ₁θ₂ = 1 of f(x) = ReLU(θ₂ ReLU(θ₁ x)) are kept by gradient descent and by
 * SGD, over s = θ₁² + θ₂². Its caption calls the minima that are stable under SGD a proper subset of those stable under
 * gradient descent; the first panel ends before the second window of SGD.
 */
export const figure4: PublishedFigure = {
  experiment: `title: Fig. 4 of arXiv 2510.24466
${twoWeightNetwork}parameters: { values: [1, 1] }
optimizer: { type: sgd, stepSize: 0.15 }
batch: { size: 1, law: with-replacement }
reproduce: { figure: fig4 }
`,
  reproduce,
};

const panels = [
  { name: "left", stepSize: 0.15, p: 0.5, end: 10.5 },
  { name: "right", stepSize: 0.3, p: 0.58, end: 6 },
] as const;

/** Every minimum has s ≥ 2, with equality at (1, 1). */
const flattest = 2;

function reproduce(experiment: Experiment): Answer {
  const drawn = panels.map((panel) => drawPanel(experiment, panel));
  const [left, right] = drawn.map(({ sets }) => sets) as [Sets, Sets];
  if (left.sgd.length < 2) throw new InputError("reproduce: expected the experiment of Fig. 4, found another");
  const [lo, hi] = left.sgd[1]!;
  const beyond = `from s = ${short(lo)} to ${short(hi)}, where gradient descent has long left`;
  return {
    results: {
      reproduction: {
        figure: "fig4",
        source: "Fig. 4 of arXiv 2510.24466",
        claim:
          "at step size 0.15, the minima stable under SGD are a proper subset of those stable under gradient descent",
        finding: `“Proper subset” holds only inside the published plot: at step size 0.15 SGD keeps sharp minima as well, ${beyond}. At step size 0.3 no minimum is kept by both.`,
        outcome: "corrected",
        values: [...valuesOf(panels[0], left), ...valuesOf(panels[1], right)],
        panels: drawn.map(({ panel }) => panel),
      },
    },
    warnings: [],
  };
}

interface Sets {
  readonly gd: readonly Interval[];
  readonly sgd: readonly Interval[];
}

function drawPanel(experiment: Experiment, { name, stepSize, p, end }: (typeof panels)[number]) {
  const spec = withValues(experiment.spec, { "optimizer.stepSize": stepSize, "data.weights": [p, 1 - p] });
  const at = minimaOf(experiment, spec);
  const eta = constantStepSize(spec, "reproduce");
  const reference = at(flattest);
  const closed = stableStepSizes(reference, { count: 2 });
  // Both curvatures are proportional to s, so the exponents depend on ηs alone.
  const inSharpness = (sets: readonly Interval[]) =>
    sets
      .map(([lo, hi]): Interval => [Math.max(flattest, (lo * flattest) / eta), (hi * flattest) / eta])
      .filter(([lo, hi]) => lo < hi);
  const sets: Sets = { gd: inSharpness(closed.gd), sgd: inSharpness(closed.sgd) };
  const poles = [...(reference.blocks[0]!.poleSums?.[0]?.values ?? [])].map((x) => flattest / (x * eta));
  const grid = Array.from({ length: 241 }, (_, i) => flattest + ((end - flattest) * i) / 240);
  const s = aroundPoles(grid, poles);
  const problems = s.map(at);
  const table = tableOf(`data/fig4-${name}.csv`, {
    s,
    mu: problems.map((problem) => mu(problem.eigenvalues, { type: "gd" }, eta).value),
    lambda: problems.map((problem) => lambda(problem, eta, { certify: false }).value),
  });
  const island = sets.sgd[1];
  const panel: ReproductionPanel = {
    name: `fig4-${name}`,
    title: `Step size ${stepSize}, first sample with probability ${p}`,
    caption: captionOf(sets),
    x: { name: "s = θ₁² + θ₂²", range: [flattest, end] },
    y: { name: "exponent per step", range: [-2.4, 1.6] },
    table,
    series: [
      { name: "λ, SGD", x: "s", y: "lambda", kind: "line", tone: "main" },
      { name: "μ, gradient descent", x: "s", y: "mu", kind: "line", tone: "other" },
    ],
    sets: [
      { name: "gradient descent", intervals: sets.gd },
      { name: "SGD", intervals: sets.sgd },
    ],
    notes: island === undefined ? [] : [{ x: (island[0] + island[1]) / 2, y: 0, text: "beyond the published plot" }],
  };
  return { panel, sets };
}

/** The stability problem at the minimum with θ₁ ≥ θ₂, θ₁θ₂ = 1, θ₁² + θ₂² = s, from the network's own derivatives. */
function minimaOf({ problem: _, rebuild, host, labels }: Experiment, spec: RunSpec): (s: number) => PreparedProblem {
  const problem = rebuild(spec);
  const objective = compileObjective(problem, host.engine);
  const law = lawOf(spec, problem, labels, null);
  return (s) => {
    const first = Math.sqrt((s + Math.sqrt(s * s - flattest ** 2)) / 2);
    const { factor, rows } = sampleCurvature(
      objective,
      Float64Array.of(first, 1 / first),
      spec.stability.rankTolerance,
    );
    return prepare({ factor, outputs: rows, law, rng: createRng(spec.seed, "stability") });
  };
}

function valuesOf({ stepSize }: { readonly stepSize: number }, { gd, sgd }: Sets): ReproducedValue[] {
  const value = (name: string, found: number) => ({ name: `${name}, step size ${stepSize}`, published: null, found });
  return [
    value("gradient descent keeps s up to", gd[0]![1]),
    ...sgd.flatMap(([lo, hi]) => [
      ...(lo > flattest ? [value("SGD keeps s again from", lo)] : []),
      value("SGD keeps s up to", hi),
    ]),
  ];
}

function captionOf({ gd, sgd }: Sets): string {
  const kept = `Gradient descent keeps the minima up to s = ${short(gd[0]![1])}`;
  if (sgd.length > 1) {
    const [[, first], [lo, hi]] = sgd as [Interval, Interval];
    return `${kept}; SGD up to ${short(first)} and again from ${short(lo)} to ${short(hi)}: there the steps of the second sample throw the error out, but those of the first nearly annihilate it.`;
  }
  const [[lo, hi]] = sgd as [Interval];
  return `${kept}, SGD those from ${short(lo)} to ${short(hi)}: no minimum is kept by both.`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
