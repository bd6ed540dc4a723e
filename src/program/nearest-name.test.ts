// The hint of an error: few edits (optimal string alignment) bring a hint, many or a wholly different short word none.
import { expect, test } from "vitest";
import { didYouMean, nearestName } from "./nearest-name.ts";

const names = ["relu", "leakyRelu", "gelu", "tanh", "stepSize", "sin", "e"];

test.each([
  ["rleu", "relu"],
  ["Tanh", "tanh"],
  ["leakyrelu", "leakyRelu"],
  ["stepsize", "stepSize"],
  ["stpSiez", "stepSize"],
  ["sine", "sin"],
  ["x", null],
  ["momentum", null],
  ["a".repeat(1e6), null],
])("%s → %s", (word, name) => {
  expect(nearestName(word, names)).toBe(name);
});

test("the hint is the end of a sentence, or nothing", () => {
  expect(didYouMean("rleu", names)).toBe("; did you mean relu?");
  expect(didYouMean("momentum", names)).toBe("");
});
