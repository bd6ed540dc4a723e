const bits = new DataView(new ArrayBuffer(8));

/** 2^k exactly, for −1074 ≤ k ≤ 1023. (`2 ** k` is left to the implementation by the language standard.) */
export function powerOfTwo(k: number): number {
  if (k < -1022) return Number.MIN_VALUE * powerOfTwo(k + 1074);
  bits.setUint32(0, (k + 1023) << 20);
  bits.setUint32(4, 0);
  return bits.getFloat64(0);
}

/** The integer e with 2^e ≤ |x| < 2^(e+1), for finite x ≠ 0. */
export function exponentOf(x: number): number {
  bits.setFloat64(0, x);
  const biased = (bits.getUint32(0) >>> 20) & 0x7ff;
  return biased === 0 ? exponentOf(x * TWO_TO_54) - 54 : biased - 1023;
}

const TWO_TO_54 = powerOfTwo(54);
