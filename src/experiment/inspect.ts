import { gradient, hvp } from "../autodiff/index.ts";
import { type ProgramMemory, programMemory } from "../compile/index.ts";
import { readArrays } from "../formats/index.ts";
import { type LayerRow, layerTable, type ModelTensor, readModel } from "../network/index.ts";
import { buildProgram, input, type ParameterSlot, type Program, printProgram, programCost } from "../program/index.ts";
import type { Conventions, InputHash } from "../record/index.ts";
import type { RunSpec, Verb } from "../spec/index.ts";
import { conventionsOf } from "./conventions.ts";
import { type Forecast, forecast } from "./forecast.ts";
import type { Host } from "./host.ts";
import { readProblem } from "./read-problem.ts";

/** What an experiment holds, without running it. */
export interface Inspection {
  readonly conventions: Conventions;
  readonly files: readonly InputHash[];
  /** Null for formulas. */
  readonly layers: readonly LayerRow[] | null;
  /** Every tensor, layer by layer: where it stands in θ, or among the numbers that are not trained. */
  readonly tensors: readonly InspectedTensor[];
  /** Of the loss, its gradient and a Hessian product, over all samples; memory is that of one compiled program. */
  readonly costs: readonly ({ readonly of: string; readonly flops: number; readonly functions: number } & {
    readonly memory: ProgramMemory;
  })[];
  /** The loss of at most `programSamples` samples as a program. */
  readonly program: string;
  readonly forecast: Forecast;
}

/** A tensor is trained, frozen because the file says so, or stored: statistics that no gradient reaches. */
export interface InspectedTensor extends ParameterSlot {
  readonly status: "trained" | "frozen" | "stored";
}

/** Samples in the printed program: more of them change nothing but its shapes. */
const programSamples = 256;

/**
 * Reads an experiment and says what it holds: layers, layout of the parameters, costs, the program, and what `verb`
 * would take.
 *
 * @throws InputError (or an error with the code "bad-input") as `run` does.
 */
export async function inspectExperiment(spec: RunSpec, verb: Verb, host: Host): Promise<Inspection> {
  const { problem, inputs } = await readProblem(spec, host, host.engine);
  const count = problem.chunked ? Math.min(problem.sampleCount, programSamples) : problem.sampleCount;
  const loss = problem.lossProgram(count);
  const parameters = loss.parameters.map(({ node }) => node);
  const directions = loss.parameters.map(({ slot }) =>
    input("direction", slot.shape, { offset: slot.offset, role: "direction" }),
  );
  const theta = (nodes: ReturnType<typeof gradient>) =>
    nodes.map((node, i) => ({ buffer: "gradient", offset: loss.parameters[i]!.slot.offset, node }));
  const value = [{ buffer: "loss", offset: 0, node: loss.loss }];
  const programs: readonly [string, Program][] = [
    ["loss", buildProgram(value)],
    ["gradient", buildProgram([...value, ...theta(gradient(loss.loss, parameters))])],
    ["Hessian product", buildProgram([...value, ...theta(hvp(loss.loss, parameters, directions))])],
  ];
  const model = spec.model !== undefined && "layers" in spec.model ? readModel(spec.model) : null;
  const repeats = problem.sampleCount / count;
  return {
    conventions: conventionsOf(
      spec,
      problem,
      typeof spec.optimizer.stepSize === "number" ? spec.optimizer.stepSize : 0,
    ),
    files: inputs,
    layers: model ? layerTable(model) : null,
    tensors: model
      ? model.tensors.map((tensor) => ({ ...tensor, status: statusOf(tensor) }))
      : problem.layout.map((slot) => ({ ...slot, status: "trained" })),
    costs: programs.map(([of, program]) => {
      const { flops, functions } = programCost(program);
      return { of, flops: flops * repeats, functions: functions * repeats, memory: programMemory(program) };
    }),
    program: printProgram(programs[0]![1]),
    forecast: forecast(spec, verb, problem, host.threads),
  };
}

function statusOf({ buffer, role }: ModelTensor): InspectedTensor["status"] {
  if (buffer === "theta") return "trained";
  return role === "mean" || role === "variance" ? "stored" : "frozen";
}

/** One array of a data file. */
export interface InspectedArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly min: number;
  readonly max: number;
}

/** What a file of numbers holds. @throws FormatError, one sentence. */
export function inspectArrays(bytes: Uint8Array, file: string): InspectedArray[] {
  return [...readArrays(bytes, file)].map(([name, read]) => {
    const { shape, data } = read();
    return { name, shape, min: data.reduce((a, b) => Math.min(a, b)), max: data.reduce((a, b) => Math.max(a, b)) };
  });
}
