// The examples that ask several questions at once, executed: each must find what its heading says. (The others are
// executed by the tests of the command line, and `npm start` by whoever tries the program.)
import { readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { wasmDenseKernels } from "../src/compile/index.ts";
import { ask } from "../src/experiment/index.ts";
import { installDenseKernels } from "../src/numeric/index.ts";
import { renderTerminal } from "../src/report/index.ts";

vi.setConfig({ testTimeout: 180_000 });

installDenseKernels(wasmDenseKernels());
const read = (path: string) => readFileSync(new URL(`../examples/${path}`, import.meta.url));

// What a law does to the mean square follows from its variance; among these, batches that hold every class are nearest to
// the whole data and antithetic pairs in file order farthest from it. Almost surely, a pass over all samples is another matter.
test("sampling-laws.yaml: random reshuffling alone keeps the minimum, and thresholds are ranked by variance", async () => {
  const files = { "data/digits.csv.gz": read("data/digits.csv.gz") };
  const record = await ask("stability", read("sampling-laws.yaml").toString(), { files });
  const { laws, byExponent, byThreshold } = record.results.laws!;
  expect(laws.map(({ law, importance }) => importance ?? law)).toEqual([
    ...[
      "with-replacement",
      "without-replacement",
      "reshuffle",
      "shuffle-once",
      "cyclic",
      "label-balanced",
      "antithetic",
    ],
    ...["norm", "ntk"],
  ]);
  expect(laws.filter(({ verdict }) => verdict === "stable").map(({ law }) => law)).toEqual(["reshuffle"]);
  expect(laws.filter(({ verdict }) => verdict === "unstable")).toHaveLength(8);
  expect(laws[byExponent[0]!]!.law).toBe("reshuffle");
  const thresholds = byThreshold.map((i) => laws[i]!.meanSquareStepSize!);
  expect(thresholds).toEqual(thresholds.toSorted((a, b) => b - a));
  expect([laws[byThreshold[0]!]!.law, laws[byThreshold.at(-1)!]!.law]).toEqual(["label-balanced", "antithetic"]);
  const text = renderTerminal(record, { color: false, columns: 100 }).replaceAll(/\s+/g, " ");
  expect(text).toContain("Of the 9 batch laws compared, random reshuffling alone keeps it.");
});
