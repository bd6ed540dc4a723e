import type { CompiledRandomMap } from "../compile/index.ts";
import { readUpdateRule } from "../descent/index.ts";
import {
  type DiscreteMap,
  finiteTimeExponent,
  type RdsSharpness,
  rdsSharpness,
  sharpnessCuts,
  sharpnessDimension,
  spreadUnderCommonNoise,
  withDraw,
  zeroOneTest,
} from "../dynamics/index.ts";
import { createRng, dot, jackknifeError, norm, studentHalfWidth } from "../numeric/index.ts";
import { type Measure, type Table, tableOf } from "../record/index.ts";
import type { BatchLaw } from "../sampling/index.ts";
import type { Experiment } from "./answer.ts";
import { autonomousRule } from "./descent-maps.ts";

/** Values of the observable kept for the 0–1 test: its cost grows with their square. */
const seriesLength = 2000;
/** Steps of the finite-time exponent, at most, and the numbers that their positions may take. */
const [mostSteps, mostNumbers] = [1000, 2e7];
/** Starts that are run with the same batches, and how far apart they begin, relative to 1 + ‖θ‖. */
const [startCount, apart] = [4, 1e-3];

/** Watches a trajectory for what is measured after it: a series for the 0–1 test, late states for the sharpness. */
export function lateStates(experiment: Experiment, dimension: number) {
  const { steps, transient, sharpness } = experiment.spec.lyapunov!;
  const rng = createRng(experiment.spec.seed, "observable");
  const observable = Float64Array.from({ length: dimension }, () => rng.normal());
  const wanted = sharpness?.iterates ?? 0;
  const every = Math.max(1, Math.floor(steps / Math.max(1, wanted)));
  const series: number[] = [];
  const states: Float64Array[] = [];
  return {
    series,
    states,
    see(step: number, x: Float64Array) {
      if (step < transient) return;
      if (step >= transient + steps - seriesLength) series.push(dot(observable, x));
      if (states.length < wanted && (transient + steps - step) % every === 0) states.push(x.slice());
    },
  };
}

/** For a map: the 0–1 test on its late motion, and how fast the worst small change of the start grew. */
export function deterministicMeasures(
  { spec }: Experiment,
  map: DiscreteMap,
  start: Float64Array,
  series: readonly number[],
): Measure[] {
  const measures: Measure[] = [];
  if (series.length >= 100) {
    const { k } = zeroOneTest(series, { rng: createRng(spec.seed, "0-1 test") });
    measures.push(measure("0–1 test (0 regular, 1 chaotic)", Number.isFinite(k) ? k : null));
  }
  const { steps, transient } = spec.lyapunov!;
  const few = Math.floor(Math.min(steps + transient, mostSteps, mostNumbers / map.dimension));
  if (few > 0 && (map.adjoint || map.symmetric)) {
    const { value } = finiteTimeExponent(map, start, { steps: few, rng: createRng(spec.seed, "finite time") });
    measures.push(measure(`largest finite-time exponent of the first ${few} steps`, value));
  }
  return measures;
}

/** For a random map: how far apart starts are that saw the same batches. */
export function commonNoiseMeasure(
  { spec }: Experiment,
  map: CompiledRandomMap,
  start: Float64Array,
  parameterCount: number,
): Measure {
  const { steps, transient } = spec.lyapunov!;
  const rng = createRng(spec.seed, "common noise");
  const size = 1 + norm(start);
  const starts = Array.from({ length: startCount }, () => {
    const x = start.slice();
    for (let i = 0; i < parameterCount; i++) x[i] += (apart * size * rng.normal()) / Math.sqrt(parameterCount);
    return x;
  });
  const draws = map.draws(createRng(spec.seed, "batches"));
  const spread = spreadUnderCommonNoise(map, starts, draws, transient + steps) / size;
  return measure(`spread of ${startCount} starts ${apart} apart under the same batches, relative to 1 + ‖θ‖`, spread);
}

/** RDS sharpness of every order over late states and batches, and the dimension with its sensitivity to the cut. */
export function sharpnessMeasures(
  experiment: Experiment,
  states: readonly Float64Array[],
  random: { readonly map: CompiledRandomMap; readonly law: BatchLaw } | null,
  map: DiscreteMap | null,
): { readonly measures: readonly Measure[]; readonly table: Table | null } {
  const { spec, tick } = experiment;
  const options = spec.lyapunov!.sharpness;
  if (!options || states.length === 0) return { measures: [], table: null };
  const maps = random ? mapsOfBatches(experiment, random, options.batches) : [{ map: map!, probability: 1 }];
  const found = rdsSharpness(maps, states, {
    ...(maps[0].map.dimension > 128 && { spectrum: { method: "quadrature", probes: options.probes } as const }),
    rng: createRng(spec.seed, "sharpness"),
    progress: (done, total) => tick(`sharpness: batch ${done} of ${total}`, done / total),
  });
  const how = found.method === "dense" ? "" : `, from ${options.probes} probes`;
  const bound = found.method === "dense" ? "" : " (an upper bound)";
  const dimensions = sharpnessCuts.map((cut) => {
    const name = `sharpness dimension, a lower estimate${how}${cut === 0 ? "" : `, |s_k| ≤ ${powerOfTen(cut)} taken for 0`}`;
    const value = sharpnessDimension(found.orders, cut);
    const half = probeError(found.leftOut.map((orders) => sharpnessDimension(orders, cut)));
    const interval = [Math.max(0, value - half!), Math.min(maps[0].map.dimension, value + half!)] as const;
    return { ...measure(name, value), confidence95: half === null ? null : interval };
  });
  return {
    measures: [...dimensions, measure(`smallest singular value of a step met${bound}`, found.smallestSingularValue)],
    table: tableOf("data/sharpness-orders.csv", columnsOf(found)),
  };
}

/** Every order, and where it comes from probes the ends of its interval. */
function columnsOf({ orders, leftOut }: RdsSharpness): Record<string, ArrayLike<number>> {
  const order = Array.from(orders, (_, k) => k + 1);
  if (leftOut.length === 0) return { order, sharpness: orders };
  const half = orders.map((_, k) => probeError(leftOut.map((values) => values[k]))!);
  return { order, sharpness: orders, lo: orders.map((s, k) => s - half[k]), hi: orders.map((s, k) => s + half[k]) };
}

/** Half the 95 % interval that the spread of the probes gives; null where there are too few to tell. */
function probeError(leftOut: readonly number[]): number | null {
  return leftOut.length < 2 ? null : studentHalfWidth(jackknifeError(leftOut), leftOut.length - 1, 0.95);
}

/** Every batch with its probability where there are few, else as many drawn ones. */
function mapsOfBatches({ spec }: Experiment, { map, law }: { map: CompiledRandomMap; law: BatchLaw }, limit: number) {
  const { type, values } = readUpdateRule(autonomousRule(spec));
  const clips = values.clipNorm !== undefined || values.clipValue !== undefined;
  const symmetric = (type === "gd" || type === "sgd") && !clips;
  const all = law.distinctBatches(limit);
  if (all) return all.map((batch) => ({ map: { ...withDraw(map, batch), symmetric }, probability: batch.probability }));
  const draws = map.draws(createRng(spec.seed, "sharpness batches"));
  return Array.from({ length: limit }, () => {
    const { indices, weights } = draws.next();
    const batch = { indices: indices.slice(), weights: weights.slice() };
    return { map: { ...withDraw(map, batch), symmetric }, probability: 1 / limit };
  });
}

/** "10⁻⁸". */
function powerOfTen(value: number): string {
  const exponent = String(-Math.round(Math.log10(value)));
  return `10⁻${[...exponent].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]).join("")}`;
}

function measure(name: string, value: number | null): Measure {
  return { name, value: value !== null && Number.isFinite(value) ? value : null, confidence95: null };
}
