import { expect, test } from "vitest";
import { diagonalKernel, digitsLike } from "../../../test/fixtures/records/diagonal-kernel.ts";
import { twoWeights } from "../../../test/fixtures/records/two-weights.ts";
import { collapsing, crossEntropy, withoutVerdict, withResults } from "../../../test/fixtures/records/variants.ts";
import {
  emptyResults,
  type NonsingularityResult,
  type RunRecord,
  type StabilityCause,
  type StabilityVerdict,
} from "../../record/index.ts";
import { answer } from "./answer.ts";
import { exponentCaption } from "./caption.ts";
import { exponentLines } from "./exponents.ts";
import { nonsingularityLine } from "./nonsingularity.ts";
import { thresholds } from "./thresholds.ts";

// Each combination of verdicts has its own sentence (LOOK, order of a report, point 2). Numbers are those of the paper's
// two-weight network at s = 2.2 (THEORY §6): GD below 2/(3.53·2.2), SGD below .17972 and on (.45417, .63390).

const said = (record: RunRecord) => answer(record).replaceAll("\u00a0", " ");

test.each<[string, RunRecord, string]>([
  [
    "both stable",
    twoWeights(),
    "SGD keeps this minimum, and so does gradient descent. You use 83 % of what SGD tolerates.",
  ],
  [
    "GD stable, SGD not",
    twoWeights({ stepSize: 0.2 }),
    "Gradient descent would keep this minimum; SGD with batch 1 leaves it. Below step size 0.1797 it stays.",
  ],
  [
    "GD stable, SGD only from some batch on",
    withResults(twoWeights({ stepSize: 0.2 }), { batchSizes: { smallestStable: 8, tried: [2, 4, 8], by: "lambda" } }),
    "Gradient descent would keep this minimum; SGD with batch 1 leaves it. From batch 8 on it stays.",
  ],
  [
    "an island",
    twoWeights({ stepSize: 0.5 }),
    "SGD keeps this minimum although gradient descent leaves it. Your step size lies on an island of stability, 0.4542 to 0.6339.",
  ],
  [
    "neither",
    twoWeights({ stepSize: 0.4 }),
    "Neither gradient descent nor SGD with batch 1 keeps this minimum. Gradient descent would below step size 0.2575, SGD below 0.1797.",
  ],
  [
    "not a minimum",
    withoutVerdict("not-a-minimum"),
    "This is not a minimum yet: the gradient norm is 0.3. Add `minimize:` or train longer.",
  ],
  [
    "singular",
    collapsing(),
    "Neither gradient descent nor SGD with batch 1 keeps this minimum. Gradient descent would below step size 0.2575, SGD below 0.1797. At step size 1 the map collapses (last hidden layer dead): the output bias lands on the mean target in one step.",
  ],
  [
    "cross-entropy",
    crossEntropy(),
    "Gradient descent keeps this point, and SGD hovers around it with finite spread. You use 16 % of what gradient descent tolerates.",
  ],
  [
    "cross-entropy, heavy tails",
    crossEntropy({ stepSize: 0.45 }),
    "Gradient descent keeps this point, and SGD hovers around it with rare, large excursions. You use 72 % of what gradient descent tolerates.",
  ],
  [
    "cross-entropy, too sharp",
    crossEntropy({ stepSize: 0.7, exponent: 0.02 }),
    "Gradient descent leaves this point: its sharpness, 3.217, exceeds 2/η = 2.8571. SGD is driven away from it.",
  ],
])("%s", (_, record, sentence) => {
  expect(said(record)).toBe(sentence);
});

test("an interval that contains 0 is said with its ends and with what would decide", () => {
  const record = diagonalKernel({ ...digitsLike, stepSize: 0.2581, halfWidth: 0.0004 });
  expect(said(record)).toMatch(
    /^We cannot tell whether SGD keeps this minimum: the interval of λ, −0\.000\d\d to 0\.000\d\d, contains 0\. About \d+ times more steps would decide\. Gradient descent keeps it\.$/,
  );
});

test("a sign is claimed on its own interval: where that one holds 0, it is the one that is shown", () => {
  const record = diagonalKernel({ ...digitsLike, stepSize: 0.2581, halfWidth: 0.0004 });
  const lambda = {
    ...record.results.lambda!,
    confidence95: [0.0001, 0.0007],
    signInterval: [-0.0001, 0.0009],
  } as const;
  expect(said(withResults(record, { lambda }))).toContain("the interval of λ, −0.00010 to 0.00090, contains 0");
});

test("a step size just below the threshold is not told to be all of it", () => {
  expect(said(twoWeights({ stepSize: 0.1797 }))).toContain("You use more than 99.9 % of what SGD tolerates.");
  expect(thresholds(twoWeights({ stepSize: 0.1797 }))[2]!.value).toBe("0.17972");
});

test("a superstable λ is −∞ and stable, never a missing number", () => {
  const record = twoWeights({ stepSize: 0.0735 });
  const lambda = { ...record.results.lambda!, value: null, superstable: true, confidence95: null } as const;
  const superstable = withResults(record, { lambda });
  expect(said(superstable)).toContain("wipe out the whole error after finitely many steps");
  expect(exponentLines(superstable)).toContain("**λ = −∞**");
});

const verdicts: readonly StabilityVerdict[] = ["stable", "unstable", "undetermined", "not-applicable"];
const causes: readonly (StabilityCause | null)[] = [
  null,
  "interval-contains-zero",
  "not-a-minimum",
  "rank-not-constant",
  "on-a-kink",
  "not-interpolating",
  "no-finite-minimum",
  "saddle",
  "residual-too-large",
];
const bases: readonly RunRecord[] = [
  twoWeights(),
  twoWeights({ stepSize: 0.4 }),
  diagonalKernel(),
  crossEntropy(),
  collapsing(),
];

test("every combination of verdicts, causes and missing parts has its sentences", () => {
  let combinations = 0;
  for (const base of bases) {
    for (const gd of [...verdicts, null]) {
      for (const sgd of [...verdicts, "superstable", null] as const) {
        for (const cause of causes) {
          for (const isBare of [false, true]) {
            checkSentences(combine(base, gd, sgd, cause, isBare));
            combinations++;
          }
        }
      }
    }
  }
  expect(combinations).toBe(bases.length * 5 * 6 * 9 * 2);
});

/** A base record with these verdicts; a bare one has lost every number that is not needed for them. */
function combine(
  base: RunRecord,
  gd: StabilityVerdict | null,
  sgd: StabilityVerdict | "superstable" | null,
  cause: StabilityCause | null,
  isBare: boolean,
): RunRecord {
  const { results } = base;
  const mu = gd === null ? null : { ...results.mu!, verdict: gd, cause, ...(isBare ? { value: null, at: null } : {}) };
  const superstable = sgd === "superstable";
  const lambda =
    sgd === null
      ? null
      : {
          ...results.lambda!,
          verdict: superstable ? ("stable" as const) : sgd,
          superstable,
          cause,
          ...(isBare || superstable ? { value: null, confidence95: null } : {}),
        };
  if (!isBare) return withResults(base, { mu, lambda });
  return { ...base, results: { ...emptyResults(), mu, lambda } };
}

function checkSentences(record: RunRecord): void {
  const texts = [answer(record), exponentLines(record), nonsingularityLine(record), exponentCaption(record)];
  expect(texts[0]).toMatch(/^[A-Z].*\.$/);
  for (const text of texts) {
    expect(text).not.toMatch(/undefined|NaN|null|\[object|Infinity|\.\.| {2}| \.|!|\bunknown\b.*\bunknown\b/);
    for (const sentence of text.split(/(?<=\.) (?=[A-Z])/)) expect(sentence).toMatch(/^$|^.+[.]$/s);
  }
}

test.each<[number, number | null, readonly number[], string]>([
  [0.19, 0.2, [], "every step size below 0.2"],
  [0.9, 0.9999999, [], "every step size below 0.999"],
  [0.3, 1234.56, [0.5], "every step size below 1230 except 0.5"],
  [0.3, 0.25, [], "step size 0.3"],
  [0.3, null, [], "step size 0.3"],
])("settled below a bound, never rounded up: η = %d, bound %s", (stepSize, settledBelow, exceptional, expected) => {
  const record = twoWeights();
  const nonsingularity: NonsingularityResult = {
    ...record.results.nonsingularity!,
    ...{ verdict: "proved", scope: "everywhere", reach: "this", stepSize, settledBelow },
    exceptionalStepSizes: exceptional.map((value) => ({
      value,
      rational: null,
      polynomial: null,
      piece: "",
      reason: "",
    })),
  };
  const line = nonsingularityLine({ ...record, results: { ...record.results, nonsingularity } });
  expect(line.replaceAll("*", "")).toContain(`non-singular at ${expected}, proved.`);
});
