// ∫₀^D s = 0 for the sharpness dimension D of the step function s: the two tinted areas of the figure are equal in pixels too.
import { expect, test } from "vitest";
import { lyapunov } from "../../../test/fixtures/records/dynamics.ts";
import { type Interval, type RunRecord, tableOf } from "../../record/index.ts";
import { renderHtml } from "../index.ts";
import { sharpnessFigure } from "./sharpness-figure.ts";

function recordOf(orders: readonly number[], dimension: number, interval: Interval | null): RunRecord {
  const record = lyapunov(100);
  const half = orders.map(() => 0.05);
  const ends = interval && { lo: orders.map((s, k) => s - half[k]!), hi: orders.map((s, k) => s + half[k]!) };
  return {
    ...record,
    results: {
      ...record.results,
      measures: [
        { name: "Kaplan–Yorke dimension", value: 1.2, confidence95: null },
        { name: "sharpness dimension, a lower estimate, |s_k| ≤ 10⁻⁸ taken for 0", value: 0, confidence95: null },
        { name: "sharpness dimension, a lower estimate", value: dimension, confidence95: interval },
      ],
      sharpnessOrders: tableOf("data/sharpness-orders.csv", {
        ...{ order: orders.map((_, k) => k + 1), sharpness: orders },
        ...ends,
      }),
    },
  };
}

const drawn = (record: RunRecord, size: "wide" | "narrow" = "wide") => sharpnessFigure(record)!.draw(size).text;

/** The area of a closed path of ours, by the shoelace formula. */
function areaOf(svg: string, name: string): number {
  const path = new RegExp(`class="${name}" id="[^"]*" d="M([^"]*)Z"`).exec(svg)![1]!;
  const points = path.split("L").map((pair) => pair.split(" ").map(Number) as [number, number]);
  const twice = points.reduce((sum, [x, y], i) => {
    const [nx, ny] = points[(i + 1) % points.length]!;
    return sum + x * ny - nx * y;
  }, 0);
  return Math.abs(twice) / 2;
}

test.each([
  { orders: [0.5, 0.2, -0.4, -1], dimension: 3.3 },
  { orders: [1, -0.25, -0.5, -2], dimension: 3.125 },
  { orders: [0.3, 0.3, -0.6, -0.6], dimension: 3 },
])("what expands and what contracts weigh the same up to $dimension", ({ orders, dimension }) => {
  for (const size of ["wide", "narrow"] as const) {
    const svg = drawn(recordOf(orders, dimension, null), size);
    const [above, below] = [areaOf(svg, "unstable-tint"), areaOf(svg, "stable-tint")];
    expect(above).toBeGreaterThan(500);
    expect(Math.abs(above - below)).toBeLessThan(0.01 * above); // coordinates are rounded to hundredths of a pixel
  }
});

test("the dimension stands in the figure with its interval; bands and their words only where there are probes", () => {
  const without = recordOf([0.5, 0.2, -0.4, -1], 3.3, null);
  expect(drawn(without)).toContain(">3.3<");
  expect(drawn(without)).not.toContain('class="band"');
  expect(sharpnessFigure(without)!.caption).not.toContain("probes");
  const probed = recordOf([0.5, 0.2, -0.4, -1], 3.3, [3.04, 3.56]);
  expect(drawn(probed)).toContain("3.3 (3.04 to 3.56)");
  expect(drawn(probed).match(/class="band"/g)).toHaveLength(2);
  expect(sharpnessFigure(probed)!.caption).toContain("spread of the random probes");
  expect(renderHtml(probed)).toContain("Sharpness of every order");
});

test("a few orders far out leave the plot and are counted, not clamped", () => {
  const orders = [9, ...new Array<number>(98).fill(0.01), -4];
  expect(sharpnessFigure(recordOf(orders, 100, null))!.caption).toContain(
    "Two orders lie beyond the plot; the largest is 9.",
  );
});

test("no figure without orders", () => {
  expect(sharpnessFigure(lyapunov(100))).toBeNull();
});
