import {
  composeMaps,
  type HyperName,
  type MapProgram,
  readUpdateRule,
  type UpdateRuleSpec,
  updateMap,
  volumeLaw,
  withBuffers,
} from "../../descent/index.ts";
import type { DiscreteMap, RandomMap } from "../../dynamics/index.ts";
import { lu, matrix, type Rng } from "../../numeric/index.ts";
import type { Problem } from "../../program/index.ts";
import { CHUNK } from "../chunk-runner.ts";
import type { Engine } from "../engine.ts";
import type { CompiledEnsemble, LaneOptions } from "../lane/compile-lanes.ts";
import { compileObjective, type Objective } from "../objective.ts";
import {
  asFamily,
  asMap,
  asPlane,
  type CompiledMap,
  type CompiledMapFamily,
  type CompiledPlaneFamily,
} from "./compile-map.ts";
import { type MapKernel, mapKernel } from "./map-kernel.ts";
import { type LossDerivatives, type UpdateKernel, updateKernel } from "./update-kernel.ts";

/** Samples of a step and their weights: the step follows Σ_j weights[j] ∇ℓ_{indices[j]}. */
export interface StepBatch {
  readonly indices: Int32Array;
  readonly weights: Float64Array;
}

/** Largest number of parameters for which log|det| is offered where it needs the Hessian in full. */
const denseLimit = 1000;

/**
 * One step of an update rule with the full p-weighted loss, as a map on x = (θ, s). Up to 256 samples (and formulas) the
 * step is one program; beyond, gradients and Hessian products are added up chunk by chunk.
 *
 * `logAbsDet` is there where the volume law is closed: for shears (momentum, Adam, …) it costs nothing, for descent,
 * Nesterov, RMSProp and AdaGrad n Hessian products and a factorisation, offered up to n = 1000.
 */
export function compileDescent(
  problem: Problem,
  rule: UpdateRuleSpec,
  engine: Engine,
  { stepSize }: { readonly stepSize: number },
): CompiledMap {
  const { kernel, objective, symmetric } = descentKernel(problem, rule, engine, []);
  kernel.set("stepSize", stepSize);
  const map = withVolume(withKinks(asMap(kernel, symmetric), objective), kernel, objective, rule, stepSize);
  return { ...map, dispose: () => disposeAll(kernel, objective) };
}

/** The same rule in its step size or in one of its other numbers (momentum, beta1, weightDecay, …). */
export function compileDescentFamily(
  problem: Problem,
  rule: UpdateRuleSpec,
  engine: Engine,
  { parameter, stepSize }: { readonly parameter: "stepSize" | HyperName; readonly stepSize: number },
): CompiledMapFamily {
  const free = parameter === "stepSize" ? [] : [parameter];
  const { kernel, objective, symmetric } = descentKernel(problem, rule, engine, free);
  kernel.set("stepSize", stepSize);
  const family = asFamily(kernel, parameter, symmetric, (map, value) => {
    const own = parameter === "stepSize" ? rule : { ...rule, [parameter]: value };
    return withVolume(
      withKinks(map, objective),
      { step: map.step, dimension: map.dimension },
      objective,
      own as UpdateRuleSpec,
      parameter === "stepSize" ? value : stepSize,
    );
  });
  return { ...family, dispose: () => disposeAll(kernel, objective) };
}

/**
 * The map of `compileDescent` for many states at once, or of `compileDescentFamily` with each state bringing its own
 * value of `parameter`. With `batches`, one step is an epoch of them in this order. With `rearrange` sums and products may be taken in another order. Null where the engine or the size of the problem does not allow it.
 */
export function compileDescentEnsemble(
  problem: Problem,
  rule: UpdateRuleSpec,
  engine: Engine,
  options: Pick<LaneOptions, "rearrange" | "tangents" | "states" | "stateSteps"> & {
    readonly parameter?: "stepSize" | HyperName;
    readonly stepSize: number;
    readonly batches?: readonly StepBatch[];
  },
): CompiledEnsemble | null {
  const { parameter, stepSize, batches, ...others } = options;
  const { sampleCount, chunked, frozen } = problem;
  if (!engine.lanes || (sampleCount > CHUNK && chunked)) return null;
  const free = parameter === undefined || parameter === "stepSize" ? [] : [parameter];
  const own = batches ?? [{ indices: Int32Array.from({ length: sampleCount }, (_, i) => i), weights: problem.weights }];
  const maps = own.map((batch) => batchMap(problem, batch, rule, free));
  const parameters = parameter === undefined ? [] : [parameter];
  return engine.lanes(composeMaps(maps), { scalars: { stepSize }, parameters, data: { frozen }, ...others });
}

/** A step with the loss of one batch, its data and weights put in. */
function batchMap(
  problem: Problem,
  { indices, weights }: StepBatch,
  rule: UpdateRuleSpec,
  free: readonly HyperName[],
): MapProgram {
  const { sampleCount, data } = problem;
  if (!problem.chunked) {
    // A formula objective evaluates all of its samples: a batch becomes weights on them.
    const scattered = new Float64Array(sampleCount);
    indices.forEach((i, j) => {
      scattered[i]! += weights[j]!;
    });
    return withBuffers(updateMap(problem.lossProgram(sampleCount), rule, { free }), { ...data, weights: scattered });
  }
  const rows = Object.entries(data).map(([name, all]): [string, Float64Array] => {
    const width = all.length / sampleCount;
    const picked = new Float64Array(indices.length * width);
    indices.forEach((i, j) => {
      picked.set(all.subarray(i * width, (i + 1) * width), j * width);
    });
    return [name, picked];
  });
  const map = updateMap(problem.lossProgram(indices.length), rule, { free });
  return withBuffers(map, { ...Object.fromEntries(rows), weights });
}

/** The same rule in two of its numbers, the step size among them or not. */
export function compileDescentPlane(
  problem: Problem,
  rule: UpdateRuleSpec,
  engine: Engine,
  { parameters, stepSize }: { readonly parameters: readonly ("stepSize" | HyperName)[]; readonly stepSize: number },
): CompiledPlaneFamily {
  const free = parameters.filter((name) => name !== "stepSize");
  const { kernel, objective, symmetric } = descentKernel(problem, rule, engine, free);
  kernel.set("stepSize", stepSize);
  const family = asPlane(kernel, parameters, symmetric, (map) => withKinks(map, objective));
  return { ...family, dispose: () => disposeAll(kernel, objective) };
}

export interface CompiledRandomMap extends RandomMap<StepBatch> {
  adjoint(x: Float64Array, draw: StepBatch, u: Float64Array, out: Float64Array): void;
  dispose(): void;
}

/**
 * An update rule that steps with batches. `stream` makes the draws of a law: `law.stream`. Batches are cut into chunks
 * of 256 like everything else, so they may have any size, and the last of an epoch may be short.
 */
export function compileRandomMap(
  problem: Problem,
  rule: UpdateRuleSpec,
  engine: Engine,
  options: { readonly stepSize: number; readonly stream: (rng: Rng) => { next(): StepBatch } },
): CompiledRandomMap {
  const objective = compileObjective(problem, engine);
  const update = updateKernel(problem.dimension, rule, engine);
  update.set("stepSize", options.stepSize);
  const derivatives = batchDerivatives(objective);
  return {
    dimension: problem.dimension + update.stateSize,
    step: (x, draw, out) => void update.step(derivatives(draw), x, out),
    tangent: (x, draw, v, out) => update.tangent(derivatives(draw), x, v, out),
    adjoint: (x, draw, u, out) => update.adjoint(derivatives(draw), x, u, out),
    draws: options.stream,
    dispose() {
      objective.dispose();
      update.dispose();
    },
  };
}

/** Gradient and Hessian products of the loss of one batch. The object is the same each time, for one batch at a time. */
export function batchDerivatives(objective: Objective): (batch: StepBatch) => LossDerivatives {
  let batch: StepBatch;
  const derivatives: LossDerivatives = {
    gradient: (theta, out) => objective.batchGradient(theta, batch.indices, batch.weights, out),
    hvp: (theta, v, out) => objective.batchHvp(theta, batch.indices, batch.weights, v, out),
  };
  return (next) => {
    batch = next;
    return derivatives;
  };
}

function descentKernel(problem: Problem, rule: UpdateRuleSpec, engine: Engine, free: readonly HyperName[]) {
  const objective = compileObjective(problem, engine);
  const { sampleCount, chunked, data, frozen, weights, dimension } = problem;
  if (sampleCount <= CHUNK || !chunked) {
    const map = updateMap(problem.lossProgram(sampleCount), rule, { free });
    return { objective, symmetric: map.symmetric, kernel: mapKernel(map, engine, { ...data, frozen, weights }) };
  }
  const { type, values } = readUpdateRule(rule);
  const clips = values.clipNorm !== undefined || values.clipValue !== undefined;
  const symmetric = (type === "gd" || type === "sgd") && !clips;
  const kernel = accumulated(objective, updateKernel(dimension, rule, engine, { free }));
  return { objective, symmetric, kernel };
}

/** A rule on the full loss, added up chunk by chunk. */
function accumulated(objective: Objective, update: UpdateKernel): MapKernel {
  return {
    dimension: update.parameterCount + update.stateSize,
    set: update.set,
    step: (x, out) => void update.step(objective, x, out),
    tangent: (x, v, out) => update.tangent(objective, x, v, out),
    adjoint: (x, u, out) => update.adjoint(objective, x, u, out),
    scalarDerivative: (scalar, x, out) => update.scalarDerivative(scalar, objective, x, out),
    switchCount: () => objective.switchCount,
    switching: (x, out) => objective.switching(x.subarray(0, update.parameterCount), out),
    dispose: update.dispose,
  };
}

/** The kinks of the map are those of the loss. */
function withKinks(map: DiscreteMap, objective: Objective): DiscreteMap {
  const { switchCount, dimension } = objective;
  if (switchCount === 0) return map;
  return { ...map, switchCount, switching: (x, out) => objective.switching(x.subarray(0, dimension), out) };
}

function withVolume(
  map: DiscreteMap,
  kernel: Pick<MapKernel, "step" | "dimension">,
  objective: Objective,
  rule: UpdateRuleSpec,
  stepSize: number,
): DiscreteMap {
  const n = objective.dimension;
  const law = volumeLaw(rule, n);
  if (!law) return map;
  const factor = law.logFactor(stepSize);
  if (law.remainder === "one") return { ...map, logAbsDet: () => factor };
  if (n > denseLimit) return map;
  const { values, decoupled } = readUpdateRule(rule);
  const { weightDecay = 0, epsilon = 0 } = values;
  const kept = decoupled ? 1 - stepSize * weightDecay : 1;
  const decay = decoupled ? 0 : weightDecay;
  const next = new Float64Array(kernel.dimension);
  return {
    ...map,
    logAbsDet(x) {
      const jacobian = matrix(n, n);
      const unit = new Float64Array(n);
      const column = new Float64Array(n);
      if (law.remainder === "scaled") kernel.step(x, next);
      for (let j = 0; j < n; j++) {
        unit.fill(0)[j] = 1;
        objective.hvp(x.subarray(0, n), unit, column);
        column[j] += decay;
        for (let i = 0; i < n; i++) {
          // The state of the adaptive rules is one block, the mean or sum of squares.
          const divisor = law.remainder === "scaled" ? Math.sqrt(next[n + i]) + epsilon : 1;
          jacobian.data[i * n + j] = (i === j ? kept : 0) - (stepSize * column[i]) / divisor;
        }
      }
      return factor + lu(jacobian).logAbsDet;
    },
  };
}

function disposeAll(kernel: MapKernel, objective: Objective): void {
  kernel.dispose();
  objective.dispose();
}
