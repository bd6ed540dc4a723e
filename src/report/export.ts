import { type RunRecord, tableToCsv } from "../record/index.ts";
import { figureStyle, themed } from "./figure/style.ts";
import { figuresOf } from "./figures/figures-of.ts";
import { tablesOf } from "./tables.ts";

/** Around a figure that stands alone. */
const margin = 16;

/** Every figure of a record as a file of its own: one SVG that follows the reader's light or dark theme. */
export function renderFigures(record: RunRecord): readonly { readonly name: string; readonly svg: string }[] {
  const style = `<style>${themed(figureStyle, undefined)}</style>`;
  return figuresOf(record).map((figure) => {
    const svg = figure.draw("wide").text;
    const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg)!;
    const [w, h] = [Number(width) + 2 * margin, Number(height) + 2 * margin];
    const sized = svg
      .replace("<svg ", `<svg width="${w}" height="${h}" `)
      .replace(/viewBox="[^"]*"/, `viewBox="${-margin} ${-margin} ${w} ${h}"`)
      .replace(
        /<rect class="ground"[^>]*>/,
        `<rect class="ground" x="${-margin}" y="${-margin}" width="${w}" height="${h}"/>`,
      )
      .replace(/ data-[\w-]+="[^"]*"/g, "");
    return { name: figure.name, svg: `${sized.replace(/(<svg [^>]*>)/, `$1${style}`)}\n` };
  });
}

/** Every table of a record, and what else is plotted, as CSV under its file name. */
export function renderTables(record: RunRecord): readonly { readonly file: string; readonly csv: string }[] {
  const filled = tablesOf(record).filter(({ values }) => values !== null);
  return filled.map((table) => ({ file: table.file, csv: tableToCsv(table) }));
}
