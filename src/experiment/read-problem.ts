import { compileObjective, type Engine } from "../compile/index.ts";
import { type LossSpec as NetworkLoss, networkProblem, readModel } from "../network/index.ts";
import { FormulaError, formulaProblem, type Problem } from "../program/index.ts";
import type { InputHash } from "../record/index.ts";
import { filesOf, type RunSpec } from "../spec/index.ts";
import { requireMemory } from "./forecast.ts";
import { type Host, InputError } from "./host.ts";
import { type Files, readData } from "./read-data.ts";
import { readParameters } from "./read-parameters.ts";

/** Vectors as long as θ that every verb keeps at least. */
const vectorsOfParameters = 6;

/** What an experiment file is about, read and ready. */
export interface ReadProblem {
  readonly problem: Problem;
  readonly theta: Float64Array;
  readonly inputs: readonly InputHash[];
  /** Class of each sample, where the targets are classes. */
  readonly labels: Int32Array | null;
  /** The problem of the same files under another spec. */
  readonly rebuild: (spec: RunSpec) => Problem;
  /** The same files read for another spec. */
  readonly reread: (spec: RunSpec) => Pick<ReadProblem, "problem" | "theta" | "labels">;
}

/**
 * Reads model, data and parameters, or the formulas, of an experiment.
 * @throws InputError (or an error with the code "bad-input") with one sentence for everything that does not fit.
 */
export async function readProblem(spec: RunSpec, host: Host, engine: Engine): Promise<ReadProblem> {
  const files = new Map<string, Uint8Array>();
  for (const file of filesOf(spec)) files.set(file, await host.readFile(file));
  const inputs = [...files].map(([path, bytes]) => ({ path, sha256: host.sha256(bytes) }));
  const read = (own: RunSpec) =>
    asInput(() => (own.objective ? readFormulas(own) : readNetwork(own, files, engine, host)));
  return { ...read(spec), inputs, rebuild: (own) => read(own).problem, reread: read };
}

/** The rooms below say what does not fit as a RangeError or FormulaError: here, where it is the person's, it is bad input. */
function asInput<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof FormulaError)) throw error;
    throw new InputError(
      error.message.replace(/^readModel: (?=layers\[|input)/, "model.").replace(/^readModel/, "model"),
    );
  }
}

function readFormulas({ objective, parameters }: RunSpec) {
  const problem = formulaProblem(objective!);
  if (!parameters || !("values" in parameters)) {
    throw new InputError("parameters: expected values, one number for each parameter of the formulas");
  }
  const { values } = parameters;
  if (values.length !== problem.dimension) {
    throw new InputError(`parameters.values: expected ${problem.dimension} numbers, found ${values.length}`);
  }
  return { problem, theta: Float64Array.from(values), labels: null };
}

function readNetwork(spec: RunSpec, files: Files, engine: Engine, host: Host) {
  if (!spec.model || !("layers" in spec.model)) {
    throw new InputError("model: expected layers, found an ONNX file, which this version cannot read");
  }
  const model = readModel(spec.model);
  const parameterCount = model.dimension + model.frozenSize;
  requireMemory(8 * vectorsOfParameters * parameterCount, `model: a network of ${parameterCount} parameters`, host);
  const loss = spec.loss as NetworkLoss;
  const { data, labels } = readData(spec.data!, model, spec.loss!, spec.seed, files);
  const { theta, frozen } = readParameters(spec.parameters!, model, spec.seed, files);
  const complete = (targets: Float64Array) => networkProblem(model, loss, { ...data, targets }, { frozen });
  if (data.targets) return { problem: complete(data.targets), theta, labels };
  const size = data.sampleCount * model.outputCount;
  const outputs = new Float64Array(size);
  const uninformed = complete(new Float64Array(size).fill(loss.type === "crossEntropy" ? 1 / model.outputCount : 0));
  compileObjective(uninformed, engine).outputs(theta, outputs);
  return { problem: complete(interpolatingTargets(outputs, loss, model.outputCount)), theta, labels };
}

/** The targets that the outputs meet exactly: themselves, or their probabilities. */
function interpolatingTargets(outputs: Float64Array, loss: NetworkLoss, k: number): Float64Array {
  if (loss.type === "logistic") return outputs.map((f) => 1 / (1 + Math.exp(-f)));
  if (loss.type !== "crossEntropy") return outputs;
  const targets = new Float64Array(outputs.length);
  for (let i = 0; i < outputs.length; i += k) {
    const row = outputs.subarray(i, i + k);
    const top = Math.max(...row);
    const total = row.reduce((sum, f) => sum + Math.exp(f - top), 0);
    row.forEach((f, a) => {
      targets[i + a] = Math.exp(f - top) / total;
    });
  }
  return targets;
}
