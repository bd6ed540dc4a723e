import type { Rng } from "../numeric/index.ts";
import type { BatchLaw, LawName } from "./batch-law.ts";
import { fixedOrder, randomOrder, reshuffle } from "./epoch-laws.ts";
import { antithetic, withoutReplacement, withReplacement } from "./independent-laws.ts";
import { classMembers, labelBalanced } from "./label-balanced.ts";

export interface BatchLawOptions {
  /** Default "with-replacement". */
  readonly law?: LawName;
  /** b */
  readonly size: number;
  /** m */
  readonly sampleCount: number;
  /** p_i of L = Σ p_i ℓ_i; default 1/m. Other values need "with-replacement". */
  readonly weights?: ArrayLike<number>;
  /** q_i: draw by q_i and multiply the step by p_i/q_i, which leaves L as it is. Needs "with-replacement". */
  readonly importance?: ArrayLike<number>;
  /** Class of each sample, for "label-balanced". */
  readonly labels?: ArrayLike<number>;
  /** What "antithetic" sorts by; default the order of the file. */
  readonly scores?: ArrayLike<number>;
  /** Draws the one order of "shuffle-once". */
  readonly rng?: Rng;
}

/**
 * The batch law of that name, checked.
 *
 * @throws RangeError, one sentence, when the law cannot exist: a size outside 1..m (with replacement: below 1), weights
 * that do not add up to 1 within 1e-9, weights or importance with another law than "with-replacement", missing labels.
 * @example batchLaw({ size: 1, sampleCount: 3, weights: [0.5, 0.25, 0.25] }).distinctBatches()!.length; // 3
 */
export function batchLaw(options: BatchLawOptions): BatchLaw {
  const { law = "with-replacement", size, sampleCount: m, weights, importance } = options;
  if (!(Number.isSafeInteger(m) && m >= 1)) throw new RangeError(`batchLaw: samples must be an integer ≥ 1, got ${m}`);
  if (!(Number.isSafeInteger(size) && size >= 1)) {
    throw new RangeError(`batchLaw: batch size must be an integer ≥ 1, got ${size}`);
  }
  const p = weights === undefined ? new Float64Array(m).fill(1 / m) : distribution("weights", weights, m);
  if (law === "with-replacement") {
    const q = importance === undefined ? p : distribution("importance", importance, m);
    const missed = p.findIndex((value, i) => value > 0 && q[i] === 0);
    if (missed >= 0) {
      throw new RangeError(
        `batchLaw: importance[${missed}] is 0 but sample ${missed} has weight ${p[missed]}; it would never be drawn`,
      );
    }
    return withReplacement(size, p, q);
  }
  if (importance !== undefined) {
    throw new RangeError(`batchLaw: importance needs the law "with-replacement", got "${law}"`);
  }
  if (p.some((value) => Math.abs(value * m - 1) > 1e-9)) {
    throw new RangeError(`batchLaw: weights other than 1/${m} need the law "with-replacement", got "${law}"`);
  }
  if (size > m && law !== "antithetic") {
    throw new RangeError(`batchLaw: a batch of ${size} does not fit into ${m} samples under the law "${law}"`);
  }
  return uniformLaw(law, p, options);
}

function uniformLaw(law: Exclude<LawName, "with-replacement">, p: Float64Array, options: BatchLawOptions): BatchLaw {
  const { size, sampleCount: m, labels, scores, rng } = options;
  const fileOrder = Int32Array.from({ length: m }, (_, i) => i);
  switch (law) {
    case "without-replacement":
      return withoutReplacement(size, p);
    case "reshuffle":
      return reshuffle(size, p);
    case "cyclic":
      return fixedOrder("cyclic", size, p, fileOrder);
    case "shuffle-once": {
      if (rng === undefined) throw new RangeError('batchLaw: the law "shuffle-once" needs a generator for its order');
      return fixedOrder("shuffle-once", size, p, randomOrder(m, rng));
    }
    case "label-balanced":
      return labelBalanced(size, p, checkedLabels(labels, size, m));
    case "antithetic": {
      if (size % 2 !== 0) throw new RangeError(`batchLaw: the law "antithetic" needs an even batch size, got ${size}`);
      const score = scores === undefined ? undefined : Float64Array.from(scores);
      if (score !== undefined && (score.length !== m || score.some(Number.isNaN))) {
        throw new RangeError(`batchLaw: "antithetic" needs ${m} scores that are numbers, got ${score.length}`);
      }
      return antithetic(
        size,
        p,
        score === undefined ? fileOrder : fileOrder.sort((i, j) => score[i] - score[j] || i - j),
      );
    }
  }
}

function checkedLabels(labels: ArrayLike<number> | undefined, size: number, m: number): ArrayLike<number> {
  if (labels === undefined || labels.length !== m) {
    throw new RangeError(`batchLaw: the law "label-balanced" needs ${m} class labels, got ${labels?.length ?? 0}`);
  }
  const classes = classMembers(labels);
  if (size % classes.length !== 0) {
    throw new RangeError(`batchLaw: a label-balanced batch of ${size} cannot hold ${classes.length} classes equally`);
  }
  const smallest = Math.min(...classes.map((members) => members.length));
  if (size / classes.length > smallest) {
    throw new RangeError(
      `batchLaw: a label-balanced batch of ${size} needs ${size / classes.length} samples of every class, the smallest has ${smallest}`,
    );
  }
  return labels;
}

/** `values` as probabilities, divided by their sum, which must be 1 within 1e-9. */
function distribution(what: string, values: ArrayLike<number>, m: number): Float64Array {
  if (values.length !== m) throw new RangeError(`batchLaw: ${what} must hold ${m} numbers, got ${values.length}`);
  const p = Float64Array.from(values);
  const bad = p.findIndex((value) => !(value >= 0 && value < Number.POSITIVE_INFINITY));
  if (bad >= 0) throw new RangeError(`batchLaw: ${what}[${bad}] must be a number ≥ 0, got ${p[bad]}`);
  const sum = p.reduce((total, value) => total + value, 0);
  if (Math.abs(sum - 1) > 1e-9) throw new RangeError(`batchLaw: ${what} must add up to 1, got ${sum}`);
  return p.map((value) => value / sum);
}
