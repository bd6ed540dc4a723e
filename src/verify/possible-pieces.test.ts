// The realisable activation patterns of one hidden layer are known: with a bias, a unit on m different inputs of R¹ makes
// 2m of the 2^m patterns (cells of m lines through 0 in R²; Cover 1965: 2Σ_{k<d+1} C(m−1, k) in R^d), units choose
// independently, and duplicates and zero inputs add nothing. One-parameter formulas: the toy of Wu, Ma and E has three
// pieces of four, Fig. 1 of Crăciun and Ghoshdastidar three intervals in two pieces.
import { describe, expect, test } from "vitest";
import { toNumber } from "../modular/index.ts";
import { type LayerSpec, networkProblem } from "../network/index.ts";
import { createRng } from "../numeric/index.ts";
import { paperFigure1, wuMaE } from "../problems/index.ts";
import { formulaProblem, type Problem } from "../program/index.ts";
import { certifyPiece, encloseNumber, lossInputs, possiblePieces, selectionKey } from "./index.ts";

function pieces(problem: Problem, limit = 4096) {
  const loss = problem.lossProgram(problem.sampleCount);
  const found = possiblePieces(loss, problem.dimension, lossInputs(problem), limit)!;
  return found && { found, keys: new Set(found.map((x) => selectionKey(loss, x.selections))), loss };
}

function network(layers: readonly LayerSpec[], inputs: readonly number[], width = 1): Problem {
  const sampleCount = inputs.length / width;
  const targets = Float64Array.from({ length: sampleCount }, (_, i) => i % 2);
  return networkProblem(
    { input: [width], layers },
    { type: "mse", scale: 0.5 },
    { inputs: Float64Array.from(inputs), targets, sampleCount },
  );
}

const hidden = (units: number, bias = true): LayerSpec => ({ type: "dense", units, bias, activation: "relu" });
const output: LayerSpec = { type: "dense", units: 1 };

describe("possiblePieces", () => {
  test.each([
    ["one unit, three inputs", [hidden(1), output], [0.3, -0.7, 1], 1, 6],
    ["two units", [hidden(2), output], [0.3, -0.7, 1], 1, 36],
    ["a duplicate adds nothing", [hidden(1), output], [0.3, 0.3, 1], 1, 4],
    ["no bias: one line in R¹", [hidden(1, false), output], [0.3, -0.7, 1], 1, 2],
    ["a zero input without bias makes no choice", [hidden(1, false), output], [0, -0.7, 1], 1, 2],
    ["Cover in R²: 2(1 + 3 + 3) of 16", [hidden(1), output], [1, 0, 0, 1, 0.5, 0.4, -1, -2], 2, 14],
  ] as [string, LayerSpec[], number[], number, number][])("%s", (_, layers, inputs, width, count) => {
    const problem = network(layers, inputs, width);
    const { found, keys, loss } = pieces(problem);
    expect(found).toHaveLength(count);
    expect(keys.size).toBe(count);
    for (const { point, selections } of found) {
      const at = point!.map((x) => encloseNumber(toNumber(x)));
      const certified = certifyPiece(loss, problem.dimension, at, lossInputs(problem));
      if (certified.status === "inside")
        expect(selectionKey(loss, certified.selections)).toBe(selectionKey(loss, selections));
    }
  });

  test("every piece met by random parameters is in the list, also below a second layer", () => {
    const problem = network([hidden(2), hidden(1), output], [0.3, -0.7]);
    const { keys, loss, found } = pieces(problem);
    const rng = createRng(2, "pieces");
    for (let draw = 0; draw < 300; draw++) {
      const at = Array.from({ length: problem.dimension }, () => encloseNumber(2 * rng.normal()));
      const piece = certifyPiece(loss, problem.dimension, at, lossInputs(problem));
      if (piece.status === "inside") expect(keys).toContain(selectionKey(loss, piece.selections));
    }
    // Behind a layer dead on both samples the second layer sees its bias only: two pieces of four.
    expect(found.length).toBe(15 * 4 + 2);
  });

  test("formulas of one parameter, exactly", () => {
    expect(pieces(wuMaE()).found).toHaveLength(3);
    expect(
      pieces(paperFigure1())
        .found.map(({ point }) => Math.abs(toNumber(point![0]!)) <= 2)
        .sort(),
    ).toEqual([false, false, true, true]); // |θ| has a kink at 0 too
    expect(
      pieces(formulaProblem({ parameters: ["x"], samples: ["relu(x^2 - 2)^2 + relu(3 - x^2)"] })).found,
    ).toHaveLength(3);
    expect(pieces(formulaProblem({ parameters: ["x"], samples: ["relu(-1 - x^2)"] })).found).toHaveLength(1);
    expect(
      pieces(formulaProblem({ parameters: ["x", "y"], samples: ["relu(x*y) + tanh(relu(exp(x)))"] })).found,
    ).toHaveLength(4);
  });

  test("more than the limit is no answer", () => {
    expect(pieces(network([hidden(6), output], [0.3, -0.7, 1]), 1000)).toBe(null);
  });
});
