// The learning rates of other conventions. A loss c times ours has gradients c times ours, so it tolerates 1/c of the step
// size: ours is κ‖f − y‖² averaged; a sum over m samples is m times an average, a sum over a batch of b is b times.
import { expect, test } from "vitest";
import { lrConversions } from "./lr.ts";

const sets = {
  gd: [[0, 0.3]],
  meanSquare: [[0, 0.1]],
  sgd: [[0, 0.2]],
  scanned: null,
  resolution: null,
  sgdError: null,
  complete: true,
} as const;

test("a sum over all samples knows gradient descent, a sum over the batch SGD", () => {
  const rows = lrConversions({ type: "mse", scale: 0.5 }, 3, { samples: 10, batch: 4 }, 0.15, sets);
  const of = (convention: string) => rows.find((row) => row.convention === convention)!;
  expect(of("torch MSELoss")).toMatchObject({ factor: 1.5, gd: 0.44999999999999996, sgd: 0.30000000000000004 });
  expect(of("squared errors, sum over all samples")).toMatchObject({
    factor: 0.05,
    gd: 0.015,
    meanSquare: null,
    sgd: null,
  });
  expect(of("squared errors, sum over the batch")).toMatchObject({
    factor: 0.125,
    gd: null,
    meanSquare: 0.0125,
    sgd: 0.025,
  });
});

test("cross-entropy: torch's mean is ours", () => {
  const rows = lrConversions({ type: "crossEntropy", labelSmoothing: 0 }, 3, { samples: 10, batch: 4 }, 0.15, sets);
  expect(rows.map(({ factor }) => factor)).toEqual([1, 0.1, 0.25]);
});
