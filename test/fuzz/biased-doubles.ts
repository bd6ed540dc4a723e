import { nextDown, nextUp } from "../../src/interval/index.ts";
import type { Rng } from "../../src/numeric/index.ts";

/** A finite double, biased to what breaks directed rounding: ±0, subnormal, huge, powers of two, their neighbours. */
export function biasedDouble(rng: Rng): number {
  const size = biasedSize(rng);
  return rng.uniform() < 0.5 ? -size : size;
}

const view = new DataView(new ArrayBuffer(8));

function biasedSize(rng: Rng): number {
  switch (rng.integer(12)) {
    case 0:
      return rng.integer(3) === 0 ? 0 : rng.integer(10) * Number.MIN_VALUE;
    case 1: // subnormal, up to just above the smallest normal number
      view.setUint32(0, rng.integer(0x200000));
      view.setUint32(4, rng.uint32());
      return view.getFloat64(0);
    case 2: // near overflow
      view.setUint32(0, 0x7fe00000 + rng.integer(0x100000));
      view.setUint32(4, rng.uint32());
      return view.getFloat64(0);
    case 3:
      return rng.integer(4) === 0 ? Number.MAX_VALUE : rng.integer(1000);
    case 4: {
      // a power of two or a neighbour
      view.setUint32(0, (1 + rng.integer(2046)) << 20);
      view.setUint32(4, 0);
      const power = view.getFloat64(0);
      return [power, nextUp(power), nextDown(power)][rng.integer(3)];
    }
    case 5: // any exponent
      view.setUint32(0, rng.integer(0x7ff00000));
      view.setUint32(4, rng.uint32());
      return view.getFloat64(0);
    case 6: // few bits: exact sums, products and roots
      return rng.integer(4096) / 64;
    case 7: // close to 1
      return 1 + (rng.uniform() - 0.5) * 10 ** -rng.integer(17);
    default:
      return Math.abs(rng.normal()) * 10 ** (rng.integer(8) - 4);
  }
}
