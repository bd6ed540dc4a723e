/**
 * How the page's script writes numbers: `show` with a given count of digits, `span` by the rule of `numerals.ts` (the test holds them
 * together). Plain ECMAScript that runs in the reader's browser, so it is text here.
 */
export const numeralsScript = `
  const order = (v) => Number(v.toExponential().split("e")[1]);
  const power10 = (p) => " × 10" + [...String(p)].map((c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c])).join("");
  const show = (v, digits) => {
    if (v === null) return "−∞ or unknown";
    const a = Math.abs(v);
    const [m, p] = v.toExponential(digits - 1).split("e");
    if (a !== 0 && (a < 1e-3 || a >= 1e5)) return (m + power10(+p)).replace("-", "−");
    return String(Number(v.toPrecision(digits))).replace("-", "−");
  };
  const span = (lo, hi) => {
    const largest = Math.max(Math.abs(lo), Math.abs(hi));
    const power = largest < 1e-4 || largest >= 1e5 ? order(largest) : 0;
    const decimals = Math.max(0, power + Math.min(1 - order((hi - lo) / 2), 7 - order(largest)));
    const end = (v, side) => {
      const near = (v / 10 ** power).toFixed(decimals);
      const isBeyond = side * Number(near + "e" + power) >= side * v;
      const text = isBeyond ? near : (Number(near) + side * 10 ** -decimals).toFixed(decimals);
      return Number(text) === 0 ? "0" : text.replace("-", "−");
    };
    const ends = end(lo, -1) + " to " + end(hi, 1);
    return power === 0 ? ends : "(" + ends + ")" + power10(power);
  };
`;
