import { columnOf, type RunRecord, type Table } from "../../record/index.ts";
import { type Axis, horizontalAxis, linearAxis, roomForLabels, symlogAxis, verticalAxis } from "../figure/axis.ts";
import {
  type Box,
  canvas,
  clipped,
  type Figure,
  type FigureWidth,
  figureWidths,
  hatch,
  type Readout,
} from "../figure/frame.ts";
import { label, type Obstacles, spotsAlong } from "../figure/labels.ts";
import { bandPath, dots, linePath, type Point, trace } from "../figure/marks.ts";
import { textWidth } from "../figure/text-width.ts";
import { type Markup, markup } from "../markup.ts";
import { asWritten } from "../numerals.ts";
import { answer } from "../words/answer.ts";
import { exponentCaption } from "../words/caption.ts";
import { ruleName } from "../words/subject.ts";
import { forReadout } from "./columns.ts";
import { exponentWindow, needsSymlog, type Window } from "./exponent-window.ts";
import { barNames, stableBars } from "./stable-bars.ts";

/** μ(η) and λ(η) with its interval, the stable step sizes as bars under them, and the user's own step size through both. */
export function exponentFigure(record: RunRecord): Figure | null {
  const { curves } = record.results;
  if (curves === null || curves.values === null || curves.rows < 2) return null;
  const columns = curveColumns(curves);
  return {
    name: "exponents",
    title: "Exponents over the step size",
    caption: exponentCaption(record),
    draw: (width) => draw(record, columns, width),
    readout: readoutOf(columns),
  };
}

export type CurveColumns = Readonly<
  Record<"stepSize" | "mu" | "lambda" | "lambdaLo" | "lambdaHi" | "lambdaLower", Float64Array>
>;

function draw(record: RunRecord, columns: CurveColumns, size: FigureWidth): Markup {
  const width = figureWidths[size];
  const narrow = size !== "wide";
  const id = `exponents-${size}`;
  const window = exponentWindow(record, columns);
  const [top, bottom] = [40, narrow ? 250 : 282];
  const y = verticalOf(columns, window, [bottom, top]);
  const plot: Box = { left: roomForLabels(y), top, right: width - (narrow ? 12 : 12 + widestName(record)), bottom };
  const x = linearAxis({ domain: window.x, range: [plot.left, plot.right], count: narrow ? 4 : 8 });
  const axes = { x, y };
  const bars = stableBars(record, columns, { axis: axes.x, top: plot.bottom + (narrow ? 22 : 30), narrow, id });
  const curves = curvesOf(columns, axes);
  const own = axes.x.at(record.conventions.stepSize);
  const hasLambda = columns.lambda.some(Number.isFinite);
  const obstacles: Obstacles = {
    curves: [
      curves.mu,
      curves.lambda,
      [
        [own, plot.top - 20],
        [own, plot.bottom],
      ],
      [
        [plot.left, axes.y.at(0)],
        [plot.right, axes.y.at(0)],
      ],
    ],
    boxes: [],
    bounds: { ...plot, top: 0 },
  };
  return canvas(
    {
      id,
      width,
      height: bars.bottom + (narrow ? 44 : 26),
      title: "Exponents of gradient descent and SGD over the step size",
      description: `${answer(record).replaceAll("`", "")} ${exponentCaption(record)}`,
      plot: { box: plot, x: axes.x, y: axes.y },
    },
    hatch(`${id}-hatch`),
    verticalAxis(axes.y, {
      left: plot.left,
      right: plot.right,
      title: axes.y.kind === "symlog" ? "exponent per step, logarithmic away from 0" : "exponent per step",
      titleY: 13,
    }),
    clipped(
      `${id}-plot`,
      plot,
      "xy",
      signTints(hasLambda ? curves.lambda : curves.mu, plot, axes.y),
      isEstimated(columns) && markup`<path class="band" d="${bandPath(curves.hi, curves.lo, plot)}"/>`,
      markup`<path class="${hasLambda ? "other" : "main"}" d="${linePath(curves.mu, plot)}"/>`,
      markup`<path class="main" d="${linePath(curves.lambda, plot)}"/>`,
    ),
    horizontalAxis(axes.x, {
      y: bars.bottom - 2,
      marksAt: plot.bottom,
      title: "step size η",
      titleBelow: narrow,
      width,
    }),
    bars.shapes,
    markup`<path class="rule own" data-x="${String(record.conventions.stepSize)}" data-px="${own}" d="M${own} ${plot.top - 20}V${bars.bottom}"/>`,
    bars.names,
    ownDots(record, own, axes.y, plot),
    ownLabel(record, own, plot, obstacles),
    sideLabels(axes.y, plot, narrow, obstacles),
    curveLabels(record, curves, plot, obstacles),
    islandLabel(record, axes, plot, { obstacles, narrow }),
  );
}

function widestName(record: RunRecord): number {
  return Math.max(...barNames(record).map((name) => textWidth(name)));
}

/** The columns of the table, begun at step size 0, where nothing moves and every exponent is 0. */
function curveColumns(table: Table): CurveColumns {
  const column = (name: string) => {
    const values = columnOf(table, name);
    const isKnown = values?.some(Number.isFinite) ?? false;
    return isKnown ? Float64Array.of(0, ...values!) : new Float64Array(table.rows + 1).fill(Number.NaN);
  };
  const names = ["stepSize", "mu", "lambda", "lambdaLo", "lambdaHi", "lambdaLower"] as const;
  return Object.fromEntries(names.map((name) => [name, column(name)])) as CurveColumns;
}

function verticalOf(columns: CurveColumns, { x, y }: Window, range: readonly [number, number]): Axis {
  const constant = needsSymlog(columns, x);
  if (constant === null) return linearAxis({ domain: y, range, count: 4 });
  return symlogAxis({ domain: y, range, count: 9, constant });
}

/** Whether λ comes with an interval anywhere; closed forms do not. */
function isEstimated({ lambdaLo, lambdaHi }: CurveColumns): boolean {
  return lambdaLo.some((lo, i) => lo < lambdaHi[i]!);
}

interface Curves {
  readonly mu: readonly Point[];
  readonly lambda: readonly Point[];
  readonly lo: readonly Point[];
  readonly hi: readonly Point[];
}

function curvesOf(columns: CurveColumns, axes: { readonly x: Axis; readonly y: Axis }): Curves {
  const along = (values: Float64Array) => trace(columns.stepSize, values, axes);
  return {
    mu: along(columns.mu),
    lambda: along(columns.lambda),
    lo: along(columns.lambdaLo),
    hi: along(columns.lambdaHi),
  };
}

/** The area between λ and zero in the hue of its sign. */
function signTints(lambda: readonly Point[], plot: Box, y: Axis): Markup {
  const zero = y.at(0);
  const base = lambda.map(([x, value]) => [x, Number.isFinite(value) ? zero : Number.NaN] as const);
  const below = lambda.map(([x, value]) => [x, Math.max(value, zero)] as const);
  const above = lambda.map(([x, value]) => [x, Math.min(value, zero)] as const);
  return markup`<path class="stable-tint" d="${bandPath(base, below, plot)}"/><path class="unstable-tint" d="${bandPath(above, base, plot)}"/>`;
}

/** Where the user's step size meets the two curves. */
function ownDots({ results }: RunRecord, own: number, y: Axis, plot: Box): Markup {
  const [lambda, mu] = [results.lambda?.value, results.mu?.value].map((value): readonly Point[] => {
    const at = typeof value === "number" ? y.at(value) : Number.NaN;
    return at >= plot.top && at <= plot.bottom ? [[own, at]] : [];
  });
  return markup`<g class="halo"><path class="neutral" d="${dots(mu!, 3.5)}"/><path class="inkfill" d="${dots(lambda!, 4)}"/></g>`;
}

function ownLabel(record: RunRecord, own: number, plot: Box, obstacles: Obstacles): Markup | null {
  const text = [`yours, η = ${asWritten(record.conventions.stepSize)}`];
  const y = plot.top - 13;
  return label(
    text,
    [
      { x: own + 7, y, anchor: "start" },
      { x: own - 7, y, anchor: "end" },
    ],
    obstacles,
    "strong own-label",
  );
}

/** Which side of zero is which: beside the plot, or inside its right edge when there is no room beside it. */
function sideLabels(y: Axis, plot: Box, narrow: boolean, obstacles: Obstacles): Markup {
  const zero = y.at(0);
  if (!narrow) {
    const gap = Math.min(32, (zero - plot.top) * 0.6);
    const up = markup`<text class="unstable side" x="${plot.right + 8}" y="${zero - gap + 4}">unstable</text>`;
    return markup`${up}<text class="stable side" x="${plot.right + 8}" y="${zero + 36}">stable</text>`;
  }
  const up = label(["unstable"], sideSpots(zero - 7, -24, plot), obstacles, "unstable");
  return markup`${up}${label(["stable"], sideSpots(zero + 17, 24, plot), obstacles, "stable")}`;
}

function sideSpots(y: number, step: number, { right, left }: Box) {
  return [0, 1, 2, 3].flatMap((i) => [
    { x: right - 4, y: y + i * step, anchor: "end" as const },
    { x: left + 6, y: y + i * step, anchor: "start" as const },
  ]);
}

function curveLabels(record: RunRecord, curves: Curves, plot: Box, obstacles: Obstacles): Markup {
  const inPlot: Obstacles = { ...obstacles, bounds: plot };
  const lambda = label(["λ, SGD"], spotsAlong(curves.lambda, plot), inPlot, "strong");
  const mu = label(
    [`μ, ${ruleName(record)}`],
    spotsAlong(curves.mu, plot),
    inPlot,
    lambda === null ? "strong" : "muted",
  );
  return markup`${lambda}${mu}`;
}

/** The widest island of SGD, named in the free space above it. */
function islandLabel(
  record: RunRecord,
  axes: { readonly x: Axis; readonly y: Axis },
  plot: Box,
  { obstacles, narrow }: { readonly obstacles: Obstacles; readonly narrow: boolean },
): Markup | null {
  const sets = record.results.stableStepSizes;
  const islands = (sets?.sgd ?? []).filter(([lo]) => lo > 0).toSorted((a, b) => b[1] - b[0] - (a[1] - a[0]));
  const island = islands[0];
  if (island === undefined) return null;
  const gdKeeps = sets?.gd?.some(([lo, hi]) => lo < island[1] && hi > island[0]) ?? true;
  const second = gdKeeps ? "what it loses before" : `what ${ruleName(record)} cannot`;
  const lines = narrow ? ["an island"] : ["an island: SGD keeps here", second];
  const middle = (axes.x.at(island[0]) + axes.x.at(Math.min(island[1], axes.x.domain[1]))) / 2;
  const shifts = narrow ? [0, -10, 10] : [0, -40, 40, -80, 80];
  const spots = [0, 1, 2, 3, 4, 5, 6].flatMap((i) => {
    const y = axes.y.at(0) - 8 - 16 * (lines.length - 1) - 14 * i;
    return shifts.map((shift) => ({ x: middle + shift, y, anchor: "middle" as const }));
  });
  const inPlot: Obstacles = { ...obstacles, bounds: plot };
  return label(lines, spots, inPlot, "aside");
}

function readoutOf(columns: CurveColumns): Readout {
  const isBand = isEstimated(columns);
  const [lo, hi] = isBand ? [forReadout(columns.lambdaLo, -1), forReadout(columns.lambdaHi, 1)] : [null, null];
  const mu = { name: "μ", values: forReadout(columns.mu), lo: null, hi: null };
  const lambda = { name: "λ", values: forReadout(columns.lambda), lo, hi };
  return {
    x: Array.from(columns.stepSize, (v) => Number(v.toPrecision(6))),
    xName: "η",
    series: [mu, lambda].filter(({ values }) => values.some((value) => value !== null)),
  };
}
