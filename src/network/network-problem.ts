import * as p from "../program/index.ts";
import { checkLoss, sampleLosses } from "./loss.ts";
import type { Model } from "./model.ts";
import type { LossSpec, ModelSpec } from "./model-spec.ts";
import { readModel } from "./read-model.ts";

/** m samples, row after row: inputs m × (size of one sample), targets m × k values, or m class indices 0 … k − 1 for crossEntropy. */
export interface NetworkData {
  readonly inputs: Float64Array;
  readonly targets: Float64Array;
  readonly sampleCount: number;
  /** p_i, positive, of sum 1 up to 1e-9; divided by their sum. Uniform when absent. */
  readonly weights?: ArrayLike<number> | undefined;
}

export interface NetworkProblemOptions {
  /** Values of the tensors that are not trained, in the order of the frozen vector. Required when there are any. */
  readonly frozen?: Float64Array | undefined;
}

/**
 * A network on data with a loss: L(θ) = Σ p_i ℓ(f(θ; x_i), y_i). The model is given as read, or as its specification.
 * Programs read the buffers "theta", "frozen", "inputs" [c, …input shape], "targets" [c, k] and "weights" [c] for
 * any number c of samples; class indices become unit vectors in the data of the problem. Weight decay is no part of it.
 *
 * @throws RangeError with one sentence when data and network do not fit.
 */
export function networkProblem(
  given: Model | ModelSpec,
  loss: LossSpec,
  data: NetworkData,
  options: NetworkProblemOptions = {},
): p.Problem {
  const model = "apply" in given ? given : readModel(given);
  const { sampleCount } = data;
  checkLoss(loss, model.outputCount);
  const targets = readTargets(model, loss, data);
  const frozen = options.frozen ?? new Float64Array(0);
  if (frozen.length !== model.frozenSize) {
    fail(`the model has ${model.frozenSize} numbers that are not trained, got values for ${frozen.length}`);
  }
  if (model.dimension === 0) fail("nothing is trained: the model has no trainable parameters");
  const programs = new Map<number, p.LossProgram>();
  return {
    dimension: model.dimension,
    sampleCount,
    outputCount: model.outputCount,
    layout: model.tensors.filter((t) => t.buffer === "theta"),
    weights: p.probabilities("networkProblem", data.weights, sampleCount),
    frozen,
    data: { inputs: data.inputs, targets },
    chunked: true,
    lossProgram(count) {
      const program = programs.get(count) ?? lossProgram(model, loss, count);
      programs.set(count, program);
      return program;
    },
  };
}

/** The loss of `count` samples as nodes. */
function lossProgram(model: Model, loss: LossSpec, count: number): p.LossProgram {
  const nodes = new Map(
    model.tensors.map((slot) => {
      const role = slot.buffer === "theta" ? "parameter" : "frozen";
      return [slot, p.input(slot.buffer, slot.shape, { offset: slot.offset, role })];
    }),
  );
  const perSample = (buffer: string, shape: p.Shape, role: "data" | "weights") =>
    p.input(buffer, [count, ...shape], { role, perSample: true });
  const outputs = model.apply(perSample("inputs", model.inputShape, "data"), (tensor) => nodes.get(tensor)!);
  const targets = perSample("targets", [model.outputCount], "data");
  const losses = sampleLosses(loss, outputs, targets);
  const parameters = [...nodes].flatMap(([slot, node]) => (slot.buffer === "theta" ? [{ slot, node }] : []));
  return {
    sampleCount: count,
    outputCount: model.outputCount,
    parameters,
    outputs,
    sampleLosses: losses,
    loss: p.sum(p.mul(perSample("weights", [], "weights"), losses)),
  };
}

/** Checks the data and returns the targets as k numbers a sample. */
function readTargets(model: Model, loss: LossSpec, { inputs, targets, sampleCount }: NetworkData): Float64Array {
  const k = model.outputCount;
  const width = p.sizeOf(model.inputShape);
  if (!(Number.isSafeInteger(sampleCount) && sampleCount >= 1)) fail(`needs at least one sample, got ${sampleCount}`);
  if (inputs.length !== sampleCount * width) {
    fail(
      `the model reads ${width} numbers a sample, ${p.showShape(model.inputShape)}; ${sampleCount} samples with ${inputs.length} numbers do not fit`,
    );
  }
  checkFinite("inputs", inputs, width);
  const classes = loss.type === "crossEntropy" && targets.length === sampleCount;
  if (!classes && targets.length !== sampleCount * k) {
    const also = loss.type === "crossEntropy" ? " or one class index" : "";
    fail(
      `the model has ${k} outputs a sample, so ${sampleCount} samples need ${sampleCount * k} targets${also}, got ${targets.length}`,
    );
  }
  checkFinite("targets", targets, classes ? 1 : k);
  if (classes) return unitVectors(targets, k);
  if (loss.type === "crossEntropy") checkProbabilities(targets, k);
  else if (loss.type === "logistic") checkUnit(targets, k);
  return targets;
}

function checkFinite(name: string, values: Float64Array, width: number): void {
  const wrong = values.findIndex((v) => !Number.isFinite(v));
  if (wrong >= 0) fail(`${name} of sample ${Math.floor(wrong / width)}: number ${wrong % width} is ${values[wrong]}`);
}

function unitVectors(classes: Float64Array, k: number): Float64Array {
  const vectors = new Float64Array(classes.length * k);
  classes.forEach((y, i) => {
    if (!(Number.isInteger(y) && y >= 0 && y < k)) {
      fail(`the class of sample ${i} must be an integer in 0..${k - 1}, got ${y}`);
    }
    vectors[i * k + y] = 1;
  });
  return vectors;
}

function checkUnit(targets: Float64Array, k: number): void {
  const wrong = targets.findIndex((y) => !(y >= 0 && y <= 1));
  if (wrong >= 0) fail(`targets of sample ${Math.floor(wrong / k)} must lie in [0, 1], got ${targets[wrong]}`);
}

/** Sums within 1e-6 of 1 are taken as they are: −Σ y log softmax needs no exact normalisation. */
function checkProbabilities(targets: Float64Array, k: number): void {
  checkUnit(targets, k);
  for (let i = 0; i < targets.length; i += k) {
    const total = targets.subarray(i, i + k).reduce((a, b) => a + b, 0);
    if (Math.abs(total - 1) > 1e-6) fail(`targets of sample ${i / k} must be probabilities of sum 1, got ${total}`);
  }
}

function fail(message: string): never {
  throw new RangeError(message);
}
