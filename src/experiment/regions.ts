import { examinePlace, type PlaceExamination } from "../certify/index.ts";
import { planeRegions } from "../dynamics/index.ts";
import { createRng } from "../numeric/index.ts";
import { programCost } from "../program/index.ts";
import { type RegionPiece, tableOf } from "../record/index.ts";
import { hessianProgram, ruleVerdict, type StepFacts } from "../verify/index.ts";
import type { Answer, Experiment } from "./answer.ts";
import { lawOf } from "./batch-law.ts";
import { constantStepSize } from "./constant-step-size.ts";
import { descentMap } from "./descent-maps.ts";
import { exactBatches } from "./exact-batches.ts";
import { InputError } from "./host.ts";
import { withNumbers } from "./nonsingularity.ts";
import { planeAxis } from "./plane-axis.ts";
import { ruleFacts } from "./rule-facts.ts";

/** Pieces that are examined, the largest first, and the arithmetic operations that may be spent on one. */
const mostExamined = 64;
const effort = 2e8;

/**
 * A plane of parameter space with its analytic pieces, the kinks between them, and the pieces on which one step is
 * singular at the step size in use; for each point also how many steps stay on its piece.
 */
export function regions(experiment: Experiment): Answer {
  const { spec, theta, objective, tick } = experiment;
  if (!spec.regions) throw new InputError("regions: expected { x, y, steps } in the file, found nothing");
  const { x, y, steps } = spec.regions;
  const axes = [planeAxis(x, theta, "regions.x"), planeAxis(y, theta, "regions.y")] as const;
  const place = (u: number, v: number, out: Float64Array): Float64Array => {
    out.fill(0);
    out.set(theta);
    axes[0].move(u, out);
    axes[1].move(v, out);
    return out;
  };
  const at = new Float64Array(theta.length);
  tick("pieces of the plane", null);
  const [xs, ys] = [axes[0].values, axes[1].values];
  const found = planeRegions((u, v, out) => objective.piece(place(u, v, at), out), objective.switchCount, xs, ys);
  const points = Array.from(found.regionOf, (region, i) => ({
    region,
    u: xs[i % xs.length],
    v: ys[Math.floor(i / xs.length)],
  }));
  const examined = examine(experiment, found.sizes, (region, k) => {
    const own = points.filter((point) => point.region === region);
    const point = own[Math.floor(((2 * k + 1) * own.length) / 12)];
    return point && [...place(point.u, point.v, new Float64Array(theta.length))];
  });
  const names = examined.map(({ status }, region) => {
    const addition = status === "singular" ? ", singular" : status === "open" ? ", undecided" : "";
    return `piece ${region + 1}${addition}`;
  });
  const table = tableOf("data/regions.csv", {
    x: points.map(({ u }) => u),
    y: points.map(({ v }) => v),
    class: points.map(({ region }) => names[region]),
    steps: stay(experiment, points, place, steps),
  });
  const edges = tableOf("data/region-edges.csv", {
    ...Object.fromEntries(["x1", "y1", "x2", "y2"].map((name, k) => [name, found.edges.map((edge) => edge[k])])),
    kink: found.edgeBits,
  });
  const regionPieces = examined.map(
    ({ status, reason }, region): RegionPiece => ({
      ...{ name: names[region], share: found.sizes[region] / points.length, status, reason },
    }),
  );
  return { results: { regions: table, regionEdges: edges, regionPieces }, warnings: [] };
}

/** Is one step singular on each region? Up to six of its points are tried until one is not too near a kink. */
function examine(
  { spec, problem, labels }: Experiment,
  sizes: readonly number[],
  point: (region: number, attempt: number) => readonly number[] | undefined,
): PlaceExamination[] {
  const stepSize = constantStepSize(spec, "regions");
  const law = lawOf(spec, problem, labels, null);
  const batches = exactBatches(withNumbers(spec, law), problem, law);
  const verdict = ruleVerdict(ruleFacts(spec, stepSize, batches));
  const unasked = (reason: string): PlaceExamination => ({ status: "open", reason });
  if (verdict.kind === "never") return sizes.map(() => ({ status: "non-singular", reason: verdict.reason }));
  if (verdict.kind !== "gradient" || !batches.batches) return sizes.map(() => unasked(verdict.reason));
  const facts: StepFacts = { stepSize, weightDecay: spec.optimizer.weightDecay, batches: batches.batches };
  const n = problem.dimension;
  const work = programCost(hessianProgram(problem.lossProgram(problem.sampleCount), n)).flops * n;
  if (work * facts.batches.length > effort) return sizes.map(() => unasked("too large to examine piece by piece"));
  const rng = createRng(spec.seed, "regions");
  return sizes.map((_, region) => {
    if (region >= mostExamined) return unasked(`only the ${mostExamined} largest pieces are examined`);
    let last = unasked("too near a kink");
    for (let attempt = 0; attempt < 6; attempt++) {
      const theta = point(region, attempt);
      if (!theta) break;
      last = examinePlace(problem, facts, theta, rng);
      if (last.reason !== "too near a kink") break;
    }
    return last;
  });
}

/** For each point the steps of the optimizer that stay on its piece, at most `steps`. */
function stay(
  experiment: Experiment,
  points: readonly { readonly u: number; readonly v: number }[],
  place: (u: number, v: number, out: Float64Array) => Float64Array,
  steps: number,
): number[] {
  const { objective, tick, theta } = experiment;
  const map = descentMap(experiment, "regions");
  const [before, after] = [new Uint8Array(objective.switchCount), new Uint8Array(objective.switchCount)];
  const [state, next] = [new Float64Array(map.dimension), new Float64Array(map.dimension)];
  try {
    return points.map(({ u, v }, i) => {
      if (i % 1000 === 0) tick(`steps within a piece: ${i} of ${points.length}`, i / points.length);
      place(u, v, state);
      objective.piece(state.subarray(0, theta.length), before);
      for (let t = 0; t < steps; t++) {
        map.step(state, next);
        state.set(next);
        if (!state.every(Number.isFinite)) return t;
        objective.piece(state.subarray(0, theta.length), after);
        if (after.some((bit, k) => bit !== before[k])) return t;
      }
      return steps;
    });
  } finally {
    map.dispose();
  }
}
