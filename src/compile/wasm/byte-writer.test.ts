import { expect, test } from "vitest";
import { ByteWriter } from "./byte-writer.ts";

const bytesOf = (write: (out: ByteWriter) => void) => {
  const out = new ByteWriter();
  write(out);
  return [...out.bytes()];
};

// The two worked examples of the DWARF standard, appendix C, and the ends of the one-byte range.
test("integers are LEB128", () => {
  expect(bytesOf((out) => out.unsigned(624485))).toEqual([0xe5, 0x8e, 0x26]);
  expect(bytesOf((out) => out.signed(-123456))).toEqual([0xc0, 0xbb, 0x78]);
  for (const [value, length] of [
    [63, 1],
    [64, 2],
    [-64, 1],
    [-65, 2],
    [-(2 ** 31), 5],
  ] as const) {
    expect(bytesOf((out) => out.signed(value))).toHaveLength(length);
    expect(bytesOf((out) => out.signedBig(BigInt(value)))).toEqual(bytesOf((out) => out.signed(value)));
  }
  expect(bytesOf((out) => out.unsigned(2 ** 32 - 1))).toEqual([0xff, 0xff, 0xff, 0xff, 0x0f]);
});

test("doubles keep their bits, and the buffer grows", () => {
  expect(bytesOf((out) => out.double(-0))).toEqual([0, 0, 0, 0, 0, 0, 0, 0x80]);
  expect(bytesOf((out) => out.append(new Uint8Array(100_000).fill(7)))).toHaveLength(100_000);
});
