import { type Markup, markup } from "../markup.ts";
import type { Box } from "./frame.ts";
import { clipSegment, type Point } from "./marks.ts";
import { textWidth } from "./text-width.ts";

export type Anchor = "start" | "middle" | "end";

/** A place where a label may stand: its anchor point on the baseline. */
export interface Spot {
  readonly x: number;
  readonly y: number;
  readonly anchor: Anchor;
}

/** What labels keep clear of. A placed label is added to it. */
export interface Obstacles {
  readonly curves: readonly (readonly Point[])[];
  readonly boxes: Box[];
  readonly bounds: Box;
}

/**
 * The first spot at which the text covers nothing, else the one that covers least, with a halo of the ground so that it
 * stays readable there. `lines` are set one under another. Where a label may be left out, it is left out when no spot is free.
 */
export function label(
  lines: readonly string[],
  spots: readonly Spot[],
  obstacles: Obstacles,
  className: string,
  { mayBeLeftOut = false } = {},
): Markup | null {
  const weight = className.includes("strong") ? 1.08 : 1;
  let best: { spot: Spot; cost: number } | undefined;
  for (const spot of spots) {
    const cost = costOf(boxOf(lines, spot, weight), obstacles);
    if (best === undefined || cost < best.cost - 1e-9) best = { spot, cost };
    if (cost === 0) break;
  }
  if (best === undefined || best.cost >= (mayBeLeftOut ? hidesSomething : outOfBounds)) return null;
  obstacles.boxes.push(boxOf(lines, best.spot, weight));
  return labelAt(lines, best.spot, className);
}

/** Text with a halo at a fixed spot. */
export function labelAt(lines: readonly string[], { x, y, anchor }: Spot, className: string): Markup {
  const spans = lines.map((line, i) => markup`<tspan x="${x}" y="${y + i * lineHeight}">${line}</tspan>`);
  return markup`<text class="halo ${anchor} ${className}">${spans}</text>`;
}

/** Spots beside a curve, from its right end to its left: above, below, left and right of its points. */
export function spotsAlong(points: readonly Point[], bounds: Box): readonly Spot[] {
  const inside = points.filter(
    ([x, y]) => x >= bounds.left && x <= bounds.right && y >= bounds.top && y <= bounds.bottom,
  );
  const stride = Math.max(1, Math.floor(inside.length / 60));
  const spots: Spot[] = [];
  for (let i = inside.length - 1; i >= 0; i -= stride) {
    const [x, y] = inside[i]!;
    spots.push({ x: x - 8, y: y - 5, anchor: "end" }, { x: x + 8, y: y + 15, anchor: "start" });
    spots.push({ x, y: y - 9, anchor: "middle" }, { x, y: y + 19, anchor: "middle" });
    spots.push({ x: x + 8, y: y - 5, anchor: "start" }, { x: x - 8, y: y + 15, anchor: "end" });
  }
  return spots;
}

const lineHeight = 16;
const outOfBounds = 1e6;
const hidesSomething = 6;

function boxOf(lines: readonly string[], { x, y, anchor }: Spot, weight: number): Box {
  const width = weight * Math.max(...lines.map((line) => textWidth(line)));
  const left = anchor === "start" ? x : anchor === "end" ? x - width : x - width / 2;
  return { left: left - 3, top: y - 12, right: left + width + 3, bottom: y + 5 + (lines.length - 1) * lineHeight };
}

function costOf(box: Box, { curves, boxes, bounds }: Obstacles): number {
  if (box.left < bounds.left || box.right > bounds.right || box.top < bounds.top || box.bottom > bounds.bottom) {
    return outOfBounds;
  }
  let cost = 0;
  for (const other of boxes) cost += 4 * overlap(box, other);
  for (const curve of curves) cost += lengthInside(curve, box);
  return cost;
}

function overlap(a: Box, b: Box): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return width > 0 && height > 0 ? width * height : 0;
}

function lengthInside(curve: readonly Point[], box: Box): number {
  let length = 0;
  for (let i = 1; i < curve.length; i++) {
    const part = clipSegment(curve[i - 1]!, curve[i]!, box);
    if (part !== undefined) length += Math.hypot(part[1][0] - part[0][0], part[1][1] - part[0][1]) + 0.1;
  }
  return length;
}
