import type { Complex, RunRecord } from "../../record/index.ts";
import { horizontalAxis, linearAxis, roomForLabels, verticalAxis } from "../figure/axis.ts";
import { type Box, canvas, clipped, type Figure, type FigureWidth } from "../figure/frame.ts";
import { dots, type Point } from "../figure/marks.ts";
import { type Markup, markup } from "../markup.ts";
import { exact, whole } from "../numerals.ts";
import { answer } from "../words/answer.ts";

/** The multipliers of the orbits in the complex plane, against the unit circle inside which they must lie. */
export function multiplierFigure(record: RunRecord): Figure | null {
  const all = (record.results.orbits ?? []).flatMap(({ multipliers }) => multipliers);
  if (all.length === 0) return null;
  const reach = Math.max(1.4, Math.min(6, 1.15 * Math.max(...all.map(modulus))));
  const outside = all.filter((m) => modulus(m) > reach).length;
  const beyond = outside === 0 ? "" : ` ${whole(outside)} lie farther out than is drawn.`;
  return {
    name: "multipliers",
    title: "Multipliers of the orbits",
    caption: `An orbit is stable when all its multipliers lie inside the unit circle.${beyond}`,
    draw: (width) => draw(record, all, reach, width),
    readout: null,
    marks: {
      x: all.map(([re]) => re),
      y: all.map(([, im]) => im),
      texts: (record.results.orbits ?? []).flatMap(({ multipliers, period }, i) =>
        multipliers.map(
          (m) =>
            `orbit ${i + 1}, period ${period}   multiplier ${exact(m[0])}${imaginary(m[1])}   modulus ${exact(modulus(m))}`,
        ),
      ),
    },
  };
}

function draw(record: RunRecord, all: readonly Complex[], reach: number, size: FigureWidth): Markup {
  const side = size === "wide" ? 320 : 262;
  const id = `multipliers-${size}`;
  const width = { narrow: 344, medium: 560, wide: 812 }[size];
  const y = linearAxis({ domain: [-reach, reach], range: [28 + side, 28], count: 5 });
  const left = roomForLabels(y);
  const plot: Box = { left, top: 28, right: left + side, bottom: 28 + side };
  const x = linearAxis({ domain: [-reach, reach], range: [plot.left, plot.right], count: 5 });
  const points = all.map(([re, im]): Point => [x.at(re), y.at(im)]);
  const isInside = (i: number) => modulus(all[i]!) <= 1 + 1e-8;
  const radius = x.at(1) - x.at(0);
  return canvas(
    {
      id,
      width,
      height: plot.bottom + 44,
      title: "Multipliers of the orbits in the complex plane",
      description: answer(record),
      plot: { box: plot, x, y },
    },
    verticalAxis(y, { left: plot.left, right: plot.right, title: "imaginary part", titleY: 13 }),
    clipped(
      `${id}-plot`,
      plot,
      "xy",
      markup`<circle class="stable-tint" cx="${x.at(0)}" cy="${y.at(0)}" r="${radius}"/><circle class="threshold" cx="${x.at(0)}" cy="${y.at(0)}" r="${radius}"/>`,
      markup`<path class="stable" d="${dots(
        points.filter((_, i) => isInside(i)),
        4,
      )}"/>`,
      markup`<path class="unstable" d="${dots(
        points.filter((_, i) => !isInside(i)),
        4,
      )}"/>`,
    ),
    horizontalAxis(x, { y: plot.bottom + 2, marksAt: plot.bottom, title: "real part", titleBelow: true, width }),
  );
}

function imaginary(im: number): string {
  return im === 0 ? "" : ` ${im < 0 ? "−" : "+"} ${exact(Math.abs(im))}i`;
}

function modulus([re, im]: Complex): number {
  return Math.hypot(re, im);
}
