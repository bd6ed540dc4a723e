import type { RunRecord, SpectrumResult } from "../../record/index.ts";
import { type Axis, horizontalAxis, logAxis } from "../figure/axis.ts";
import { type Box, canvas, type Figure, type FigureWidth, figureWidths } from "../figure/frame.ts";
import { label, type Obstacles } from "../figure/labels.ts";
import { dots, type Point } from "../figure/marks.ts";
import { textWidth } from "../figure/text-width.ts";
import { type Markup, markup } from "../markup.ts";
import { asWritten, exact, inWords, measured, percent, whole } from "../numerals.ts";
import { firstInterval } from "../words/room.ts";
import { isPlainDescent, ruleName, upperFirst } from "../words/subject.ts";

/** The positive eigenvalues on a logarithmic line, against the curvature at which the user's step size becomes too large. */
export function spectrumFigure(record: RunRecord): Figure | null {
  const { spectrum } = record.results;
  if (spectrum === null) return null;
  const positive = positives(spectrum);
  if (positive.length === 0) return null;
  return {
    name: "spectrum",
    title: spectrum.operator === "hessian" ? "Curvature against the step size" : "Spectrum of the tangent kernel",
    caption: caption(record, spectrum, positive),
    draw: (width) => draw(record, spectrum, positive, width),
    readout: null,
  };
}

/** The largest curvature that the user's rule tolerates at the user's step size: 2/η for gradient descent. */
export function curvatureLimit(record: RunRecord): number | null {
  const { stepSize, optimizer } = record.conventions;
  if (isPlainDescent(optimizer)) return 2 / stepSize;
  const sharpness = record.results.curvature?.sharpness ?? null;
  const first = firstInterval(record.results.stableStepSizes?.gd ?? null);
  return sharpness === null || first === undefined ? null : (sharpness * first[1]) / stepSize;
}

function draw(record: RunRecord, spectrum: SpectrumResult, positive: readonly number[], size: FigureWidth): Markup {
  const width = figureWidths[size];
  const narrow = size !== "wide";
  const limit = spectrum.operator === "hessian" ? curvatureLimit(record) : null;
  const title = spectrum.operator === "hessian" ? "Hessian eigenvalue" : "kernel eigenvalue";
  const room: Box = { left: 1, top: 28, right: narrow ? width - 1 : width - 12 - textWidth(title), bottom: 128 };
  const axis = axisOf(positive, limit, room, narrow);
  const piled = stack(positive, axis, room);
  const spare = Math.max(0, Math.min(52, Math.min(...piled.points.map(([, y]) => y)) - room.top - 28));
  const plot: Box = { ...room, bottom: room.bottom - spare };
  const stacks: Stacks = { ...piled, points: piled.points.map(([x, y]) => [x, y - spare] as const) };
  const isTooSharp = ([x]: Point) => limit !== null && x > axis.at(limit);
  const obstacles: Obstacles = {
    curves: [],
    boxes: stacks.points.map(([x, y]) => boxAround(x, y, stacks.radius + 1)),
    bounds: { ...plot, top: 0, right: width },
  };
  return canvas(
    {
      id: `spectrum-${size}`,
      width,
      height: plot.bottom + (narrow ? 44 : 26),
      title: "Eigenvalues against the curvature that the step size tolerates",
      description: caption(record, spectrum, positive),
    },
    limit === null ? null : limitMarks(record, axis, plot, limit, obstacles),
    markup`<path class="zero" d="M${plot.left} ${plot.bottom}H${plot.right}"/>`,
    markup`<path class="inkfill" d="${dots(
      stacks.points.filter((p) => !isTooSharp(p)),
      stacks.radius,
    )}"/>`,
    markup`<path class="unstable" d="${dots(stacks.points.filter(isTooSharp), stacks.radius)}"/>`,
    sharpnessLabel(record, spectrum, positive, axis, stacks, obstacles),
    horizontalAxis(axis, { y: plot.bottom, title, titleBelow: narrow, width }),
  );
}

/** Eigenvalues that are not zero up to rounding, largest first. */
function positives({ eigenvalues }: SpectrumResult): readonly number[] {
  const largest = eigenvalues.reduce((a, b) => Math.max(a, b), 0);
  return eigenvalues.filter((value) => value > 1e-12 * largest).toSorted((a, b) => b - a);
}

function axisOf(positive: readonly number[], limit: number | null, plot: Box, narrow: boolean): Axis {
  const largest = Math.max(positive[0]!, limit ?? 0);
  const smallest = Math.min(positive.at(-1)!, limit ?? Number.POSITIVE_INFINITY);
  const pad = (largest / smallest) ** 0.06 * 1.3;
  return logAxis({ domain: [smallest / pad, largest * pad], range: [plot.left, plot.right], count: narrow ? 5 : 9 });
}

interface Stacks {
  readonly points: readonly Point[];
  readonly radius: number;
}

/** Dots side by side where there is room, one upon another where there is none, small enough that the highest pile fits. */
function stack(values: readonly number[], axis: Axis, plot: Box): Stacks {
  for (const radius of [3.6, 2.6, 1.9, 1.3]) {
    const points = pile(values, axis, plot, radius);
    if (points.every(([, y]) => y > plot.top + 4) || radius === 1.3) return { points, radius };
  }
  return { points: [], radius: 0 };
}

function pile(values: readonly number[], axis: Axis, plot: Box, radius: number): readonly Point[] {
  const pitch = 2 * radius + 0.8;
  const heights = new Map<number, number>();
  const highest = Math.floor((plot.bottom - plot.top - 4) / pitch);
  return values.map((value) => {
    const column = Math.round(axis.at(value) / pitch);
    const height = heights.get(column) ?? 0;
    heights.set(column, height + 1);
    const y = plot.bottom - radius - 2 - (radius === 1.3 ? Math.min(height, highest) : height) * pitch;
    return [values.length > 12 ? column * pitch : axis.at(value), y];
  });
}

function limitMarks(record: RunRecord, axis: Axis, plot: Box, limit: number, obstacles: Obstacles): Markup {
  const x = axis.at(limit);
  const name = isPlainDescent(record.conventions.optimizer) ? "2/η" : "limit";
  const text = `${name} = ${exact(limit)}, yours`;
  const spots = [
    { x: x + 7, y: 14, anchor: "start" as const },
    { x: x - 7, y: 14, anchor: "end" as const },
  ];
  const aside = label(
    ["too sharp"],
    [{ x: (x + plot.right) / 2, y: (plot.top + plot.bottom) / 2 + 4, anchor: "middle" }],
    obstacles,
    "unstable",
  );
  return markup`<rect class="unstable-tint" x="${x}" y="${plot.top}" width="${Math.max(0, plot.right - x)}" height="${plot.bottom - plot.top}"/>${plot.right - x > 80 ? aside : null}<path class="rule" d="M${x} 3V${plot.bottom}"/>${label([text], spots, obstacles, "strong")}`;
}

function sharpnessLabel(
  record: RunRecord,
  spectrum: SpectrumResult,
  positive: readonly number[],
  axis: Axis,
  { points, radius }: Stacks,
  obstacles: Obstacles,
): Markup | null {
  const name = spectrum.operator === "hessian" ? "sharpness" : "largest";
  const residual = record.results.curvature?.sharpnessResidual ?? 0;
  const text = `${name} ${measured(positive[0]!, spectrum.operator === "hessian" ? residual : 0)}`;
  const x = points[0]?.[0] ?? axis.at(positive[0]!);
  const top = Math.min(...points.filter(([px]) => Math.abs(px - x) < 60).map(([, y]) => y));
  const spots = [0, 1, 2, 3].flatMap((i) => [
    { x, y: top - radius - 8 - 14 * i, anchor: "middle" as const },
    { x: x - 4, y: top - radius - 8 - 14 * i, anchor: "end" as const },
    { x: x + 8, y: top - radius - 8 - 14 * i, anchor: "start" as const },
  ]);
  return label([text], spots, obstacles, "");
}

function caption(record: RunRecord, spectrum: SpectrumResult, positive: readonly number[]): string {
  const { eigenvalues, dimension, complete, operator } = spectrum;
  const what = operator === "hessian" ? "Hessian" : "tangent kernel";
  const negative = eigenvalues.filter((value) => value < -1e-12 * positive[0]!).length;
  const zero = complete ? dimension - positive.length - negative : 0;
  const shown = complete ? "positive" : "largest";
  const parts = [
    `${upperFirst(inWords(positive.length))} ${shown} eigenvalue${positive.length === 1 ? "" : "s"} of the ${what}, of ${whole(dimension)}.`,
    negative > 0 ? `${upperFirst(inWords(negative))} ${negative === 1 ? "is" : "are"} negative.` : "",
    zero > 0
      ? `${upperFirst(inWords(zero))} ${zero === 1 ? "is 0: along its direction" : "are 0: along their directions"} the loss is flat.`
      : "",
    limitSentence(record, spectrum, positive[0]!),
  ];
  return parts.filter((part) => part !== "").join(" ");
}

function limitSentence(record: RunRecord, { operator }: SpectrumResult, sharpness: number): string {
  const limit = operator === "hessian" ? curvatureLimit(record) : null;
  if (limit === null) return "";
  const name = isPlainDescent(record.conventions.optimizer) ? `2/η = ${exact(limit)}` : exact(limit);
  const rule = upperFirst(ruleName(record));
  if (sharpness >= limit)
    return `${rule} at step size ${asWritten(record.conventions.stepSize)} needs them all below ${name}.`;
  return `${rule} needs them all below ${name}; the largest reaches ${percent(sharpness / limit)} of that.`;
}

function boxAround(x: number, y: number, r: number): Box {
  return { left: x - r, right: x + r, top: y - r, bottom: y + r };
}
