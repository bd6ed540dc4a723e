import { describe, expect, test } from "vitest";
import { quicker } from "./quicker.ts";

// Two ways of doing the same work, on a clock of our own: n runs take at least n times the quicker way, and no more
// than a few tries of the other and a fifteenth above it, whichever way is quicker and when that changes.

function clock() {
  let time = 0;
  const did = [0, 0];
  const way = (i: number, milliseconds: number) => () => {
    did[i]!++;
    time += milliseconds;
  };
  return { now: () => time, did, way };
}

describe.each([
  [1, 3],
  [3, 1],
  [1, 100],
  [100, 1],
])("ways of %d and %d ms", (shared, alone) => {
  test("a thousand runs are a fifteenth slower than the quicker way at most, but for the first tries", () => {
    const { now, way } = clock();
    const run = quicker(now);
    for (let i = 0; i < 1000; i++) run(way(0, shared), way(1, alone));
    expect(now()).toBeLessThanOrEqual(15 * (shared + alone) + (1 + 1 / 15) * 1000 * Math.min(shared, alone));
  });

  test("the way is changed within some dozen times the slower one when the machine changes", () => {
    const { now, way, did } = clock();
    const run = quicker(now);
    for (let i = 0; i < 300; i++) run(way(0, shared), way(1, alone));
    const changed = now();
    while (now() - changed < 70 * Math.max(shared, alone)) run(way(0, alone), way(1, shared));
    const quick = shared < alone ? 1 : 0;
    const before = did.slice();
    for (let i = 0; i < 30; i++) run(way(0, alone), way(1, shared));
    expect(did[quick]! - before[quick]!).toBeGreaterThanOrEqual(27);
  });
});

test("the first run is shared", () => {
  const { now, way, did } = clock();
  quicker(now)(way(0, 5), way(1, 1));
  expect(did).toEqual([1, 0]);
});

// A thread that slept needs time to come; that must not count against sharing.
test("the first run after a change of way may be slow", () => {
  const { now, way, did } = clock();
  const run = quicker(now);
  let last = 1;
  for (let i = 0; i < 200; i++) {
    const alone = way(1, i < 4 ? 40 : 6);
    run(
      () => {
        way(0, i < 4 ? 40 : last === 1 ? 8 : 4)();
        last = 0;
      },
      () => {
        alone();
        last = 1;
      },
    );
  }
  expect(did[0]).toBeGreaterThan(150);
});
