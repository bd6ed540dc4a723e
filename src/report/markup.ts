import { asWritten } from "./numerals.ts";

/** Text that is already HTML or SVG. Only `markup` and `trusted` make it, so everything else is escaped on the way in. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Piece = string | number | Markup | null | undefined | false | readonly Piece[];

/**
 * HTML or SVG with every interpolated text escaped; numbers become coordinates with at most two decimals.
 * @throws RangeError when a number is not finite: a figure has no NaN in it.
 */
export function markup(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  return new Markup(strings.reduce((text, string, i) => text + render(pieces[i - 1]) + string));
}

/** Declares a constant of ours to be markup. Never for anything that came from a file. */
export function trusted(text: string): Markup {
  return new Markup(text);
}

export function escapeText(text: string): string {
  return text.replace(/[&<>"'`]/g, (c) => `&#${c.charCodeAt(0)};`).replace(/[^\P{C}\n\t]/gu, "");
}

/**
 * Our own sentences as markup: **strong**, `code`, k_ii as a subscript. Escapes first, so that a title with tags in it
 * shows them as text.
 */
export function rich(text: string): Markup {
  const html = escapeText(text)
    .replace(/\*\*([^*]+)\*\*/g, "<strong>$1</strong>")
    .replace(/&#96;(.+?)&#96;/g, "<code>$1</code>")
    .replace(/(?<![\w&#])([A-Za-zα-ωΑ-Ω])_([A-Za-z]{1,3}|\d)(?!\w)/g, "$1<sub>$2</sub>");
  return new Markup(html);
}

/** The same sentences as plain text. */
export function plain(text: string): string {
  return text.replace(/\*\*([^*]+)\*\*/g, "$1").replace(/`(.+?)`/g, "$1");
}

/** A coordinate: at most two decimals, no exponent. */
export function coordinate(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`markup: expected a finite number, got ${asWritten(value)}`);
  const rounded = Math.round(value * 100) / 100;
  return Math.abs(rounded) < 1e15 ? String(rounded === 0 ? 0 : rounded) : rounded.toFixed(0);
}

function render(piece: Piece): string {
  if (piece === null || piece === undefined || piece === false) return "";
  if (piece instanceof Markup) return piece.text;
  if (typeof piece === "number") return coordinate(piece);
  if (typeof piece === "string") return escapeText(piece);
  return piece.map(render).join("");
}
