import * as p from "../../program/index.ts";
import { type LayerReader, positiveInteger, refuse } from "../layer.ts";
import type { AttentionSpec } from "../model-spec.ts";
import { affineMap } from "./dense.ts";

/**
 * Softmax self-attention on [tokens, features] with `heads` heads of keySize d (features/heads by default): per head
 * softmax(QKᵀ/√d)V, heads side by side, then the output map back to `features`. Causal: a token sees itself and the
 * tokens before it. Wq, Wk, Wv [heads·d, features] hold the heads one below the other; Wo [features, heads·d].
 */
export const attention: LayerReader<AttentionSpec> = (spec, context) => {
  const { causal = false, bias = true } = spec;
  const { shape } = context.input;
  if (shape.length !== 2) {
    refuse(context, `expects a sequence [tokens, features], ${context.giver} gives ${p.showShape(shape)}`);
  }
  const [tokens, features] = shape as [number, number];
  const heads = positiveInteger(context, "heads", spec.heads);
  if (spec.keySize === undefined && features % heads !== 0) {
    refuse(context, `has ${heads} heads, which do not divide ${features} features; give keySize`);
  }
  const keySize = positiveInteger(context, "keySize", spec.keySize ?? features / heads);
  const width = heads * keySize;
  const into = (suffix: string) => affineMap(context, { inputs: features, units: width, bias, suffix });
  const [query, key, value] = [into("q"), into("k"), into("v")];
  const output = affineMap(context, { inputs: width, units: features, bias, suffix: "o" });
  const mask = causal ? causalMask(tokens) : null;

  return {
    output: { shape, sequence: true },
    apply(x, tensor) {
      const samples = x.shape[0]!;
      const split = (y: p.Node) => p.transpose(p.reshape(y, [samples, tokens, heads, keySize]), [0, 2, 1, 3]);
      const [q, k, v] = [query, key, value].map((map) => split(map(x, tensor))) as [p.Node, p.Node, p.Node];
      const scores = p.mul(1 / Math.sqrt(keySize), p.matmul(q, k, false, true));
      const weights = p.softmax(mask ? p.add(scores, mask) : scores);
      const joined = p.reshape(p.transpose(p.matmul(weights, v), [0, 2, 1, 3]), [samples, tokens, width]);
      return output(joined, tensor);
    },
  };
};

/** 0 where a token may look, −∞ where it may not. */
function causalMask(tokens: number): p.Node {
  const values = new Float64Array(tokens * tokens);
  for (let i = 0; i < tokens; i++) values.fill(Number.NEGATIVE_INFINITY, i * tokens + i + 1, (i + 1) * tokens);
  return p.constant(values, [tokens, tokens]);
}
