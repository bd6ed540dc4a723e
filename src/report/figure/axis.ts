import { scaleLinear, scaleLog, scaleSymlog } from "d3-scale";
import { type Markup, markup } from "../markup.ts";
import { superscript, typographic } from "../numerals.ts";
import { textWidth } from "./text-width.ts";

export interface Tick {
  readonly value: number;
  /** Empty for a tick that only subdivides. */
  readonly label: string;
}

/** A scale from data to pixels with its ticks. `constant` is the linear half-width of a symlog axis. */
export interface Axis {
  readonly kind: "linear" | "log" | "symlog";
  readonly domain: readonly [number, number];
  readonly range: readonly [number, number];
  readonly at: (value: number) => number;
  readonly ticks: readonly Tick[];
  readonly constant: number;
}

interface AxisOptions {
  readonly domain: readonly [number, number];
  readonly range: readonly [number, number];
  /** About how many ticks. */
  readonly count: number;
}

export function linearAxis({ domain, range, count }: AxisOptions): Axis {
  const scale = scaleLinear(domain, range);
  const values = scale.ticks(count);
  const format = scale.tickFormat(count);
  const ticks = values.map((value) => ({ value, label: tidy(format(value)) }));
  return { kind: "linear", domain, range, at: scale, ticks, constant: 1 };
}

/** A true logarithmic axis: a label at powers of ten, at 2 and 5 too when there are few decades. */
export function logAxis({ domain, range, count }: AxisOptions): Axis {
  const scale = scaleLog(domain, range);
  const [first, last] = [Math.ceil(Math.log10(domain[0]) - 1e-9), Math.floor(Math.log10(domain[1]) + 1e-9)];
  const stride = Math.max(1, Math.ceil((last - first + 1) / count));
  const steps = stride === 1 ? [1, 2, 3, 4, 5, 6, 7, 8, 9] : [1];
  const labelled = last - first >= 2 ? [1] : last > first ? [1, 2, 5] : [1, 2, 3, 5, 7];
  const ticks: Tick[] = [];
  for (let power = first - 1; power <= last; power++) {
    for (const step of steps) {
      const value = step * 10 ** power;
      if (value < domain[0] * (1 - 1e-9) || value > domain[1] * (1 + 1e-9)) continue;
      const isLabelled = labelled.includes(step) && (step > 1 || (power - first) % stride === 0);
      ticks.push({ value, label: isLabelled ? powerLabel(step, power) : "" });
    }
  }
  return { kind: "log", domain, range, at: scale, ticks, constant: 1 };
}

/** Linear within ±constant, logarithmic beyond, for a quantity of both signs that spans decades. */
export function symlogAxis(options: AxisOptions & { readonly constant: number }): Axis {
  const { domain, range, count, constant } = options;
  const scale = scaleSymlog(domain, range).constant(constant);
  const top = Math.floor(Math.log10(Math.max(Math.abs(domain[0]), Math.abs(domain[1]))));
  const bottom = Math.ceil(Math.log10(constant));
  const stride = Math.max(1, Math.ceil((2 * (top - bottom) + 3) / count));
  const ticks: Tick[] = [{ value: 0, label: "0" }];
  for (let power = top; power >= bottom; power -= stride) {
    for (const sign of [-1, 1]) {
      const value = sign * 10 ** power;
      if (value < domain[0] || value > domain[1]) continue;
      ticks.push({ value, label: `${sign < 0 ? "−" : ""}${powerLabel(1, power)}` });
    }
  }
  return { kind: "symlog", domain, range, at: scale, ticks, constant };
}

/**
 * Ticks and labels under a horizontal axis at height `y`, its title behind the last label or, when narrow, below. A label that would
 * stick out of a figure of this `width` is left away.
 */
export function horizontalAxis(
  axis: Axis,
  options: {
    readonly y: number;
    readonly marksAt?: number;
    readonly title: string;
    readonly titleBelow: boolean;
    readonly width: number;
  },
): Markup {
  const { y, marksAt = y, title, titleBelow, width } = options;
  const end = axis.range[1];
  const marks = axis.ticks.map(
    ({ value, label }) => markup`<path class="tick" d="M${axis.at(value)} ${marksAt}v${label === "" ? 3 : 5}"/>`,
  );
  const labels = axis.ticks
    .filter(({ value, label }) => label !== "" && fits(axis.at(value), label, width))
    .map(({ value, label }) => markup`<text class="muted middle" x="${axis.at(value)}" y="${y + 19}">${label}</text>`);
  const last = axis.ticks.findLast(({ label }) => label !== "");
  const labelEnd = last === undefined ? 0 : axis.at(last.value) + textWidth(last.label) / 2;
  const place = titleBelow
    ? markup`<text class="muted end" x="${end}" y="${y + 37}">${title}</text>`
    : markup`<text class="muted" x="${Math.max(end, labelEnd) + 8}" y="${y + 19}">${title}</text>`;
  return markup`<g class="x-axis">${marks}${labels}</g>${place}`;
}

/** Hairlines and labels left of a vertical axis, its title above the plot's corner. */
export function verticalAxis(
  axis: Axis,
  options: { readonly left: number; readonly right: number; readonly title: string; readonly titleY: number },
): Markup {
  const { left, right, title, titleY } = options;
  const lines = axis.ticks
    .filter(({ label }) => label !== "")
    .map(
      ({ value }) =>
        markup`<path class="${value === 0 && axis.kind !== "log" ? "zero" : "grid"}" d="M${left} ${axis.at(value)}H${right}"/>`,
    );
  const labels = axis.ticks
    .filter(({ label }) => label !== "")
    .map(
      ({ value, label }) => markup`<text class="muted end" x="${left - 8}" y="${axis.at(value) + 4.5}">${label}</text>`,
    );
  return markup`<g class="y-axis">${lines}${labels}</g><text class="muted" x="0" y="${titleY}">${title}</text>`;
}

/** Where a plot may begin so that the labels of its vertical axis fit left of it. */
export function roomForLabels(axis: Axis): number {
  return Math.max(30, 11 + Math.max(...axis.ticks.map(({ label }) => textWidth(label))));
}

function fits(x: number, label: string, width: number): boolean {
  const half = textWidth(label) / 2;
  return x - half >= 0 && x + half <= width;
}

function powerLabel(step: number, power: number): string {
  if (power >= -2 && power <= 3) return String(Number((step * 10 ** power).toPrecision(1)));
  return step === 1 ? `10${superscript(power)}` : `${step}·10${superscript(power)}`;
}

/** d3's tick labels in our numerals: 0.0 is 0, and 1.0 beside 0.5 stays 1.0. */
function tidy(label: string): string {
  return /^[−-]?0(\.0+)?$/.test(label) ? "0" : typographic(label.replace("−", "-").replaceAll(",", ""));
}
