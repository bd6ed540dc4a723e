import fc from "fast-check";
import { expect, test } from "vitest";
import { linearAxis, logAxis, symlogAxis } from "./axis.ts";
import type { Box } from "./frame.ts";
import { label, type Obstacles } from "./labels.ts";
import { bandPath, clipSegment, linePath, type Point } from "./marks.ts";
import { textWidth } from "./text-width.ts";

// The toolkit keeps three promises: axes are what they say, a path holds only finite coordinates and is cut (not clamped) where
// the curve leaves the plot, and a label covers nothing when there is room.

const box: Box = { left: 0, top: 0, right: 100, bottom: 100 };

test("a logarithmic axis has equal steps per decade and labels powers of ten", () => {
  const axis = logAxis({ domain: [1e-4, 10], range: [0, 500], count: 6 });
  expect(axis.at(1e-3) - axis.at(1e-4)).toBeCloseTo(axis.at(10) - axis.at(1), 10);
  expect(axis.ticks.filter(({ label }) => label !== "").map(({ label }) => label)).toEqual([
    "10⁻⁴",
    "10⁻³",
    "0.01",
    "0.1",
    "1",
    "10",
  ]);
});

test("a symmetric logarithmic axis is odd and has 0 in it", () => {
  const axis = symlogAxis({ domain: [-1, 1], range: [100, 0], count: 9, constant: 1e-3 });
  expect(axis.at(0)).toBeCloseTo(50, 10);
  expect(axis.at(0.1) + axis.at(-0.1)).toBeCloseTo(100, 10);
  expect(axis.ticks.map(({ label }) => label)).toContain("−0.1");
});

test("tick labels read back as their values", () => {
  fc.assert(
    fc.property(
      fc.double({ min: -50, max: 50, noNaN: true }),
      fc.double({ min: 1e-3, max: 100, noNaN: true }),
      (lo, width) => {
        const { ticks } = linearAxis({ domain: [lo, lo + width], range: [0, 1], count: 6 });
        for (const { value, label } of ticks) expect(Number(label.replace("−", "-"))).toBeCloseTo(value, 9);
      },
    ),
  );
});

test("a pole is cut: the path leaves the plot and comes back as a new piece, no coordinate beyond its own height away", () => {
  const pole = Array.from({ length: 400 }, (_, i): Point => [i / 4, 50 - 10 * Math.log(Math.abs(i / 4 - 50.01))]);
  const withGap = [...pole.slice(0, 200), [Number.NaN, Number.NaN] as const, ...pole.slice(200)];
  const numbers = [...linePath(withGap, box).matchAll(/-?[\d.]+/g)].map(([n]) => Number(n));
  expect(linePath(withGap, box).match(/M/g)).toHaveLength(2);
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(-100);
  expect(Math.max(...numbers)).toBeLessThanOrEqual(200);
});

test("whatever the points, a path holds only finite coordinates", () => {
  const coordinate = fc.oneof(fc.double(), fc.double({ min: -300, max: 300, noNaN: true }));
  fc.assert(
    fc.property(fc.array(fc.tuple(coordinate, coordinate)), (points) => {
      for (const path of [linePath(points, box), bandPath(points, points, box)])
        expect(path).toMatch(/^(?:[MLZ]|-?\d+(?:\.\d+)?| )*$/);
    }),
  );
});

// Liang and Barsky, ACM Transactions on Graphics 3 (1984).
test("a clipped segment lies on the segment and inside the box; what is dropped lies outside", () => {
  const coordinate = fc.double({ min: -300, max: 300, noNaN: true });
  const point = fc.tuple(coordinate, coordinate);
  fc.assert(
    fc.property(point, point, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, t) => {
      const part = clipSegment(a, b, box);
      for (const [x, y] of part ?? []) {
        expect(Math.min(x, y)).toBeGreaterThanOrEqual(-1e-9);
        expect(Math.max(x, y)).toBeLessThanOrEqual(100 + 1e-9);
      }
      const [x, y] = [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
      if (part === undefined) expect(x > 0 && x < 100 && y > 0 && y < 100).toBe(false);
    }),
  );
});

test("labels avoid curves and each other, and stay inside", () => {
  const diagonal: Point[] = [
    [0, 0],
    [400, 200],
  ];
  const obstacles: Obstacles = { curves: [diagonal], boxes: [], bounds: { left: 0, top: 0, right: 400, bottom: 200 } };
  const spots = [
    { x: 100, y: 52, anchor: "start" as const },
    { x: 10, y: 180, anchor: "start" as const },
    { x: 10, y: 150, anchor: "start" as const },
    { x: 380, y: 40, anchor: "start" as const },
  ];
  expect(label(["first"], spots, obstacles, "")!.text).toContain('x="10" y="180"');
  expect(label(["second"], spots, obstacles, "")!.text).toContain('x="10" y="150"');
  expect(label(["far too long to fit"], [spots[3]!], obstacles, "")).toBeNull();
});

test("estimated widths are on the safe side of a common sans (Helvetica metrics: 'gradient descent' is 7.39 em)", () => {
  expect(textWidth("gradient descent", 1)).toBeGreaterThan(7.39);
});
