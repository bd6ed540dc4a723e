import { interpolateCividis } from "d3-scale-chromatic";

export type Rgb = readonly [number, number, number];

/**
 * A signed quantity in the two hues, white at exactly 0 and symmetric: −limit is the full stable hue, +limit the full unstable one,
 * and what lies beyond is clipped. The root makes small values visible without moving 0.
 */
export function diverging(value: number, limit: number): Rgb {
  const share = Math.min(1, Math.abs(value) / limit) ** 0.7;
  const hue = value < 0 ? stableHue : unstableHue;
  return hue.map((channel) => Math.round(255 + (channel - 255) * share)) as unknown as Rgb;
}

/** A share of 0 to 1 on a perceptually uniform scale that the colour-blind read too (cividis, Nuñez et al. 2018). */
export function sequential(share: number): Rgb {
  const [r = 0, g = 0, b = 0] = interpolateCividis(share).match(/\d+/g)!.map(Number);
  return [r, g, b];
}

export function css([r, g, b]: Rgb): string {
  return `#${[r, g, b].map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
}

const stableHue: Rgb = [0x1b, 0x5a, 0x98];
const unstableHue: Rgb = [0xb0, 0x48, 0x14];
