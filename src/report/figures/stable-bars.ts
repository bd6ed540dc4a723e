import type { Interval, RunRecord } from "../../record/index.ts";
import type { Axis } from "../figure/axis.ts";
import { clipped } from "../figure/frame.ts";
import { bar } from "../figure/marks.ts";
import { type Markup, markup } from "../markup.ts";
import { ruleName } from "../words/subject.ts";
import type { CurveColumns } from "./exponent-figure.ts";

interface BarOptions {
  readonly axis: Axis;
  readonly top: number;
  readonly narrow: boolean;
  readonly id: string;
}

/** One bar a notion of stability: solid where stable, hatched where undetermined, a hairline elsewhere. */
export function stableBars(
  record: RunRecord,
  columns: CurveColumns,
  options: BarOptions,
): { readonly shapes: Markup; readonly names: Markup; readonly bottom: number } {
  const { axis, top, narrow } = options;
  const sets = record.results.stableStepSizes;
  const [gd, meanSquare, sgd] = barNames(record);
  const rows = [
    { name: gd, set: sets?.gd ?? null, open: [] },
    { name: meanSquare, set: sets?.meanSquare ?? null, open: [] },
    { name: sgd, set: sets?.sgd ?? null, open: sets?.sgd == null ? [] : undetermined(record, columns) },
  ].filter(({ set }) => set !== null);
  const pitch = narrow ? 33 : 21;
  const drawn = rows.map(({ name, set, open }, i) => {
    const y = top + i * pitch + (narrow ? 14 : 0);
    const line = markup`<path class="grid" d="M${axis.range[0]} ${y + 4}H${axis.range[1]}"/>`;
    const solid = set!.map(([lo, hi]) => bar(axis, lo, hi, { y, height: 9, className: "stable" }));
    const hatched = open.map(([lo, hi]) =>
      bar(axis, lo, hi, { y, height: 9, className: "undetermined", fill: `url(#${options.id}-hatch)` }),
    );
    const text = narrow
      ? markup`<text class="muted over" x="${axis.range[0]}" y="${y - 5}">${name}</text>`
      : markup`<text class="muted" x="${axis.range[1] + 8}" y="${y + 9}">${name}</text>`;
    const box = { left: axis.range[0], right: axis.range[1], top: y, bottom: y + 9 };
    return { text, shape: markup`${line}${clipped(`${options.id}-bar${i}`, box, "x", ...solid, ...hatched)}` };
  });
  return {
    shapes: markup`${drawn.map(({ shape }) => shape)}`,
    names: markup`${drawn.map(({ text }) => text)}`,
    bottom: top + rows.length * pitch + (narrow ? 4 : 0),
  };
}

/** What the bars are called beside the plot. */
export function barNames(record: RunRecord): readonly [string, string, string] {
  return [ruleName(record), "mean square", `SGD, batch ${record.conventions.batchSize}`];
}

/** Where the sign of λ is not known: the ends of the set within their error, and scanned step sizes whose interval holds 0. */
function undetermined(
  record: RunRecord,
  { stepSize, lambdaLo, lambdaHi, lambdaLower }: CurveColumns,
): readonly Interval[] {
  const { sgd, sgdError } = record.results.stableStepSizes!;
  const ends = (sgd ?? []).flatMap(([lo, hi], i): Interval[] => {
    const [eLo, eHi] = sgdError?.[i] ?? [0, 0];
    return [[lo - eLo, lo + eLo] as const, [hi - eHi, hi + eHi] as const].filter(([a, b]) => b > a);
  });
  const scanned = Array.from(stepSize, (value, i): Interval | null => {
    if (!(lambdaLo[i]! <= 0 && lambdaHi[i]! >= 0) || lambdaLo[i] === lambdaHi[i]) return null;
    const isKnown = lambdaLower[i]! > 0 || (sgd ?? []).some(([lo, hi]) => lo < value && value < hi);
    return isKnown ? null : [(value + (stepSize[i - 1] ?? value)) / 2, (value + (stepSize[i + 1] ?? value)) / 2];
  });
  return [...ends, ...scanned.filter((interval) => interval !== null)];
}
