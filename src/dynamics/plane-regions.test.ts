// Regions of a plane by bits: a circle and a line, whose curves are known in closed form. Crossings must lie on them to
// rounding (not to the width of a pixel), and the areas must approach πr² and half the square.
import { expect, test } from "vitest";
import { planeRegions } from "./index.ts";

const axis = (count: number) => Float64Array.from({ length: count }, (_, i) => -1 + (2 * i) / (count - 1));

test("a circle and a line: four regions, edges exact", () => {
  const radius = 0.7;
  const found = planeRegions(
    (x, y, out) => {
      out[0] = Number(x * x + y * y < radius * radius);
      out[1] = Number(y > 0.3 * x + 0.05);
    },
    2,
    axis(81),
    axis(81),
  );
  expect(found.sizes).toHaveLength(4);
  expect(found.sizes.reduce((a, b) => a + b)).toBe(81 * 81);
  found.edges.forEach(([x1, y1, x2, y2], e) => {
    for (const [x, y] of [
      [x1, y1],
      [x2, y2],
    ]) {
      const off = found.edgeBits[e] === 0 ? Math.hypot(x, y) - radius : y - 0.3 * x - 0.05;
      expect(Math.abs(off)).toBeLessThan(1e-14);
    }
  });
  // The length of the polygon through exact points of the circle falls short of 2πr by the sagitta only.
  const length = found.edges
    .filter((_, e) => found.edgeBits[e] === 0)
    .reduce((sum, [x1, y1, x2, y2]) => sum + Math.hypot(x2 - x1, y2 - y1), 0);
  expect(length).toBeLessThan(2 * Math.PI * radius);
  expect(length).toBeGreaterThan(2 * Math.PI * radius * 0.9995);
});

test("one region has no edges; a saddle joins its four crossings without crossing", () => {
  expect(planeRegions((_x, _y, out) => out.fill(1), 3, axis(5), axis(4))).toMatchObject({ edges: [], sizes: [20] });
  const saddle = planeRegions(
    (x, y, out) => {
      out[0] = Number((x - 0.01) * (y - 0.02) > 0);
    },
    1,
    axis(4),
    axis(4),
  );
  expect(saddle.sizes).toHaveLength(2);
  expect(saddle.edges.length).toBe(6);
});
