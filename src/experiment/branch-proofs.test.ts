// Branches proved over intervals of a number of the optimizer, from a file to the record and back through its certificate. Gradient
// descent on x⁴/4 − x²/2 has the minimum x = 1 with curvature 2 at every step size: stable below 1 (flip at η = 2/2). Heavy ball
// there is stable for every momentum in [0, 1) while 2η < 2(1 + β). Minima of the two-weight network are a curve: a family.
import { describe, expect, test } from "vitest";
import { figuresOf } from "../report/figures/figures-of.ts";
import { answer } from "../report/words/answer.ts";
import { dynamicsTables } from "../report/words/dynamics-tables.ts";
import { sealCertificate, verifyCertificate } from "./index.ts";
import { ask, host, twoWeights } from "./test-support/dynamics-files.ts";

const doubleWell = (optimizer: string, rest: string) => `
objective: { parameters: [x], samples: ["x^4/4 - x^2/2"] }
parameters: { values: [0.9] }
optimizer: ${optimizer}
continue: { period: 1, switchBranches: false, prove: true, ${rest} }`;

describe("the minimum of a double well", () => {
  const ofStep = doubleWell("{ type: gd, stepSize: 0.5 }", "parameter: optimizer.stepSize, range: [0.1, 1.4]");

  test("is proved at every step size, stable up to the flip at 1 and unstable beyond", async () => {
    const record = await ask("continue", ofStep);
    const [stretch, ...more] = record.results.branches![0]!.proved!;
    expect(more).toEqual([]);
    expect(stretch!.range).toEqual([0.1, 1.4]);
    const [stable, open, unstable] = stretch!.stability;
    expect([stable!.kind, open!.kind, unstable!.kind]).toEqual(["stable", "undecided", "unstable"]);
    expect(stable!.range[1]).toBeLessThan(1);
    expect(unstable!.range[0]).toBeGreaterThan(1);
    expect(unstable!.range[0] - stable!.range[1]).toBeLessThan(0.005);
    expect(answer(record)).toContain("It provably exists over 0.1 to 1.4.");
    expect(dynamicsTables(record).map(({ title }) => title)).toContain("What is proved");
    expect(
      figuresOf(record)
        .find(({ name }) => name === "branches")!
        .draw("narrow").text,
    ).toContain("fixed point, proved");

    const [certificate] = record.results.certificates!;
    expect(certificate!.file).toBe(stretch!.proof);
    const checked = await verifyCertificate(sealCertificate(certificate!, record), host);
    expect(checked).toMatchObject({ status: "accepted", kind: "orbit-branch" });
    expect(checked.claim).toContain("gd has at every optimizer.stepSize from 0.1 to 1.4 exactly one fixed point");
  });

  test("and with heavy ball at every momentum", async () => {
    const file = doubleWell(
      "{ type: momentum, momentum: 0.3, stepSize: 0.5 }",
      "parameter: optimizer.momentum, range: [0.05, 0.9]",
    );
    const record = await ask("continue", file);
    expect(record.results.branches![0]!.proved).toMatchObject([
      { range: [0.05, 0.9], stability: [{ range: [0.05, 0.9], kind: "stable" }] },
    ]);
    const [certificate] = record.results.certificates!;
    expect(await verifyCertificate(sealCertificate(certificate!, record), host)).toMatchObject({ status: "accepted" });
  });
});

test("what cannot be proved is said: families, and numbers that are not of the optimizer", async () => {
  const rest = (parameter: string, range: string) => `optimizer: { type: gd, stepSize: 0.2 }
continue: { period: 1, parameter: ${parameter}, range: ${range}, switchBranches: false, prove: true }`;
  const family = await ask("continue", twoWeights(rest("optimizer.stepSize", "[0.15, 0.25]")));
  expect(family.results.branches![0]!.proved).toEqual([]);
  expect(family.warnings).toContain("branch 1 is not proved: it belongs to a family of orbits");
  const scale = await ask("continue", twoWeights(rest("loss.scale", "[0.4, 0.6]")));
  expect(scale.results.branches![0]!.proved).toBeNull();
  expect(scale.warnings).toContain("no branch is proved: loss.scale is no number of the optimizer");
});
