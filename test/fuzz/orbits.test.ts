// No proof of an orbit that is not there: claims about maps whose orbits are known in closed form, true and false ones.
// `npm run fuzz:orbits` is the long run.
import { expect, test } from "vitest";
import { fuzzOrbits } from "./orbit-fuzz.ts";

test("among 300 claims no false one is proved, and true ones in narrow boxes are", () => {
  const { failures, fair, fairProved, proved, complete } = fuzzOrbits(300, 20261124);
  expect(failures).toEqual([]);
  expect(proved).toBeGreaterThan(30);
  expect(fair).toBeGreaterThan(10);
  expect(fairProved).toBe(fair);
  expect(complete).toBeGreaterThan(5);
});
