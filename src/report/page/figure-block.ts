import type { Figure } from "../figure/frame.ts";
import { type Markup, markup, rich, trusted } from "../markup.ts";

/** A figure in its three layouts, of which the style sheet shows the one that fits, with readout and caption. */
export function figureBlock(figure: Figure): Markup {
  const layouts = (["wide", "medium", "narrow"] as const).map((width) => withClass(figure.draw(width), width));
  const readout = figure.readout === null ? null : markup` data-readout="${JSON.stringify(figure.readout)}"`;
  const cells = figure.cells === undefined ? null : markup` data-cells="${JSON.stringify(figure.cells)}"`;
  const marks = figure.marks === undefined ? null : markup` data-marks="${JSON.stringify(figure.marks)}"`;
  const line = layouts[0]!.text.includes(" data-plot=") ? markup`<output class="readout"></output>` : null;
  const pinned = cells === null ? null : markup`<pre class="pinned" hidden></pre>`;
  return markup`<figure${readout}${cells}${marks}>${line}${layouts}${pinned}<figcaption class="caption">${rich(figure.caption)}</figcaption></figure>`;
}

function withClass({ text }: Markup, width: string): Markup {
  return trusted(text.replace('class="figure"', `class="figure ${width}"`));
}
