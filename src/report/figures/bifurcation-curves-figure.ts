import type { BifurcationCurveResult, RunRecord } from "../../record/index.ts";
import { horizontalAxis, linearAxis, roomForLabels, verticalAxis } from "../figure/axis.ts";
import { type Box, canvas, clipped, type Figure, type FigureWidth, figureWidths } from "../figure/frame.ts";
import { label, type Obstacles, spotsAlong } from "../figure/labels.ts";
import { linePath, type Point } from "../figure/marks.ts";
import { type Markup, markup } from "../markup.ts";
import { exact } from "../numerals.ts";
import { answer } from "../words/answer.ts";
import { at, axisName } from "../words/axis-name.ts";
import { typeName } from "../words/dynamics-answer.ts";
import { extentOf, widened } from "./columns.ts";

/** Where the bifurcations of the orbits lie in two parameters; the values of the file are ruled in. */
export function bifurcationCurvesFigure(record: RunRecord): Figure | null {
  const curves = (record.results.bifurcationCurves ?? []).filter(({ points }) => points.length > 1);
  if (curves.length === 0) return null;
  const points = curves.flatMap((curve) => curve.points.map((point) => ({ curve, ...point })));
  const [first, second] = axisNames(record);
  return {
    name: "bifurcation-curves",
    title: `Bifurcations over ${first} and ${second}`,
    caption:
      "Crossing a line changes the stability of the orbit named beside it. The dotted rules are the values of the file.",
    draw: (width) => draw(record, curves, width),
    readout: null,
    marks: {
      x: points.map((point) => point.first),
      y: points.map((point) => point.second),
      texts: points.map((point) => {
        const form = point.coefficient === null ? "" : `   coefficient ${exact(point.coefficient)}`;
        return `${nameOf(point.curve)}   ${first} ${exact(point.first)}   ${second} ${exact(point.second)}${form}`;
      }),
    },
  };
}

function draw(record: RunRecord, curves: readonly BifurcationCurveResult[], size: FigureWidth): Markup {
  const width = figureWidths[size];
  const narrow = size !== "wide";
  const id = `bifurcation-curves-${size}`;
  const [top, bottom] = [30, narrow ? 280 : 360];
  const points = curves.flatMap((curve) => curve.points);
  const seconds = widened(extentOf([points.map(({ second }) => second)]), 0.04);
  const y = linearAxis({ domain: seconds, range: [bottom, top], count: narrow ? 4 : 6 });
  const plot: Box = { left: roomForLabels(y), top, right: width - (narrow ? 12 : 110), bottom };
  const firsts = widened(extentOf([points.map(({ first }) => first)]), 0.04);
  const x = linearAxis({ domain: firsts, range: [plot.left, plot.right], count: narrow ? 4 : 8 });
  const lines = curves.map((curve) => upwards(curve.points.map(({ first, second }) => [x.at(first), y.at(second)])));
  const obstacles: Obstacles = { curves: lines, boxes: [], bounds: plot };
  const [firstName, secondName] = axisNames(record);
  const own = at(record.spec, String(at(record.spec, "continue.second.path")));
  return canvas(
    {
      id,
      width,
      height: bottom + (narrow ? 44 : 26),
      title: `Bifurcations over ${firstName} and ${secondName}`,
      description: answer(record),
      plot: { box: plot, x, y },
    },
    verticalAxis(y, { left: plot.left, right: plot.right, title: secondName, titleY: 13 }),
    clipped(
      `${id}-plot`,
      plot,
      "xy",
      typeof own === "number" ? markup`<path class="rule" d="M${plot.left} ${y.at(own)}H${plot.right}"/>` : null,
      lines.map(
        (line, i) =>
          markup`<path class="main${curves[i]!.type === "fold" ? "" : " dashed"}" d="${linePath(line, plot)}"/>`,
      ),
    ),
    horizontalAxis(x, { y: bottom + 2, marksAt: bottom, title: firstName, titleBelow: narrow, width }),
    lines.map((line, i) => label([nameOf(curves[i]!)], spotsAlong(line, plot), obstacles, "", { mayBeLeftOut: true })),
  );
}

/** Drawn towards its higher end, where labels stand first. */
function upwards(line: readonly Point[]): readonly Point[] {
  return line[0]![1] < line.at(-1)![1] ? line.toReversed() : line;
}

function nameOf({ type, period }: BifurcationCurveResult): string {
  return `${typeName(type)} of the ${period === 1 ? "fixed point" : `${period}-cycle`}`;
}

function axisNames({ spec }: RunRecord): readonly [string, string] {
  return [
    axisName(at(spec, "continue.parameter"), "parameter"),
    axisName(at(spec, "continue.second.path"), "second parameter"),
  ];
}
