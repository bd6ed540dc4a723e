import { type BatchLaw, distinctBatchLimit, type SecondMoment, type WeightedBatch } from "./batch-law.ts";
import { binomial, subsets } from "./combinations.ts";
import { collect, shuffleFront } from "./independent-laws.ts";

/**
 * The same number b/C of samples of each of the C classes, without replacement within a class. A sample of a class
 * with m_c of the m samples has step weight C m_c/m, which is 1 for equal classes and keeps the mean step that of L.
 */
export function labelBalanced(size: number, p: Float64Array, labels: ArrayLike<number>): BatchLaw {
  const m = p.length;
  const classes = classMembers(labels);
  const share = size / classes.length;
  const weightOf = new Float64Array(m);
  for (const members of classes) for (const i of members) weightOf[i] = members.length / (m * share);
  const weight = (i: number) => weightOf[i];
  return {
    name: "label-balanced",
    size,
    sampleCount: m,
    probabilities: p,
    stepWeights: weightOf.map((w) => w * size),
    epochLength: 1,
    fixedEpoch: classes.every((members) => members.length === share) ? [collect([...p.keys()], weight, 1)] : null,
    secondMoment: balancedMoment(classes, m, share),
    stream(rng) {
      const decks = classes.map((members) => members.slice());
      const indices = new Int32Array(size);
      const weights = new Float64Array(size);
      const batch = { indices, weights };
      return {
        next() {
          decks.forEach((deck, c) => {
            shuffleFront(deck, share, rng);
            for (let j = 0; j < share; j++) {
              indices[c * share + j] = deck[j];
              weights[c * share + j] = weight(deck[j]);
            }
          });
          return batch;
        },
      };
    },
    distinctBatches(limit = distinctBatchLimit) {
      const count = classes.reduce((product, members) => product * binomial(members.length, share), 1);
      if (count > limit) return null;
      let drawn: number[][] = [[]];
      for (const members of classes) {
        const choices = Array.from(subsets(members.length, share), (subset) => subset.map((j) => members[j]));
        drawn = drawn.flatMap((head) => choices.map((choice) => [...head, ...choice]));
      }
      return drawn.map((indices): WeightedBatch => collect(indices, weight, 1 / count));
    },
  };
}

/** Members of each class, classes in ascending order of their label. */
export function classMembers(labels: ArrayLike<number>): Int32Array[] {
  const members = new Map<number, number[]>();
  Array.from(labels).forEach((label, i) => {
    const list = members.get(label);
    if (list === undefined) members.set(label, [i]);
    else list.push(i);
  });
  return [...members.entries()].sort((a, b) => a[0] - b[0]).map((entry) => Int32Array.from(entry[1]));
}

/**
 * Classes are independent, so E[H_B⊗H_B] = H⊗H + Σ_c Cov_c; with T_c = Σ_{i in c} H_i/m and the share s of m_c samples,
 * Cov_c = α_c (m_c Σ_{i in c} (H_i/m)⊗(H_i/m) − T_c⊗T_c), α_c = (m_c − s)/(s(m_c − 1)).
 */
function balancedMoment(classes: readonly Int32Array[], m: number, share: number): SecondMoment {
  const alphas = classes.map(({ length }) => (length === 1 ? 0 : (length - share) / (share * (length - 1))));
  const groups = classes.flatMap((members, c) => [
    ...Array.from(members, (i) => ({ members: [i], coefficient: alphas[c] * members.length })),
    { members: [...members], coefficient: -alphas[c] },
  ]);
  const starts = new Int32Array(groups.length + 1);
  groups.forEach((group, g) => {
    starts[g + 1] = starts[g] + group.members.length;
  });
  return {
    alpha: 0,
    coefficients: Float64Array.from(groups, (group) => group.coefficient),
    starts,
    indices: Int32Array.from(groups.flatMap((group) => group.members)),
    weights: new Float64Array(2 * m).fill(1 / m),
  };
}
