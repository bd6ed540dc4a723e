import { type Decision, deadLayerProbability, type Start } from "../certify/index.ts";
import { initialParameters, readModel } from "../network/index.ts";
import type { DeadAtStart } from "../record/index.ts";
import type { Experiment } from "./answer.ts";

const initialisations = 8;
/** Steps of full-batch descent, and how often its place is noted. */
const steps = 64;
const every = 4;
/** Arithmetic operations for the probability of a dead start, and its draws. */
const effort = 4e8;
const mostBodies = 400;
const layersPerBody = 4;

/** Places where training begins and goes: initialisations, and the path of gradient descent from `parameters`. */
export function startsOf(experiment: Experiment, stepSize: number): Start[] {
  const { spec, theta, objective } = experiment;
  const draw = initialiser(experiment);
  const fresh = draw ? Array.from({ length: initialisations }, (_, i) => draw(spec.seed + i)) : [];
  const path: Start[] = [{ theta: theta.slice(), where: "at the start" }];
  const at = theta.slice();
  const gradient = new Float64Array(at.length);
  for (let t = 1; t <= steps; t++) {
    objective.gradient(at, gradient);
    for (let i = 0; i < at.length; i++) at[i]! -= stepSize * gradient[i]!;
    if (!at.every(Number.isFinite)) break;
    if (t % every === 0) path.push({ theta: at.slice(), where: "along gradient descent" });
  }
  return [...path, ...fresh.map((x) => ({ theta: x, where: "at initialisation" }))];
}

/** How likely the initialiser of the experiment starts on a piece with a dead last hidden layer that is known to collapse. */
export function deadAtStart(experiment: Experiment, { finding, structure }: Decision): DeadAtStart | null {
  const { problem, host, spec } = experiment;
  const draw = initialiser(experiment);
  const layer = structure?.output;
  if (!draw || !layer || !finding.exceptional.some((e) => e.piece.includes("dead"))) return null;
  const perDraw = 2 * problem.dimension * problem.sampleCount;
  const bodies = Math.min(mostBodies, Math.floor(effort / (perDraw * layersPerBody)));
  if (bodies < 20) return null;
  const options = { engine: host.engine, bodies, layers: layersPerBody };
  return deadLayerProbability(problem, { ...options, draw: (index) => draw(spec.seed + 1000 + index) });
}

/** Draws θ as the experiment's initialiser does; null when its parameters are given. */
function initialiser({ spec }: Experiment): ((seed: number) => Float64Array) | null {
  const { model, parameters } = spec;
  if (!model || !("layers" in model) || !parameters || !("init" in parameters)) return null;
  const read = readModel(model);
  return (seed) => initialParameters(read, parameters.init, seed).theta;
}
