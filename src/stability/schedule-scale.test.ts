// The factors by which a schedule may be multiplied: for one step size c·η they are the stable step sizes of THEORY §3
// divided by η; for several, the exponents of the composition must change sign exactly at the ends that are given.
import { expect, test } from "vitest";
import { createRng, matrix } from "../numeric/index.ts";
import { batchLaw } from "../sampling/index.ts";
import { composedMoment } from "./composed-moment.ts";
import { meanSquare } from "./mean-square.ts";
import { factorNoise } from "./moment-step.ts";
import { mu } from "./mu.ts";
import { type PreparedProblem, prepare } from "./prepared-problem.ts";
import { ruleLambda } from "./rule-lambda.ts";
import { scheduleScale } from "./schedule-scale.ts";
import { stableStepSizes } from "./stable-step-sizes.ts";
import { randomFactor } from "./test-support/dense-steps.ts";

const rng = createRng(2, "schedule scale");

function scalesOf(problem: PreparedProblem, stepSizes: readonly number[]) {
  const { secondMoment } = problem.law;
  const blocks = problem.blocks.map(({ samples, eigenvalues }) => factorNoise(samples, eigenvalues, secondMoment!));
  return { blocks, ...scheduleScale(problem, { of: meanSquare(problem)!, blocks }, stepSizes) };
}

test("one step size: the stable step sizes, divided by it", () => {
  const line = prepare({
    factor: matrix(2, 1, Float64Array.of(1, 2)),
    law: batchLaw({ size: 1, sampleCount: 2 }),
    rng,
  });
  const sets = stableStepSizes(line, { count: 10 });
  const scales = scalesOf(line, [0.2]);
  expect(scales.gd[0]![1] * 0.2).toBeCloseTo(sets.gd[0]![1], 13);
  expect(scales.meanSquare![0]![1] * 0.2).toBeCloseTo(sets.meanSquare![0]![1], 9);
  expect(scales.sgd!.flat().map((c) => c * 0.2)).toEqual(sets.sgd.flat().map((eta) => expect.closeTo(eta, 13)));
});

test("several step sizes: the exponents of the composition vanish at every end", () => {
  const stepSizes = [0.05, 0.3, 0.1];
  const times = (c: number) => stepSizes.map((eta) => c * eta);
  const line = prepare({
    factor: matrix(2, 1, Float64Array.of(1, 2)),
    law: batchLaw({ size: 1, sampleCount: 2 }),
    rng,
  });
  const plane = prepare({ factor: randomFactor(6, 3, rng), law: batchLaw({ size: 2, sampleCount: 6 }), rng });
  for (const problem of [line, plane]) {
    const { gd, meanSquare: second, sgd, blocks } = scalesOf(problem, stepSizes);
    for (const end of gd.flat().filter((c) => c > 0)) {
      const at = (c: number) => mu(problem.eigenvalues, { type: "gd" }, times(c)).value!;
      expect(at(end * (1 - 1e-6)) * at(end * (1 + 1e-6))).toBeLessThan(0);
    }
    const moment = (c: number) => composedMoment(blocks, { type: "gd" }, times(c))!.exponent;
    const edge = second![0]![1];
    expect([Math.sign(moment(edge * (1 - 1e-6))), Math.sign(moment(edge * (1 + 1e-6)))]).toEqual([-1, 1]);
    expect(edge).toBeLessThanOrEqual(gd[0]![1]);
    for (const end of sgd?.flat().filter((c) => c > 0) ?? []) {
      const at = (c: number) => ruleLambda(problem, { type: "gd" }, times(c)).value;
      expect(at(end * (1 - 1e-6)) * at(end * (1 + 1e-6))).toBeLessThan(0);
    }
  }
  expect(scalesOf(plane, stepSizes).sgd).toBeNull(); // only simulated: no closed form of the set
});
