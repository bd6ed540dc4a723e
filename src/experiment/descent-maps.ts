import {
  type CompiledEnsemble,
  type CompiledMap,
  type CompiledMapFamily,
  compileDescent,
  compileDescentEnsemble,
  compileDescentFamily,
  compileDescentPlane,
  compileObjective,
  compileRandomMap,
} from "../compile/index.ts";
import { type HyperName, readUpdateRule, type UpdateRuleSpec } from "../descent/index.ts";
import { composition, type DiscreteMap, withDraw } from "../dynamics/index.ts";
import { type RunSpec, withValues } from "../spec/index.ts";
import type { Experiment } from "./answer.ts";
import { lawOf } from "./batch-law.ts";
import { constantStepSize } from "./constant-step-size.ts";
import { InputError } from "./host.ts";
import { updateRuleSpec } from "./update-rule.ts";

/** The rule whose dynamics are asked about: autonomous, so without bias correction (DESIGN §3). */
export function autonomousRule({ optimizer }: RunSpec): UpdateRuleSpec {
  const rule = updateRuleSpec(optimizer);
  return "biasCorrection" in rule ? { ...rule, biasCorrection: false } : rule;
}

/** Whether steps are taken with batches. */
export function isStochastic({ optimizer, batch }: RunSpec): boolean {
  return optimizer.type === "sgd" || batch.stochastic;
}

/**
 * The map of the experiment: one step with the full loss, or one epoch of batches in a fixed order. @throws InputError when
 * batches are drawn at random, or the step size follows a schedule: then it is no map.
 */
export function descentMap(experiment: Experiment, verb: string): CompiledMap {
  const { spec, problem, host } = experiment;
  const stepSize = constantStepSize(spec, verb);
  const rule = autonomousRule(spec);
  if (!isStochastic(spec)) return compileDescent(problem, rule, host.engine, { stepSize });
  const law = lawOf(spec, problem, experiment.labels, null);
  if (!law.fixedEpoch) return refuseBatches(verb);
  const map = compileRandomMap(problem, rule, host.engine, { stepSize, stream: law.stream });
  return { ...composition(law.fixedEpoch.map((batch) => withDraw(map, batch))), dispose: map.dispose };
}

interface EnsembleQuestion {
  /** States that go together, and states times steps that will be asked for. */
  readonly states: number;
  readonly stateSteps: number;
  readonly path?: string;
  readonly tangents?: number;
}

/**
 * The map of the experiment for many states at once, each with its own value of the number at `path` when one is given,
 * and with so many tangent vectors each.
 * Null where states cannot go together: random batches, a number that changes the program, a step that is too long, or
 * too few steps for it to pay.
 */
export function descentEnsemble(
  experiment: Experiment,
  verb: string,
  { path, tangents = 0, states, stateSteps }: EnsembleQuestion,
): CompiledEnsemble | null {
  const { spec, problem, host, labels } = experiment;
  const stepSize = constantStepSize(spec, verb);
  const rule = autonomousRule(spec);
  const batches = isStochastic(spec) ? lawOf(spec, problem, labels, null).fixedEpoch : undefined;
  const parameter = path === undefined ? undefined : freeNumber(rule, path);
  if (batches === null || parameter === null) return null;
  const options = {
    stepSize,
    tangents,
    states,
    stateSteps,
    ...(batches && { batches }),
    ...(parameter && { parameter }),
  };
  return compileDescentEnsemble(problem, rule, host.engine, options);
}

/** The maps of an experiment in one number of its file. */
export interface DescentFamily extends CompiledMapFamily {
  /** L(θ) of the experiment with that value. */
  loss(value: number, theta: Float64Array): number;
}

/**
 * The maps of the experiment in the number at `path`. Numbers of the optimizer are free in one program, with exact
 * derivatives; for any other (the data, the loss) the problem is built anew at every value, and the derivative in the
 * number is a difference quotient of fourth order.
 */
export function descentFamily(experiment: Experiment, path: string, verb: string): DescentFamily {
  const { spec, problem, objective, host } = experiment;
  if (isStochastic(spec)) refuseBatches(verb);
  const stepSize = constantStepSize(spec, verb);
  const rule = autonomousRule(spec);
  const parameter = freeNumber(rule, path);
  if (parameter) {
    const family = compileDescentFamily(problem, rule, host.engine, { parameter, stepSize });
    return { ...family, loss: (_, theta) => objective.loss(theta) };
  }
  return rebuiltFamily(experiment, path);
}

/** The number of the rule that stands at a path, where its program may leave it free. */
export function freeNumber(rule: UpdateRuleSpec, path: string): "stepSize" | HyperName | null {
  const name = path.startsWith("optimizer.") ? path.slice("optimizer.".length) : null;
  const isFree = name === "stepSize" || (name !== null && readUpdateRule(rule).values[name as HyperName] !== undefined);
  return isFree && !(rule.type === "sam" && name === "rho") ? (name as "stepSize" | HyperName) : null;
}

/** The maps of the experiment in two numbers of its optimizer. @throws InputError for other paths. */
export function descentPlane(experiment: Experiment, paths: readonly [string, string], verb: string) {
  const { spec, problem, host } = experiment;
  const rule = autonomousRule(spec);
  const parameters = paths.map((path) => {
    const parameter = freeNumber(rule, path);
    if (parameter) return parameter;
    throw new InputError(
      `${path}: expected two numbers of the optimizer to follow a curve in, such as optimizer.stepSize and optimizer.momentum`,
    );
  });
  return compileDescentPlane(problem, rule, host.engine, { parameters, stepSize: constantStepSize(spec, verb) });
}

/** Compiled maps kept at a time. */
const kept = 8;

function rebuiltFamily({ spec, problem, host, rebuild }: Experiment, path: string): DescentFamily {
  const maps = new Map<
    number,
    { readonly map: CompiledMap; readonly loss: (theta: Float64Array) => number; dispose(): void }
  >();
  const entryAt = (value: number) => {
    let entry = maps.get(value);
    if (!entry) {
      const own = withValues(spec, { [path]: value });
      const there = rebuild(own);
      if (there.dimension !== problem.dimension) {
        throw new InputError(
          `${path}: expected a number that leaves the parameters as they are, found one that changes their count`,
        );
      }
      const objective = compileObjective(there, host.engine);
      const map = compileDescent(there, autonomousRule(own), host.engine, { stepSize: constantStepSize(own, path) });
      const dispose = () => {
        map.dispose();
        objective.dispose();
      };
      maps.set(value, (entry = { map, loss: objective.loss, dispose }));
      if (maps.size > kept) {
        const [oldest, { dispose: free }] = maps.entries().next().value!;
        free();
        maps.delete(oldest);
      }
    }
    return entry;
  };
  const at = (value: number): DiscreteMap => {
    const { map } = entryAt(value);
    return {
      ...map,
      step: (x, out) => entryAt(value).map.step(x, out),
      tangent: (x, v, out) => entryAt(value).map.tangent(x, v, out),
      adjoint: (x, u, out) => entryAt(value).map.adjoint!(x, u, out),
      ...(map.logAbsDet && { logAbsDet: (x: Float64Array) => entryAt(value).map.logAbsDet!(x) }),
      ...(map.switching && {
        switching: (x: Float64Array, out: Float64Array) => entryAt(value).map.switching!(x, out),
      }),
    };
  };
  const dimension = entryAt(numberAt(spec, path)).map.dimension;
  return {
    dimension,
    at,
    loss: (value, theta) => entryAt(value).loss(theta),
    parameterDerivative(x, value, out) {
      const h = 1e-3 * Math.max(1e-3, Math.abs(value));
      const image = new Float64Array(dimension);
      out.fill(0);
      for (const [shift, weight] of [
        [-2, 1],
        [-1, -8],
        [1, 8],
        [2, -1],
      ] as const) {
        entryAt(value + shift * h).map.step(x, image);
        for (let i = 0; i < dimension; i++) out[i] += (weight * image[i]) / (12 * h);
      }
    },
    dispose() {
      for (const { dispose } of maps.values()) dispose();
      maps.clear();
    },
  };
}

/** The number that stands at a path of the spec. @throws InputError when there is none. */
export function numberAt(spec: RunSpec, path: string): number {
  const value = path
    .split(/[.[\]]+/)
    .filter((key) => key !== "")
    .reduce((here: unknown, key) => (here as Record<string, unknown> | undefined)?.[key], spec);
  if (typeof value !== "number")
    throw new InputError(`${path}: expected a number to vary, found ${JSON.stringify(value) ?? "nothing"}`);
  return value;
}

/** (θ, 0): the state of the rule starts at 0. */
export function stateAt(theta: Float64Array, dimension: number): Float64Array {
  const x = new Float64Array(dimension);
  x.set(theta);
  return x;
}

/** @throws InputError, always: batches are drawn at random. */
export function refuseBatches(verb: string): never {
  throw new InputError(
    `optimizer.type: ${verb} is a question about a map, found steps with random batches; use gd, or batches in a fixed order (cyclic)`,
  );
}
