/**
 * Drawing probabilities q_i ∝ p_i · score_i, for scores such as ‖x_i‖ ("norm") or tr K_ii ("ntk").
 *
 * With the NTK diagonal, batches of one and one output the mean-square threshold is exactly 2/tr H (THEORY §3).
 *
 * @throws RangeError when a score is negative or not finite, or a sample of positive weight has score 0.
 */
export function importanceProbabilities(weights: Float64Array, scores: ArrayLike<number>): Float64Array {
  const q = weights.map((p, i) => p * scores[i]);
  const bad = q.findIndex(
    (value, i) => !(value < Number.POSITIVE_INFINITY) || value < 0 || (value === 0 && weights[i] > 0),
  );
  if (bad >= 0) {
    throw new RangeError(`importanceProbabilities: the score of sample ${bad} must be positive, got ${scores[bad]}`);
  }
  const sum = q.reduce((total, value) => total + value, 0);
  return q.map((value) => value / sum);
}
