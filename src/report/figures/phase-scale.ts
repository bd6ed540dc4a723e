import { css, diverging, type Rgb } from "../figure/colour-scales.ts";
import type { Box } from "../figure/frame.ts";
import { type Markup, markup } from "../markup.ts";
import { asWritten } from "../numerals.ts";

/** The colours of signed exponents: white at 0, symmetric, clipped at ±limit. */
export interface ExponentScale {
  readonly limit: number;
  /** Linear within ±constant and logarithmic beyond, where one sign would else be lost beside the other; null: linear. */
  readonly constant: number | null;
  /** Where a value lies between −1 and 1. */
  share(value: number): number;
  colour(value: number): Rgb;
}

export function exponentScale(values: Float64Array): ExponentScale {
  const [negative, positive] = [-1, 1].map((sign) =>
    values
      .filter((v) => v * sign > 0)
      .map(Math.abs)
      .sort(),
  );
  const limit = niceLimit(quantile(values.filter(Number.isFinite).map(Math.abs).sort(), 0.9) ?? 1);
  const [depth, height] = [quantile(negative!, 0.9) ?? 0, quantile(positive!, 0.9) ?? 0];
  const [small, large] = [Math.min(depth, height), Math.max(depth, height)];
  const constant = small > 0 && small < large / 40 ? Number(`1e${Math.floor(Math.log10(small / 3))}`) : null;
  const clipped = (share: number) => Math.max(-1, Math.min(1, share));
  const share =
    constant === null
      ? (value: number) => clipped(value / limit)
      : (value: number) => clipped(Math.asinh(value / constant) / Math.asinh(limit / constant));
  return { limit, constant, share, colour: (value) => diverging(share(value), 1) };
}

/** The bar that says what the colours mean: upright beside a wide map, lying under a narrow one. */
export function scaleBar({ limit, constant }: ExponentScale, box: Box, narrow: boolean): Markup {
  const stops = Array.from({ length: 21 }, (_, i) => {
    const share = narrow ? i / 10 - 1 : 1 - i / 10;
    return markup`<stop offset="${i / 20}" stop-color="${css(diverging(share, 1))}"/>`;
  });
  const id = `phase-scale-${narrow ? Math.round(box.right) : "tall"}`;
  const direction = narrow ? markup` x2="1" y2="0"` : markup` x2="0" y2="1"`;
  const bar = markup`<linearGradient id="${id}"${direction}>${stops}</linearGradient><rect class="frame" fill="url(#${id})" style="fill:url(#${id})" x="${box.left}" y="${box.top}" width="${box.right - box.left}" height="${box.bottom - box.top}"/>`;
  const [low, high] = [`≤ −${asWritten(limit)}`, `≥ ${asWritten(limit)}`];
  if (narrow) {
    const y = box.bottom + 17;
    const middle = (box.left + box.right) / 2;
    return markup`${bar}<text class="stable" x="${box.left}" y="${y}">${low}, stable</text><text class="muted middle" x="${middle}" y="${y}">λ = 0</text><text class="unstable end" x="${box.right}" y="${y}">${high}, unstable</text>`;
  }
  const x = box.right + 8;
  const middle = (box.top + box.bottom) / 2;
  const between = constant === null ? null : betweenTicks(limit, constant, box, x);
  return markup`${bar}<text class="muted" x="${box.left}" y="${box.top - 10}">λ per step</text><text class="unstable" x="${x}" y="${box.top + 10}">${high}</text><text class="unstable" x="${x}" y="${box.top + 27}">unstable</text><text class="muted" x="${x}" y="${middle + 4.5}">0</text>${between}<text class="stable" x="${x}" y="${box.bottom - 15}">stable</text><text class="stable" x="${x}" y="${box.bottom + 2}">${low}</text>`;
}

/** Powers of ten on a logarithmic bar, as far as there is room between 0 and the ends. */
function betweenTicks(limit: number, constant: number, box: Box, x: number): Markup {
  const middle = (box.top + box.bottom) / 2;
  const half = (box.bottom - box.top) / 2;
  const powers = Array.from({ length: 40 }, (_, i) => Number(`1e${Math.floor(Math.log10(limit)) - i}`)).filter(
    (value) => value >= constant && value < limit,
  );
  let last = 1;
  const kept = powers.filter((value) => {
    const share = Math.asinh(value / constant) / Math.asinh(limit / constant);
    const isApart = (last - share) * half >= (last === 1 ? 44 : 24) && share * half >= 20;
    if (isApart) last = share;
    return isApart;
  });
  return markup`${kept.map((value) => {
    const offset = (half * Math.asinh(value / constant)) / Math.asinh(limit / constant);
    return markup`<text class="muted" x="${x}" y="${middle - offset + 4.5}">${asWritten(value)}</text><text class="muted" x="${x}" y="${middle + offset + 4.5}">−${asWritten(value)}</text>`;
  })}`;
}

function quantile(sorted: Float64Array, share: number): number | undefined {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

/** 1, 2 or 5 times a power of ten, not below the value. */
function niceLimit(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5, 10].find((step) => step * power >= value * (1 - 1e-9)) ?? 10);
}
