import { createRng, type Rng } from "../numeric/index.ts";
import { didYouMean } from "../program/index.ts";
import type { Model } from "./model.ts";
import type { InitName, InitSpec, ModelSpec } from "./model-spec.ts";
import { readModel } from "./read-model.ts";
import type { ModelTensor } from "./tensor.ts";

/** θ and the vector of tensors that are not trained. */
export interface InitialParameters {
  readonly theta: Float64Array;
  readonly frozen: Float64Array;
}

type Draw = (rng: Rng) => number;
type Rule = (tensor: ModelTensor) => Draw;

const zero: Draw = () => 0;
const uniform =
  (bound: number): Draw =>
  (rng) =>
    bound * (2 * rng.uniform() - 1);
const normal =
  (deviation: number): Draw =>
  (rng) =>
    deviation * rng.normal();
/** Only weights are drawn; biases are 0. */
const weights =
  (rule: Rule): Rule =>
  (tensor) =>
    tensor.role === "weight" ? rule(tensor) : zero;

const rules = {
  torch: ({ fanIn }) => uniform(1 / Math.sqrt(fanIn)),
  heNormal: weights(({ fanIn }) => normal(Math.sqrt(2 / fanIn))),
  heUniform: weights(({ fanIn }) => uniform(Math.sqrt(6 / fanIn))),
  glorotNormal: weights(({ fanIn, fanOut }) => normal(Math.sqrt(2 / (fanIn + fanOut)))),
  glorotUniform: weights(({ fanIn, fanOut }) => uniform(Math.sqrt(6 / (fanIn + fanOut)))),
  lecunNormal: weights(({ fanIn }) => normal(Math.sqrt(1 / fanIn))),
  zeros: () => zero,
} as const satisfies { readonly [K in InitName]: Rule };

/**
 * Draws the parameters of a model; the same seed gives the same numbers on every engine. Each tensor has its own
 * stream, named "init" and the tensor's name, so adding a layer does not change the others.
 *
 *   torch         W and b uniform on ±1/√fanIn        zeros          W = b = 0
 *   heNormal      W of deviation √(2/fanIn)           heUniform      W uniform on ±√(6/fanIn)
 *   glorotNormal  √(2/(fanIn + fanOut))               glorotUniform  ±√(6/(fanIn + fanOut))
 *   lecunNormal   √(1/fanIn)                          {normal: σ}    deviation σ
 *
 * Biases are 0 except for torch. fanIn is what one unit reads, fanOut the units that read one number, both times the
 * kernel's size for a convolution (as PyTorch counts them). Normal draws are not truncated. Normalisations start as
 * the identity: scale 1, shift 0, mean 0, variance 1.
 */
export function initialParameters(given: Model | ModelSpec, init: InitSpec, seed: number): InitialParameters {
  const model = "apply" in given ? given : readModel(given);
  const rule = readInit(init);
  const theta = new Float64Array(model.dimension);
  const frozen = new Float64Array(model.frozenSize);
  for (const tensor of model.tensors) {
    const { buffer, offset, size, role, name } = tensor;
    const values = (buffer === "theta" ? theta : frozen).subarray(offset, offset + size);
    if (role === "gain" || role === "variance") values.fill(1);
    else if (role === "weight" || role === "bias") {
      const draw = rule(tensor);
      const rng = createRng(seed, "init", name);
      for (let i = 0; i < size; i++) values[i] = draw(rng);
    }
  }
  return { theta, frozen };
}

function readInit(init: InitSpec): Rule {
  if (typeof init === "object") {
    const { normal: deviation } = init;
    if (!(deviation >= 0 && Number.isFinite(deviation))) {
      throw new RangeError(`initialParameters: normal needs a deviation ≥ 0, got ${deviation}`);
    }
    return weights(() => normal(deviation));
  }
  if (!Object.hasOwn(rules, init)) {
    throw new RangeError(`initialParameters: unknown initialiser "${init}"${didYouMean(init, Object.keys(rules))}`);
  }
  return rules[init];
}
