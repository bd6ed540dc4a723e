import { columnOf, type RunRecord, type Table } from "../../record/index.ts";
import { horizontalAxis, linearAxis, logAxis, roomForLabels, verticalAxis } from "../figure/axis.ts";
import { type Box, canvas, clipped, type Figure, type FigureWidth, figureWidths } from "../figure/frame.ts";
import { label, type Obstacles, spotsAlong } from "../figure/labels.ts";
import { linePath, thinned, trace } from "../figure/marks.ts";
import { type Markup, markup } from "../markup.ts";
import { exact, measured } from "../numerals.ts";
import { answer } from "../words/answer.ts";
import { extentOf, listOf, widened } from "./columns.ts";

/** Running means of the Lyapunov exponents: whether they have settled, and where. */
export function historyFigure(record: RunRecord): Figure | null {
  const { history } = record.results;
  if (history === null || history.values === null || history.rows < 2) return null;
  const names = exponentNames(history);
  return {
    name: "lyapunov",
    title: "Lyapunov exponents as they settle",
    caption: "Running means over the steps so far. A line that is still moving at the right end has not settled.",
    draw: (width) => draw(record, history, width),
    readout: {
      x: listOf(history, "step").map((step) => step ?? 0),
      xName: "step",
      series: names
        .slice(0, 4)
        .map((name, i) => ({ name: `exponent ${i + 1}`, values: listOf(history, name), lo: null, hi: null })),
    },
  };
}

function draw(record: RunRecord, history: Table, size: FigureWidth): Markup {
  const width = figureWidths[size];
  const narrow = size !== "wide";
  const id = `lyapunov-${size}`;
  const [top, bottom] = [28, narrow ? 238 : 288];
  const names = exponentNames(history);
  const step = columnOf(history, "step")!;
  const columns = names.map((name) => columnOf(history, name)!);
  const late = columns.map((values) => values.slice(Math.floor(values.length / 20)));
  const y = linearAxis({ domain: widened(withZero(extentOf(late)), 0.12), range: [bottom, top], count: 5 });
  const plot: Box = { left: roomForLabels(y), top, right: width - (narrow ? 12 : 110), bottom };
  const first = step.find((value) => value > 0) ?? 1;
  const isLong = step.at(-1)! / first > 50;
  const across = {
    domain: [isLong ? first : step[0]!, step.at(-1)!],
    range: [plot.left, plot.right],
    count: narrow ? 4 : 8,
  } as const;
  const x = isLong ? logAxis(across) : linearAxis(across);
  const curves = columns.map((values) => thinned(trace(step, values, { x, y })));
  const obstacles: Obstacles = { curves, boxes: [], bounds: { ...plot, right: narrow ? plot.right : width } };
  return canvas(
    {
      id,
      width,
      height: bottom + (narrow ? 44 : 26),
      title: "Lyapunov exponents as they settle",
      description: answer(record),
      plot: { box: plot, x, y },
    },
    verticalAxis(y, { left: plot.left, right: plot.right, title: "exponent per step", titleY: 13 }),
    clipped(
      `${id}-plot`,
      plot,
      "xy",
      curves
        .toReversed()
        .map(
          (points, i) =>
            markup`<path class="${i === curves.length - 1 ? "main" : "other"}" d="${linePath(points, plot)}"/>`,
        ),
    ),
    horizontalAxis(x, { y: bottom + 2, marksAt: bottom, title: "step", titleBelow: narrow, width }),
    curves.slice(0, 6).map((points, i) => {
      const end = points.findLast(([, py]) => Number.isFinite(py));
      const beside =
        end === undefined || narrow ? [] : [{ x: plot.right + 8, y: end[1] + 4.5, anchor: "start" as const }];
      return label(
        [endLabel(record, i, columns[i]!)],
        [...beside, ...spotsAlong(points, plot)],
        obstacles,
        i === 0 ? "strong" : "muted",
      );
    }),
  );
}

function exponentNames(history: Table): readonly string[] {
  return history.columns.filter((name) => /^exponent\d+$/.test(name));
}

function endLabel({ results }: RunRecord, i: number, values: Float64Array): string {
  const result = results.exponents?.[i];
  if (result === undefined || result.value === null) return exact(values.findLast(Number.isFinite) ?? 0);
  const [lo, hi] = result.confidence95 ?? [result.value, result.value];
  return measured(result.value, (hi - lo) / 2);
}

function withZero([lo, hi]: readonly [number, number]): readonly [number, number] {
  return [Math.min(lo, 0), Math.max(hi, 0)];
}
