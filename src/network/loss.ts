import * as p from "../program/index.ts";
import type { LossSpec } from "./model-spec.ts";

/**
 * ℓ_i, [samples], from outputs f and targets y, both [samples, k]:
 *
 *   mse           scale·Σ_a (f_a − y_a)²; the word "torch" is scale 1/k
 *   crossEntropy  −Σ_a y_a log softmax(f)_a in nats, y replaced by (1 − s)y + s/k with label smoothing s
 *   logistic      Σ_a log(1 + e^{f_a}) − y_a f_a, targets in [0, 1]
 *   huber         Σ_a r²/2 for |r| ≤ δ, δ(|r| − δ/2) beyond, r = f_a − y_a
 *
 * crossEntropy goes through log-sum-exp and logistic through softplus: neither overflows nor loses its tails.
 */
export function sampleLosses(spec: LossSpec, outputs: p.Node, targets: p.Node): p.Node {
  const k = outputs.shape[1]!;
  switch (spec.type) {
    case "mse":
      return p.mul(spec.scale === "torch" ? 1 / k : spec.scale, p.sum(p.square(p.sub(outputs, targets)), [1]));
    case "crossEntropy":
      return crossEntropy(outputs, smooth(targets, spec.labelSmoothing ?? 0, k));
    case "logistic":
      return p.sum(p.sub(p.softplus(outputs), p.mul(targets, outputs)), [1]);
    case "huber":
      return huber(p.sub(outputs, targets), spec.delta ?? 1);
  }
}

/** Checks the options of a loss for k outputs. @throws RangeError with one sentence. */
export function checkLoss(spec: LossSpec, k: number): void {
  const fail = (message: string): never => {
    throw new RangeError(message);
  };
  switch (spec.type) {
    case "mse":
      if (spec.scale !== "torch" && !(spec.scale > 0 && Number.isFinite(spec.scale))) {
        fail(`loss mse needs a positive scale or the word torch, got ${spec.scale}`);
      }
      return;
    case "crossEntropy": {
      const { labelSmoothing = 0 } = spec;
      if (k < 2) fail("loss crossEntropy needs at least two outputs, the model has one; use logistic");
      if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
        fail(`loss crossEntropy needs labelSmoothing in [0, 1), got ${labelSmoothing}`);
      }
      return;
    }
    case "logistic":
      return;
    case "huber":
      if (!((spec.delta ?? 1) > 0 && Number.isFinite(spec.delta ?? 1))) {
        fail(`loss huber needs a positive delta, got ${spec.delta}`);
      }
      return;
    default:
      fail(`unknown loss "${(spec as { type: string }).type}"`);
  }
}

function crossEntropy(f: p.Node, y: p.Node): p.Node {
  return p.sum(p.mul(y, p.sub(p.broadcast(p.logSumExp(f), f.shape, [0]), f)), [1]);
}

function smooth(y: p.Node, amount: number, k: number): p.Node {
  return amount === 0 ? y : p.add(p.mul(1 - amount, y), amount / k);
}

/** c(r − c/2) with c = r clipped to ±δ: no kink at r = 0. */
function huber(r: p.Node, delta: number): p.Node {
  const c = p.min(p.max(r, -delta), delta);
  return p.sum(p.mul(c, p.sub(r, p.mul(0.5, c))), [1]);
}
