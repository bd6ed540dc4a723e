import fc from "fast-check";
import { expect, test } from "vitest";
import { asWritten, errorSize, exact, measured, nbsp, percent, rough, span, typographic, whole } from "./numerals.ts";

// A printed number claims what its digits claim: an exact value lies within half a unit of its last place, an interval
// contains what was computed, and no share below 1 reads as 100 % (LOOK, "numbers carry the digits they deserve").

const power = `${nbsp}×${nbsp}10`;

test.each<[number, string]>([
  [-1.80243, "−1.8024"],
  [0.25753283, "0.2575"],
  [0.25, "0.25"],
  [13.33333333, "13.333"],
  [0.0123456, "0.01235"],
  [1.23456e-5, `1.235${power}⁻⁵`],
  [-123456.7, `−1.2346${power}⁵`],
  [1e-6, "10⁻⁶"],
  [0, "0"],
])("exact(%d) is %s", (value, text) => {
  expect(exact(value)).toBe(text);
});

test("two numbers that differ never look equal side by side", () => {
  expect(exact(0.161591, 0.1616)).toBe("0.16159");
  fc.assert(
    fc.property(
      fc.double({ min: 0.01, max: 1e4, noNaN: true }),
      fc.double({ min: 1e-12, max: 0.1, noNaN: true }),
      (a, gap) => {
        const b = a * (1 + gap);
        fc.pre(a !== b);
        expect(exact(a, b)).not.toBe(exact(b, a));
      },
    ),
  );
});

test.each<[number, number, string]>([
  [-0.1252, 0.018, "−0.13"],
  [3.2e-5, 2e-6, `3.2${power}⁻⁵`],
  [-0.004, 0.018, "0.00"],
  [0.258, 0.004, "0.258"],
  [1234.5, 20, "1230"],
  [7.766, 1e-13, "7.766"],
])("%d ± %d is written %s", (value, halfWidth, text) => {
  expect(measured(value, halfWidth)).toBe(text);
});

test("a written value lies within its error of the value, or half a unit of the fourth digit", () => {
  const value = fc.double({ min: -1e4, max: 1e4, noNaN: true }).filter((v) => Math.abs(v) > 1e-6);
  fc.assert(
    fc.property(value, fc.double({ min: 1e-8, max: 1, noNaN: true }), (v, e) => {
      const slack = Math.max(e, Math.abs(v) * 5.001e-4);
      expect(Math.abs(read(measured(v, e)) - v)).toBeLessThanOrEqual(slack);
    }),
  );
});

test("a printed interval contains the computed one", () => {
  expect(span(-0.1434, -0.1073)).toBe("−0.144 to −0.107");
  expect(span(-0.000312, 0.000187)).toBe("−0.00032 to 0.00019");
  const end = fc.double({ min: -1e6, max: 1e6, noNaN: true }).filter((v) => v === 0 || Math.abs(v) > 1e-300);
  fc.assert(
    fc.property(end, end, (a, b) => {
      fc.pre(a !== b);
      const [lo, hi] = a < b ? [a, b] : [b, a];
      const text = span(lo, hi);
      const scale = /\) × 10(.*)$/.exec(text.replaceAll(nbsp, " "));
      const [from, to] = text.replace(/^\(|\).*$/g, "").split(" to ");
      const unit = scale === null ? 1 : read(`10${scale[1]}`);
      expect(read(from!) * unit).toBeLessThanOrEqual(lo + Math.abs(lo) * 1e-12);
      expect(read(to!) * unit).toBeGreaterThanOrEqual(hi - Math.abs(hi) * 1e-12);
    }),
  );
});

test("a share below 1 never reads as 100 %", () => {
  expect(percent(0.8346)).toBe(`83${nbsp}%`);
  expect(percent(0.996)).toBe(`99.6${nbsp}%`);
  expect(percent(0.99999)).toBe(`more than 99.9${nbsp}%`);
  expect(percent(1e-5)).toBe(`less than 1${nbsp}%`);
});

test("texts get true minus signs, powers and nothing else", () => {
  expect(typographic("largest residual 2.3e-12, tolerance 1e-6")).toBe(
    `largest residual 2.3${power}⁻¹², tolerance 10⁻⁶`,
  );
  expect(typographic("smallest |1 - η k_ii| is -0.5")).toBe("smallest |1 − η k_ii| is −0.5");
  expect(typographic("dense 64-16-10, half-width")).toBe("dense 64-16-10, half-width");
  expect(typographic("tolerance 0.000001")).toBe("tolerance 10⁻⁶");
  expect(asWritten(2.5e-6)).toBe(`2.5${power}⁻⁶`);
  expect(asWritten(1e-7)).toBe("10⁻⁷");
  expect(rough(12345)).toBe("12000");
  expect(errorSize(9.99e-7)).toBe("10⁻⁶");
  expect(whole(100_000)).toBe("100\u202f000");
});

/** The number that a text of ours stands for. */
function read(text: string): number {
  const ascii = text
    .replaceAll("−", "-")
    .replaceAll(`${nbsp}×${nbsp}10`, "e")
    .replace(/^(-?)10(?=[⁻⁰¹²³⁴⁵⁶⁷⁸⁹])/, "$11e");
  return Number(
    [...ascii].map((c) => (c === "⁻" ? "-" : "⁰¹²³⁴⁵⁶⁷⁸⁹".includes(c) ? String("⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(c)) : c)).join(""),
  );
}
