import { expect, test } from "vitest";
import * as p from "../../program/index.ts";
import { frameOf, refine, stridesIn } from "./frame.ts";
import { isContiguous, isWhole, ownView, viewThrough } from "./view.ts";

const x = p.input("x", [4, 6], { role: "data" });

// Row-major [4, 6]: element (i, j) is number 6i + j.
test("rearrangements are strides", () => {
  const own = ownView(x);
  expect([own.strides, isWhole(own)]).toEqual([[6, 1], true]);
  const transposed = viewThrough(p.transpose(x, [1, 0]), own)!;
  expect([transposed.strides, isContiguous(transposed)]).toEqual([[1, 6], false]);
  expect(viewThrough(p.slice(x, 1, 2, 3), own)).toMatchObject({ offset: 2, strides: [6, 1] });
  expect(viewThrough(p.broadcast(x, [4, 5, 6], [0, 2]), own)!.strides).toEqual([6, 0, 1]);
});

// [6, 4] with strides [1, 6]: cutting an axis keeps a stride each, joining the two does not.
test("a reshape is a view as long as every axis has one stride", () => {
  const transposed = viewThrough(p.transpose(x, [1, 0]), ownView(x))!;
  const node = p.transpose(x, [1, 0]);
  expect(viewThrough(p.reshape(node, [3, 2, 1, 2, 2]), transposed)!.strides).toEqual([2, 1, 0, 12, 6]);
  expect(viewThrough(p.reshape(node, [24]), transposed)).toBeNull();
  expect(viewThrough(p.reshape(x, [2, 12]), ownView(x))!.strides).toEqual([12, 1]);
});

test("frames are cut until both shapes fit, or not at all", () => {
  expect(refine([6, 4], [3, 8])).toEqual([3, 2, 4]);
  expect(refine([2, 3], [3, 2])).toBeNull();
  expect(frameOf([1, 5, 1])).toEqual([5]);
  expect(stridesIn([3, 2, 4], [6, 1, 4], [40, 7, 1])).toEqual([80, 40, 1]);
});
