// Containment: for every operation, members of the operands are mapped into the result, exactly or to 180 bits; results
// are undefined exactly when a domain is left; point results are as narrow as the docstrings claim. 2·10^5 operations
// here; `test/fuzz/interval.ts` is the long run.
import { expect, test } from "vitest";
import { fuzzIntervals } from "./interval-fuzz.ts";
import { operations } from "./interval-operations.ts";

test("2·10^5 random operations on biased operands contain the truth", () => {
  const report = fuzzIntervals(200_000, 20260901);
  expect(report.failures).toEqual([]);
  expect(report.checks).toBeGreaterThan(500_000);
  const inexact = operations.filter(
    ({ name }) => !/^(neg|abs|min|max|step|less|lessEqual|powInteger [01])$/.test(name),
  );
  for (const { name } of inexact) expect(report.widest[name], name).toBeGreaterThanOrEqual(1);
});
