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

/** The colour of the class of this rank among `count`: the sequential scale without its ends, softened so that large areas stay calm. */
export function categorical(rank: number, count: number): Rgb {
  const colour = sequential(count === 1 ? 0.6 : 0.92 - (0.8 * rank) / (count - 1));
  return colour.map((channel) => Math.round(channel + 0.3 * (255 - channel))) as unknown as Rgb;
}

/** What becomes of a trajectory: blue where it stays, orange where it dies, greys between. A diverged one has a texture instead. */
export const fateColours: Readonly<Record<string, Rgb>> = {
  converged: [0x55, 0x8c, 0xc2],
  periodic: [0xa9, 0xc6, 0xe2],
  wandering: [0xb9, 0xbb, 0xbe],
  stalled: [0xdc, 0xdc, 0xda],
  dead: [0xe0, 0xa8, 0x86],
};

/** Pieces on which one step is singular: the hue of what dies. */
export const singularColour: Rgb = [0xd9, 0x8a, 0x5f];

export function css([r, g, b]: Rgb): string {
  return `#${[r, g, b].map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
}

const stableHue: Rgb = [0x1b, 0x5a, 0x98];
const unstableHue: Rgb = [0xb0, 0x48, 0x14];
