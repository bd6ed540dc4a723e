import { batchDerivatives, type LossDerivatives, type Objective, type UpdateKernel } from "../compile/index.ts";
import { type Fate, fateWatcher } from "../dynamics/index.ts";
import { maxAbs, norm, type Rng } from "../numeric/index.ts";
import type { BatchLaw } from "../sampling/index.ts";
import { batchSharpness } from "./batch-sharpness.ts";
import { preconditioner } from "./preconditioner.ts";
import { type AverageOptions, type RunningAverage, runningAverage } from "./running-average.ts";
import { isPreconditioned, stabilityThreshold } from "./threshold.ts";
import { topEigenvalues } from "./top-eigenvalues.ts";
import type { UpdateFacts } from "./update-facts.ts";

export interface TrainOptions {
  readonly rule: UpdateFacts;
  /** η of step t = 0, 1, … */
  readonly stepSizeAt: (t: number) => number;
  /** Step with batches of this law; with the full loss when null. */
  readonly law: BatchLaw | null;
  readonly steps: number;
  /** Steps between two rows; the last step always has one. */
  readonly every: number;
  /** How many Hessian eigenvalues. */
  readonly top: number;
  readonly rng: Rng;
  /** An average of the iterates to keep and observe beside them. */
  readonly averaging?: AverageOptions;
  readonly progress?: (step: number, steps: number) => void;
}

export interface TrainingRun {
  /**
   * step, loss, gradientNorm, sharpness, sharpnessResidual, eigenvalue2, …, threshold, piecesCrossed; for adaptive rules
   * preconditionedSharpness and its residual, which the threshold is about; for batches batchSharpness and its standard
   * error; with an average θ̄ its averageLoss and averageDistance ‖θ̄ − θ‖. NaN where something is not known.
   */
  readonly columns: Readonly<Record<string, readonly number[]>>;
  readonly fate: Fate;
  /** Where it ended. */
  readonly theta: Float64Array;
  /** Where the average of the iterates ended; null when none was kept. */
  readonly average: Float64Array | null;
}

/**
 * Runs an optimizer and observes it. Row k describes θ_k, so row 0 is the start; loss, gradientNorm and sharpness are
 * those of the full loss without decay, `piecesCrossed` counts the selections that changed since the row before, summed
 * over the steps between. Ends early only when it diverges.
 *
 * Cost: `steps` updates, and one forward pass each for the kinks if there are any; a row with batches one full gradient;
 * every row a Lanczos search on exact Hessian products, warm-started (eigenvalues lie within their residuals, relative
 * residual 1e-6).
 */
export function train(
  objective: Objective,
  kernel: UpdateKernel,
  initial: Float64Array,
  options: TrainOptions,
): TrainingRun {
  const { rule, stepSizeAt, law, steps, every, progress, rng } = options;
  const n = objective.dimension;
  const [x, next] = [new Float64Array(n + kernel.stateSize), new Float64Array(n + kernel.stateSize)];
  const theta = x.subarray(0, n);
  theta.set(initial);
  const stream = law?.stream(rng.fork("batches"));
  const onBatch = batchDerivatives(objective);
  const derivatives = (): LossDerivatives => (stream ? onBatch(stream.next()) : objective);
  const gradient = new Float64Array(n);
  const watcher = fateWatcher({ dimension: n, steps, isFlat: () => isFlat(objective, theta, rng.fork("flatness")) });
  const crossings = crossingCounter(objective);
  const average = options.averaging ? runningAverage(n, options.averaging) : null;
  const observer = rowObserver(objective, kernel, options, average);

  for (let t = 0; ; t++) {
    progress?.(t, steps);
    const isRow = t % every === 0 || t === steps;
    crossings.see(theta);
    average?.see(t, theta);
    const stepSize = stepSizeAt(t);
    kernel.set("stepSize", stepSize);
    const stepLoss = kernel.step(derivatives(), x, next, gradient);
    const escaped = !Number.isFinite(norm(theta)) || norm(theta) > 1e12;
    if (isRow || escaped) {
      const step = { stepSize, gradientNorm: norm(gradient), largestEntry: maxAbs(gradient) };
      const loss = stream ? objective.gradient(theta, gradient) : stepLoss;
      observer.row(t, x, next, loss, gradient, stabilityThreshold(rule, step), crossings.take());
    }
    const known = !stream || isRow;
    const sight = { loss: observer.loss(stepLoss, stream !== undefined), gradientNorm: norm(gradient) };
    if (!watcher.see(t, theta, known ? sight : {}) || t === steps) break;
    x.set(next);
  }
  return { columns: observer.columns, fate: watcher.fate(), theta: theta.slice(), average: average?.theta ?? null };
}

/** Collects the rows. */
function rowObserver(
  objective: Objective,
  kernel: UpdateKernel,
  options: TrainOptions,
  average: RunningAverage | null,
) {
  const { rule, law, top, rng } = options;
  const n = objective.dimension;
  const adaptive = isPreconditioned(rule);
  const count = Math.min(top, n);
  const names = [
    ...["step", "loss", "gradientNorm", "sharpness", "sharpnessResidual"],
    ...Array.from({ length: count - 1 }, (_, i) => `eigenvalue${i + 2}`),
    ...(adaptive ? ["preconditionedSharpness", "preconditionedResidual"] : []),
    ...(law ? ["batchSharpness", "batchSharpnessError"] : []),
    ...(average ? ["averageLoss", "averageDistance"] : []),
    ...["threshold", "piecesCrossed"],
  ];
  const columns: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]));
  const hessian = topEigenvalues(n, count, rng.fork("sharpness"));
  const preconditioned = topEigenvalues(n, 1, rng.fork("preconditioned sharpness"));
  const batches = rng.fork("batch sharpness");
  const roots = new Float64Array(n);
  const scaled = new Float64Array(n);
  let lastLoss = Number.NaN;
  return {
    columns,
    /** The full loss at the last row, or that of this step when steps are full anyway. */
    loss: (ofStep: number, isBatch: boolean) => (isBatch ? lastLoss : ofStep),
    row(
      step: number,
      x: Float64Array,
      next: Float64Array,
      loss: number,
      gradient: Float64Array,
      threshold: number,
      crossed: number,
    ) {
      const theta = x.subarray(0, n);
      lastLoss = loss;
      const put = (name: string, value: number) => columns[name].push(value);
      put("step", step);
      put("loss", loss);
      put("gradientNorm", norm(gradient));
      const isKnown = Number.isFinite(loss) && Number.isFinite(norm(theta));
      const found = isKnown ? hessian({ dimension: n, apply: (v, out) => objective.hvp(theta, v, out) }) : null;
      put("sharpness", found?.values[0] ?? Number.NaN);
      put("sharpnessResidual", found?.residuals[0] ?? Number.NaN);
      for (let i = 1; i < count; i++) put(`eigenvalue${i + 1}`, found?.values[i] ?? Number.NaN);
      if (adaptive) {
        preconditioner(rule, kernel, next, roots);
        for (let i = 0; i < n; i++) roots[i] = 1 / Math.sqrt(roots[i]);
        const decay = rule.decoupled ? 0 : (rule.values["weightDecay"] ?? 0);
        const pair =
          found &&
          preconditioned({
            dimension: n,
            apply(v, out) {
              for (let i = 0; i < n; i++) scaled[i] = roots[i] * v[i];
              objective.hvp(theta, scaled, out);
              for (let i = 0; i < n; i++) out[i] = roots[i] * (out[i] + decay * scaled[i]);
            },
          });
        put("preconditionedSharpness", pair?.values[0] ?? Number.NaN);
        put("preconditionedResidual", pair?.residuals[0] ?? Number.NaN);
      }
      if (law) {
        const measured = found && batchSharpness(objective, theta, law, batches.fork(`step ${step}`));
        put("batchSharpness", measured?.value ?? Number.NaN);
        put("batchSharpnessError", measured?.standardError ?? Number.NaN);
      }
      if (average) {
        put("averageLoss", objective.loss(average.theta));
        put("averageDistance", distance(average.theta, theta));
      }
      put("threshold", threshold);
      put("piecesCrossed", crossed);
    },
  };
}

/** ‖x − y‖ */
function distance(x: Float64Array, y: Float64Array): number {
  return norm(x.map((value, i) => value - y[i]));
}

/** Counts how many selections change from position to position. */
function crossingCounter(objective: Objective) {
  const count = objective.switchCount;
  let [before, now] = [new Uint8Array(count), new Uint8Array(count)];
  let isFirst = true;
  let crossed = 0;
  return {
    see(theta: Float64Array) {
      if (count === 0) return;
      objective.piece(theta, now);
      if (!isFirst) for (let i = 0; i < count; i++) if (now[i] !== before[i]) crossed += 1;
      isFirst = false;
      [before, now] = [now, before];
    },
    /** The count since the last call. */
    take() {
      const result = crossed;
      crossed = 0;
      return result;
    },
  };
}

/** H = 0 at θ: a random vector is sent to exactly 0 (with probability 1 only then). */
function isFlat(objective: Objective, theta: Float64Array, rng: Rng): boolean {
  const v = Float64Array.from(theta, () => rng.normal());
  const out = new Float64Array(theta.length);
  objective.hvp(theta, v, out);
  return out.every((value) => value === 0);
}
