/** Between a number and its unit: a space that never breaks. */
export const nbsp = "\u00a0";

/** The user's own number, as written: the shortest decimal of the double, with true minus, and powers of ten below 10⁻⁴. */
export function asWritten(value: number): string {
  const isSmall = value !== 0 && Math.abs(value) < 1e-4;
  return typographic(isSmall ? value.toExponential() : String(value));
}

/**
 * A number known to working precision: five significant digits from 1 on, four decimals between 0.1 and 1, four significant
 * digits below, powers of ten outside [10⁻³, 10⁵). Zeros at the end are dropped only where the number ends there.
 * `apart` is a number that must not look equal: digits are added until the two differ.
 */
export function exact(value: number, apart?: number): string {
  if (value === 0) return "0";
  for (let digits = significantDigits(value); digits < 17; digits++) {
    const shown = significant(value, digits);
    if (apart === undefined || apart === value || shown !== significant(apart, digits)) return shown;
  }
  return asWritten(value);
}

/** `value` with the digits that an error of ± `halfWidth` leaves: the last one is of the error's own size. */
export function measured(value: number, halfWidth: number): string {
  if (!(halfWidth > 0)) return exact(value);
  const digits = Math.floor(log10(value)) - Math.floor(log10(halfWidth)) + 1;
  if (digits >= significantDigits(value)) return exact(value);
  if (digits < 1) return fixed(value, Math.min(4, decimalsOf(halfWidth, 1)));
  const needsPower = magnitudeNeedsPower(value) || halfWidth >= 10;
  return needsPower ? significant(value, digits) : fixed(value, decimalsOf(halfWidth, 1));
}

/** An error: two significant digits, rounded up. */
export function errorSize(halfWidth: number): string {
  if (halfWidth === 0) return "0";
  const digits = decimalsOf(halfWidth, 2);
  if (!magnitudeNeedsPower(halfWidth)) return fixed(outward(halfWidth, digits, 1), digits);
  const up = outward(halfWidth / 10 ** Math.floor(log10(halfWidth)), 1, 1);
  return significant(up * 10 ** Math.floor(log10(halfWidth)), 2);
}

/**
 * "−0.144 to −0.107": what both ends share and two digits more, never beyond the eighth digit of the larger end, and rounded
 * outward, so that what is printed contains what was computed. The one way in which an interval is written.
 */
export function span(lo: number, hi: number): string {
  if (lo === hi) return exact(lo);
  const largest = Math.max(Math.abs(lo), Math.abs(hi));
  const power = largest < 1e-4 || largest >= 1e5 ? Math.floor(log10(largest)) : 0;
  const unit = 10 ** power;
  const decimals = Math.min(decimalsOf((hi - lo) / 2 / unit, 2), decimalsOf(largest / unit, mostDigits));
  const ends = [outward(lo, decimals, -1, power), outward(hi, decimals, 1, power)]
    .map((end) => (end === 0 ? "0" : fixed(end, decimals)))
    .join(" to ");
  return power === 0 ? ends : `(${ends})${nbsp}×${nbsp}10${superscript(power)}`;
}

/** Of the larger end of an interval that is narrower than this shows. */
const mostDigits = 8;

/** A share below 1 in whole percent, rounded down; from 99 % on with one decimal, so 100 % is never claimed for less. */
export function percent(share: number): string {
  const per = share * 100;
  if (per < 1) return `less than 1${nbsp}%`;
  if (per < 99 || per >= 100) return `${Math.floor(per + 1e-9)}${nbsp}%`;
  return per >= 99.9 ? `more than 99.9${nbsp}%` : `${(Math.floor(per * 10) / 10).toFixed(1)}${nbsp}%`;
}

/** "0.2834 to 0.3501": a range for which something is proved, so rounded inward: five digits of its larger end, more where it is short. */
export function within(lo: number, hi: number): string {
  const size = Math.max(Math.abs(lo), Math.abs(hi));
  const decimals = Math.min(12, Math.max(decimalsOf(size, 5), decimalsOf((hi - lo) / 2, 2)));
  return `${typographic(String(outward(lo, decimals, 1)))} to ${typographic(String(outward(hi, decimals, -1)))}`;
}

/** A magnitude that is claimed as a lower bound: two significant digits, rounded down. */
export function atLeast(value: number): string {
  const power = Math.floor(log10(value));
  return value > 0 ? significant(Number(`${outward(value, 1, -1, power)}e${power}`), 2) : "0";
}

/** A magnitude in passing, such as a residual or a gradient norm: two significant digits. */
export function rough(value: number): string {
  return value === 0 ? "0" : significant(value, 2);
}

/** The end of a range that someone chose: four significant digits, without the noise of a computed grid. */
export function chosen(value: number): string {
  return asWritten(Number(value.toPrecision(4)));
}

/** Whole numbers with thin spaces between groups of three, from five digits on. */
export function whole(count: number): string {
  const digits = String(count);
  return digits.length < 5 ? digits : digits.replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

/** Small numbers as words, as prose has them. */
export function inWords(count: number): string {
  return ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"][count] ?? whole(count);
}

/**
 * Machine notation inside a text in our own: "-3.1e-4" becomes "−3.1 × 10⁻⁴", 0.000001 becomes 10⁻⁶, hyphens before digits become
 * minus signs.
 */
export function typographic(text: string): string {
  return text
    .replace(/(?<![\d.])0\.0{4,}\d+(?![\de])/g, (decimal) => Number(decimal).toExponential())
    .replace(
      /(\d)[eE]([+-]?\d+)\b/g,
      (_, mantissa, power) => `${mantissa}${nbsp}×${nbsp}10${superscript(Number(power))}`,
    )
    .replace(/(?<![\w.)])1\u00a0×\u00a010/g, "10")
    .replace(/(?<=^|[\s([=<>≤≥≈|/])-(?=[\d.∞])/g, "−")
    .replaceAll(" - ", " − ");
}

/** ⁻¹² for −12. */
export function superscript(power: number): string {
  return [...String(power)].map((c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(c)])).join("");
}

function significant(value: number, digits: number): string {
  const rounded = Number(value.toPrecision(digits));
  if (magnitudeNeedsPower(rounded)) {
    const [mantissa = "", power = ""] = value.toExponential(digits - 1).split("e");
    const shown = rounded === value ? String(Number(mantissa)) : mantissa;
    return `${typographic(shown)}${nbsp}×${nbsp}10${superscript(Number(power))}`.replace(/^(−?)1\u00a0×\u00a0/, "$1");
  }
  const decimals = digits - 1 - Math.floor(log10(rounded));
  return rounded === value || decimals < 0 ? asWritten(rounded) : fixed(value, decimals);
}

function significantDigits(value: number): number {
  return Math.abs(value) >= 1 ? 5 : 4;
}

function fixed(value: number, decimals: number): string {
  const shown = value.toFixed(Math.min(decimals, 20));
  return typographic(/^-0\.?0*$/.test(shown) ? shown.slice(1) : shown);
}

/** Decimals that show `digits` significant digits of `size`. */
function decimalsOf(size: number, digits: number): number {
  return Math.max(0, digits - 1 - Math.floor(log10(size)));
}

/** The nearest decimal d with so many places for which d·10^power lies on the far side of `value`. */
function outward(value: number, decimals: number, side: -1 | 1, power = 0): number {
  const near = (value / 10 ** power).toFixed(decimals);
  const isBeyond = side * Number(`${near}e${power}`) >= side * value;
  return isBeyond ? Number(near) : Number((Number(near) + side * 10 ** -decimals).toFixed(decimals));
}

function magnitudeNeedsPower(value: number): boolean {
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e5);
}

function log10(value: number): number {
  const size = Math.abs(value);
  const guess = Math.floor(Math.log10(size));
  return size >= Number(`1e${guess + 1}`) ? guess + 1 : size < Number(`1e${guess}`) ? guess - 1 : Math.log10(size);
}
