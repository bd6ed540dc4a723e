import { columnOf, type RunRecord, type Table } from "../../record/index.ts";
import { type Axis, horizontalAxis, linearAxis, logAxis, roomForLabels, verticalAxis } from "../figure/axis.ts";
import { type Box, canvas, clipped, type Figure, type FigureWidth, figureWidths } from "../figure/frame.ts";
import { label, type Obstacles, spotsAlong } from "../figure/labels.ts";
import { bandPath, linePath, type Point, thinned, trace } from "../figure/marks.ts";
import { type Markup, markup } from "../markup.ts";
import { exact, whole } from "../numerals.ts";
import { answer } from "../words/answer.ts";
import { measuredSharpness, sharpnessName } from "../words/measured-sharpness.ts";
import { isPlainDescent } from "../words/subject.ts";
import { extentOf, listOf } from "./columns.ts";

/** Loss above, sharpness against its threshold below, kinks crossed as a rug: what happened along a training run. */
export function trajectoryFigure(record: RunRecord): Figure | null {
  const { trajectory } = record.results;
  if (trajectory === null || trajectory.values === null || trajectory.rows < 2) return null;
  const names = ["loss", "averageLoss", measuredSharpness(trajectory), "threshold"].filter((name) =>
    columnOf(trajectory, name)?.some(Number.isFinite),
  );
  return {
    name: "trajectory",
    title: "Loss and sharpness along the run",
    caption: caption(record, trajectory),
    draw: (width) => draw(record, trajectory, width),
    readout: {
      x: listOf(trajectory, "step").map((step) => step ?? 0),
      xName: "step",
      series: names.map((name) => ({ name, values: listOf(trajectory, name), lo: null, hi: null })),
    },
  };
}

function draw(record: RunRecord, table: Table, size: FigureWidth): Markup {
  const width = figureWidths[size];
  const narrow = size !== "wide";
  const id = `trajectory-${size}`;
  const [lossTop, lossBottom, top, bottom] = narrow ? [24, 124, 168, 348] : [24, 134, 180, 392];
  const step = column(table, "step");
  const measured = measuredSharpness(table);
  const losses = ["loss", "averageLoss"].filter((name) => table.columns.includes(name));
  const loss = lossAxis(
    losses.map((name) => column(table, name)),
    [lossBottom, lossTop],
  );
  const sharp = sharpnessAxis(table, [bottom, top]);
  const left = Math.max(roomForLabels(loss), roomForLabels(sharp));
  const right = width - (narrow ? 12 : 110);
  const x = linearAxis({ domain: [step[0]!, step.at(-1)!], range: [left, right], count: narrow ? 4 : 8 });
  const lossBox: Box = { left, top: lossTop, right, bottom: lossBottom };
  const plot: Box = { left, top, right, bottom };
  const curve = (name: string, y: Axis) => thinned(trace(step, column(table, name), { x, y }));
  const [sharpness, threshold] = [curve(measured, sharp), curve("threshold", sharp)];
  const others = table.columns
    .filter((name) => measured === "sharpness" && /^eigenvalue\d+$/.test(name))
    .map((name) => curve(name, sharp));
  const tops = sharpness.map(([px, py], i): Point => [px, Math.min(py, threshold[i]?.[1] ?? Number.NaN)]);
  return canvas(
    {
      id,
      width,
      height: bottom + (narrow ? 44 : 26),
      title: "Loss and sharpness along the run",
      description: `${answer(record)} ${caption(record, table)}`,
      plot: { box: plot, x, y: sharp },
    },
    verticalAxis(loss, { left, right, title: "loss", titleY: lossTop - 11 }),
    clipped(
      `${id}-loss`,
      lossBox,
      "x",
      losses.map((name) => {
        const tone = name === "loss" ? "main" : "threshold";
        return markup`<path class="${tone}" d="${linePath(curve(name, loss), lossBox)}"/>`;
      }),
    ),
    verticalAxis(sharp, { left, right, title: sharpnessName(table), titleY: top - 14 }),
    clipped(
      `${id}-plot`,
      plot,
      "xy",
      threshold.length === sharpness.length &&
        markup`<path class="unstable-tint" d="${bandPath(tops, threshold, plot)}"/>`,
      others.map((points) => markup`<path class="other" d="${linePath(points, plot)}"/>`),
      markup`<path class="threshold" d="${linePath(threshold, plot)}"/>`,
      markup`<path class="main" d="${linePath(sharpness, plot)}"/>`,
    ),
    rug(table, x, bottom),
    horizontalAxis(x, { y: bottom + 2, marksAt: bottom, title: "step", titleBelow: narrow, width }),
    labels(record, { sharpness, threshold, others }, plot, width, narrow),
  );
}

interface Curves {
  readonly sharpness: readonly Point[];
  readonly threshold: readonly Point[];
  readonly others: readonly (readonly Point[])[];
}

/** The threshold is named at its end, the sharpness along its line. */
function labels(
  record: RunRecord,
  { sharpness, threshold, others }: Curves,
  plot: Box,
  width: number,
  narrow: boolean,
): Markup {
  const end = threshold.findLast(([, y]) => Number.isFinite(y));
  const name = isPlainDescent(record.conventions.optimizer) ? "2/η" : "threshold";
  const obstacles: Obstacles = {
    curves: [sharpness, threshold, ...others],
    boxes: [],
    bounds: { ...plot, right: narrow ? plot.right : width },
  };
  const text = `${name} = ${exact(thresholdAtEnd(record))}`;
  const beside = narrow ? [] : [{ x: plot.right + 8, y: (end?.[1] ?? 0) + 4.5, anchor: "start" as const }];
  const limit = end === undefined ? null : label([text], [...beside, ...spotsAlong(threshold, plot)], obstacles, "");
  const inside: Obstacles = { ...obstacles, bounds: plot };
  const line = label([sharpnessName(record.results.trajectory!)], spotsAlong(sharpness, plot), inside, "strong");
  const next =
    others[0] === undefined ? null : label(["next eigenvalues"], spotsAlong(others[0], plot), inside, "muted");
  return markup`${limit}${line}${next}`;
}

function thresholdAtEnd({ results }: RunRecord): number {
  return column(results.trajectory!, "threshold").findLast(Number.isFinite) ?? Number.NaN;
}

function lossAxis(losses: readonly Float64Array[], range: readonly [number, number]): Axis {
  const positive = Float64Array.from(losses.flatMap((loss) => [...loss])).filter((value) => value > 0);
  if (positive.length === 0) return linearAxis({ domain: [0, 1], range, count: 3 });
  const [lo, hi] = extentOf([positive]);
  if (hi / lo < 20) return linearAxis({ domain: [0, 1.05 * hi], range, count: 3 });
  return logAxis({ domain: [lo / 1.5, hi * 1.5], range, count: 4 });
}

/** From 0 to a little above sharpness and threshold; a run away sharpness leaves the plot rather than flattening it. */
function sharpnessAxis(table: Table, range: readonly [number, number]): Axis {
  const [, threshold] = extentOf([column(table, "threshold")]);
  const [, sharpness] = extentOf([column(table, measuredSharpness(table))]);
  const seen = [threshold, sharpness].filter(Number.isFinite);
  const limit = Number.isFinite(threshold) ? 3 * threshold : Number.POSITIVE_INFINITY;
  return linearAxis({ domain: [0, 1.12 * Math.min(limit, Math.max(...seen, 1e-300))], range, count: 5 });
}

/** A short stroke under the plot at every observed step that crossed a kink. */
function rug(table: Table, x: Axis, y: number): Markup | null {
  const [step, crossed] = [column(table, "step"), column(table, "piecesCrossed")];
  const strokes = new Set([...step].filter((_, i) => crossed[i]! > 0).map((value) => Math.round(x.at(value))));
  if (strokes.size === 0) return null;
  return markup`<path class="rug" d="${[...strokes].map((px) => `M${px} ${y - 1}v-7`).join("")}"/>`;
}

function caption(record: RunRecord, table: Table): string {
  const [sharpness, threshold] = [column(table, measuredSharpness(table)), column(table, "threshold")];
  const above = sharpness.filter((value, i) => value > threshold[i]!).length;
  const observed = sharpness.filter((value, i) => Number.isFinite(value - threshold[i]!)).length;
  const crossed = column(table, "piecesCrossed").reduce((sum, value) => sum + (value > 0 ? value : 0), 0);
  const name = sharpnessName(table);
  const parts = [
    observed === 0
      ? `The ${name} was not observed beside a threshold.`
      : `The ${name} lies above its threshold at ${whole(above)} of ${whole(observed)} observed steps.`,
    above > 0 && isPlainDescent(record.conventions.optimizer)
      ? "Above the threshold gradient descent moves away along the sharpest direction."
      : "",
    table.columns.includes("averageLoss") ? "The thin line above is the loss at the average of the iterates." : "",
    crossed > 0
      ? `Strokes at the bottom mark steps that crossed a kink, ${whole(crossed)} crossing${crossed === 1 ? "" : "s"} in all.`
      : "",
  ];
  return parts.filter((part) => part !== "").join(" ");
}

function column(table: Table, name: string): Float64Array {
  return columnOf(table, name) ?? new Float64Array(table.rows).fill(Number.NaN);
}
