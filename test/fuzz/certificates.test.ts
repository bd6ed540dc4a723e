// Random problems whose answers are known by other means (exact scans of every piece with fractions of the fuzz's own,
// planted spectra, Hessians written out by hand): nothing wrongly proved, wrongly disproved or missing from a complete
// list, and every certificate accepted. The long run is `npm run fuzz:certificates`, its results in bench/RESULTS.md.
import { expect, test } from "vitest";
import { families, fuzzCertificates } from "./certificates/certificate-fuzz.ts";

test.each(families.map((family) => [family.name, family] as const))("%s: no wrong verdict", (_, family) => {
  const { failures, families: reports } = fuzzCertificates(Math.ceil(family.share / 20), 7, [family]);
  expect(failures).toEqual([]);
  expect(reports[0]!.undecided).toBeLessThan(0.25 * reports[0]!.problems + 1);
});
