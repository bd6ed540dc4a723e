import type { BranchResult } from "../../record/index.ts";
import type { Axis } from "../figure/axis.ts";
import { clipped, hatch } from "../figure/frame.ts";
import { bar } from "../figure/marks.ts";
import { type Markup, markup } from "../markup.ts";

export function provedCaption(branches: readonly BranchResult[]): string {
  if (branches.every(({ proved }) => !proved?.length)) return "";
  return " The bars show where an orbit is proved to exist: stable, unstable, hatched where its stability is open.";
}

/** One bar a branch that is proved somewhere, its name beside it or, when narrow, above it. */
export function provedBars(
  branches: readonly BranchResult[],
  axis: Axis,
  { id, top, narrow }: { readonly id: string; readonly top: number; readonly narrow: boolean },
): { readonly shapes: Markup; readonly bottom: number } {
  const proved = branches.filter((branch) => branch.proved?.length);
  if (proved.length === 0) return { shapes: markup``, bottom: top - 6 };
  const pitch = narrow ? 33 : 21;
  const [left, right] = axis.range;
  const rows = proved.map((branch, i) => {
    const y = top + i * pitch + (narrow ? 18 : 6);
    const bars = branch.proved!.flatMap(({ stability }) =>
      stability.map(({ range: [lo, hi], kind }) => {
        const isOpen = kind === "undecided";
        const look = isOpen ? { className: "", fill: `url(#${id}-hatch)` } : { className: kind };
        return bar(axis, lo, hi, { y, height: 9, ...look });
      }),
    );
    const name = `${branch.period === 1 ? "fixed point" : `${branch.period}-cycle`}, proved`;
    const text = narrow
      ? markup`<text class="muted over" x="${left}" y="${y - 5}">${name}</text>`
      : markup`<text class="muted" x="${right + 8}" y="${y + 9}">${name}</text>`;
    const box = { left, right, top: y - 1, bottom: y + 10 };
    const line = markup`<path class="grid" d="M${left} ${y + 4}H${right}"/>`;
    return markup`${line}${clipped(`${id}-proved${i}`, box, "x", ...bars)}${text}`;
  });
  return {
    shapes: markup`<defs>${hatch(`${id}-hatch`)}</defs>${rows}`,
    bottom: top + rows.length * pitch + (narrow ? 4 : 0),
  };
}
