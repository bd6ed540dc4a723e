import type { Problem } from "../program/index.ts";
import type { Conventions } from "../record/index.ts";
import type { ActivationSpec, LayerSpec, LossSpec, ObjectiveSpec, RunSpec } from "../spec/index.ts";

/** What every number of the record means, in words. `stepSize` is the number that the step-size questions are about. */
export function conventionsOf(spec: RunSpec, problem: Problem, stepSize: number): Conventions {
  return {
    loss: lossFormula(spec, problem),
    sampling: samplingWords(spec),
    logarithm: "natural, per step",
    network: spec.model ? networkWords(spec) : formulaWords(spec.objective!),
    lossName: spec.loss ? lossWords(spec.loss) : "formula",
    optimizer: optimizerWords(spec),
    stepSize,
    batchSize: spec.batch.size,
    parameters: problem.dimension,
    samples: problem.sampleCount,
    outputs: problem.outputCount,
  };
}

function lossFormula({ loss }: RunSpec, problem: Problem): string {
  const uniform = problem.weights.every((p) => Math.abs(p * problem.sampleCount - 1) < 1e-12);
  const mean = uniform ? "L = mean_i" : "L = sum_i p_i *";
  if (!loss) return uniform ? "L = mean_i l_i" : "L = sum_i p_i * l_i";
  switch (loss.type) {
    case "mse":
      return `${mean} ${loss.scale === "torch" ? `1/${problem.outputCount}` : loss.scale} * |f_i - y_i|^2`;
    case "crossEntropy":
      return `${mean} -log softmax(f_i)[y_i]${loss.labelSmoothing ? `, label smoothing ${loss.labelSmoothing}` : ""}`;
    case "logistic":
      return `${mean} log(1 + exp(f_i)) - y_i f_i`;
    case "huber":
      return `${mean} huber(f_i - y_i), delta ${loss.delta}`;
  }
}

function samplingWords({ batch }: RunSpec): string {
  const importance = batch.importance === undefined ? "" : ", importance sampling";
  return `batch ${batch.size}, ${lawWords(batch.law)}${importance}`;
}

function lawWords(law: string): string {
  const words: Readonly<Record<string, string>> = {
    reshuffle: "random reshuffling",
    "shuffle-once": "shuffled once",
    cyclic: "in file order",
  };
  return words[law] ?? law.replaceAll("-", " ");
}

function lossWords(loss: LossSpec): string {
  switch (loss.type) {
    case "mse":
      if (loss.scale === "torch") return "mean squared error as in torch";
      if (loss.scale === 0.5) return "half mean squared error";
      return loss.scale === 1 ? "squared error" : `squared error times ${loss.scale}`;
    case "crossEntropy":
      return "cross-entropy";
    case "logistic":
      return "logistic loss";
    case "huber":
      return "Huber loss";
  }
}

/** "dense 64-16-10, tanh" for plain stacks of dense layers, else the kinds of layers in order. */
function networkWords({ model, title }: RunSpec): string {
  if (!model || !("layers" in model)) return title ?? "network";
  const { layers, input } = model;
  const dense = layers.filter((layer) => layer.type === "dense");
  if (dense.length === layers.length) {
    const widths = [input.reduce((a, b) => a * b, 1), ...dense.map((layer) => layer.units)];
    const functions = [...new Set(dense.map((layer) => layer.activation.type).filter((type) => type !== "identity"))];
    return [`dense ${widths.join("-")}`, ...functions].join(", ");
  }
  return layers.map(layerWords).join(", ");
}

function layerWords(layer: LayerSpec): string {
  const after = (activation: ActivationSpec) => (activation.type === "identity" ? "" : ` ${activation.type}`);
  switch (layer.type) {
    case "dense":
      return `dense ${layer.units}${after(layer.activation)}`;
    case "conv":
      return `conv ${layer.filters}${after(layer.activation)}`;
    case "activation":
      return layer.function.type;
    case "residual":
      return `residual (${layer.layers.map(layerWords).join(", ")})`;
    default:
      return layer.type;
  }
}

function formulaWords({ parameters, samples }: ObjectiveSpec): string {
  const count = (n: number, word: string) => `${n} ${word}${n === 1 ? "" : "s"}`;
  return `${count(samples.length, "formula")} in ${count(parameters.length, "parameter")}`;
}

function optimizerWords({ optimizer }: RunSpec): string {
  const decay = optimizer.weightDecay > 0 ? `, weight decay ${optimizer.weightDecay}` : "";
  switch (optimizer.type) {
    case "gd":
      return `gradient descent${decay}`;
    case "sgd":
      return `SGD${decay}`;
    case "momentum":
      return `heavy ball, momentum ${optimizer.momentum}${decay}`;
    case "nesterov":
      return `Nesterov, momentum ${optimizer.momentum}${decay}`;
    default:
      return `${optimizer.type}${decay}`;
  }
}
