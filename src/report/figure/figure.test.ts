import { inflateSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { tableOf } from "../../record/index.ts";
import { linearAxis, logAxis, symlogAxis } from "./axis.ts";
import { diverging } from "./colour-scales.ts";
import type { Box } from "./frame.ts";
import { gridOf, zeroLine } from "./grid.ts";
import { label, type Obstacles } from "./labels.ts";
import { bandPath, clipSegment, linePath, type Point, thinned } from "./marks.ts";
import { pngAddress } from "./png.ts";
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

// Where x² + y² = 1 changes sign on a grid, linear interpolation is off by at most h²/8 · |f″| / |f′| = h²/8.
test("the zero line of x² + y² − 1 is one closed line at distance 1 from the origin", () => {
  const ticks = Array.from({ length: 41 }, (_, i) => -2 + 0.1 * i);
  const cells = ticks.flatMap((y) => ticks.map((x) => ({ x, y })));
  const table = tableOf("t.csv", { x: cells.map(({ x }) => x), y: cells.map(({ y }) => y) });
  const axis = linearAxis({ domain: [-2, 2], range: [-2, 2], count: 5 });
  const lines = zeroLine(gridOf(table), { x: axis, y: axis }, (row) => cells[row]!.x ** 2 + cells[row]!.y ** 2 - 1);
  expect(lines).toHaveLength(1);
  expect(lines[0]![0]).toEqual(lines[0]!.at(-1));
  for (const [x, y] of lines[0]!) expect(Math.abs(Math.hypot(x, y) - 1)).toBeLessThan(0.1 ** 2 / 8 + 1e-12);
});

test("a thinned curve keeps the lowest and highest point of every pixel column", () => {
  const points = Array.from({ length: 50_000 }, (_, i): Point => [i / 500, Math.sin(i * i)]);
  const kept = thinned(points);
  expect(kept.length).toBeLessThan(450);
  for (let column = 0; column < 100; column++) {
    const ofColumn = (list: readonly Point[]) => list.filter(([x]) => Math.floor(x) === column).map(([, y]) => y);
    expect(Math.min(...ofColumn(kept))).toBe(Math.min(...ofColumn(points)));
    expect(Math.max(...ofColumn(kept))).toBe(Math.max(...ofColumn(points)));
  }
});

// ISO/IEC 15948: signature, chunks with CRC-32, zlib stream of rows with a filter byte; the checksum of "IEND" is AE 42 60 82.
test("a raster becomes a PNG that decodes to the same bytes", () => {
  const data = Uint8Array.from({ length: 7 * 5 * 3 }, (_, i) => (i * i * 31) % 256);
  const file = Buffer.from(
    pngAddress({ width: 7, height: 5, channels: 3, data }).slice("data:image/png;base64,".length),
    "base64",
  );
  expect(file.subarray(0, 8).toString("hex")).toBe("89504e470d0a1a0a");
  expect(file.subarray(-4).toString("hex")).toBe("ae426082");
  expect([file.readUInt32BE(16), file.readUInt32BE(20)]).toEqual([7, 5]);
  const rows = inflateSync(file.subarray(41, 41 + file.readUInt32BE(33)));
  const decoded = new Uint8Array(data.length);
  for (let y = 0; y < 5; y++) {
    expect(rows[y * 22]).toBe(2);
    for (let i = 0; i < 21; i++)
      decoded[y * 21 + i] = rows[y * 22 + 1 + i]! + (y === 0 ? 0 : decoded[(y - 1) * 21 + i]!);
  }
  expect(decoded).toEqual(data);
});

test("the diverging scale is white exactly at 0, symmetric in strength and clipped", () => {
  expect(diverging(0, 1)).toEqual([255, 255, 255]);
  expect(diverging(-5, 1)).toEqual(diverging(-1, 1));
  expect(diverging(-1, 1)[2]).toBeGreaterThan(diverging(-1, 1)[0]);
  expect(diverging(1, 1)[0]).toBeGreaterThan(diverging(1, 1)[2]);
});

// Advance widths of DejaVu Sans 2.37, as a browser measures them, in em.
test("estimated widths are near those of the widest usual font", () => {
  for (const [text, width] of [
    ["gradient descent", 8.492],
    ["−0.01", 3.0645],
    ["SGD, batch 128", 7.865],
    ["yours, η = 0.15", 7.739],
  ] as const) {
    expect(textWidth(text, 1)).toBeGreaterThan(width);
    expect(textWidth(text, 1)).toBeLessThan(1.15 * width);
  }
});
