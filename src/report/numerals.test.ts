import fc from "fast-check";
import { expect, test } from "vitest";
import { forReadout } from "./figures/columns.ts";
import {
  asWritten,
  atLeast,
  errorSize,
  exact,
  measured,
  nbsp,
  percent,
  rough,
  span,
  typographic,
  whole,
} from "./numerals.ts";
import { numeralsScript } from "./page/numerals-script.ts";

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

test.each<[number, number, string]>([
  [-0.1434, -0.1073, "−0.144 to −0.107"],
  [-0.000312, 0.000187, "−0.00032 to 0.00019"],
  [173.66563145999504, 173.66563146000013, "173.66563 to 173.66564"], // narrower than anyone reads
  [0.1, 0.1 + 2 ** -56, "0.10000000 to 0.10000001"],
  [0.99999, 1.00001, "0.999990 to 1.000010"],
  [-6.73e-10, -6.48e-10, `(−6.73 to −6.48)${power}⁻¹⁰`],
  [0.35, 0.35, "0.35"],
])("the interval from %d to %d is written %s, on paper and by the page", (lo, hi, text) => {
  expect(span(lo, hi)).toBe(text);
  if (lo < hi) expect(onPage(lo, hi)).toBe(text.replaceAll(nbsp, " "));
});

test("a printed interval contains the computed one, with two digits of its width and no more than eight in all", () => {
  const end = fc.double({ min: -1e6, max: 1e6, noNaN: true }).filter((v) => v === 0 || Math.abs(v) > 1e-300);
  const wide = fc.tuple(end, end);
  const narrow = fc.tuple(end, fc.double({ min: 1e-16, max: 1e-3, noNaN: true })).map(([a, r]) => [a, a * (1 + r)]);
  fc.assert(
    fc.property(fc.oneof(wide, narrow), (ends) => {
      const [lo, hi] = ends.toSorted((a, b) => a - b) as [number, number];
      fc.pre(lo < hi);
      for (const text of [span(lo, hi), onPage(lo, hi)]) {
        const [from, to] = endsOf(text);
        expect(from).toBeLessThanOrEqual(lo);
        expect(to).toBeGreaterThanOrEqual(hi);
        const largest = Math.max(Math.abs(lo), Math.abs(hi));
        expect(to - from).toBeLessThanOrEqual((hi - lo) * 1.2 + largest * 2.1e-7);
        expect(
          Math.max(...text.split(" to ").map((s) => /\d[\d.]*/.exec(s)![0].replace(/\D|^0\.0*/g, "").length)),
        ).toBeLessThanOrEqual(9);
      }
    }),
    { numRuns: 2000 },
  );
});

test("a lower bound never reads as more", () => {
  expect([0.01099, 0.0042, 3.19e-7, 12.99].map(atLeast)).toEqual(["0.01", "0.0042", `3.1${power}⁻⁷`, "12"]);
});

test("the ends of an interval that the page reads are rounded outward", () => {
  fc.assert(
    fc.property(fc.double({ min: -1e9, max: 1e9, noNaN: true }), (v) => {
      expect(forReadout([v], -1)[0]).toBeLessThanOrEqual(v);
      expect(forReadout([v], 1)[0]).toBeGreaterThanOrEqual(v);
      expect(forReadout([v])[0]).toBe(Number(v.toPrecision(6)));
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

/** `span` of the page's script. */
const onPage = new Function(`${numeralsScript}; return span;`)() as (lo: number, hi: number) => string;

/** The two numbers of a written interval. */
function endsOf(text: string): readonly [number, number] {
  const unit = /\) × (10.*)$/.exec(text.replaceAll(nbsp, " "))?.[1] ?? "";
  const ends = text.replace(/^\(|\).*$/g, "").split(" to ");
  const [from, to] = ends.map((end) => read(unit === "" ? end : `${end}${nbsp}×${nbsp}${unit}`));
  return [from!, to!];
}

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
