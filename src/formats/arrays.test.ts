// The bytes marked "numpy" were written by numpy 1.24 (np.save, np.savez_compressed); the formats are NEP 1, the IDX page
// of the MNIST database, the safetensors README, RFC 1952 (gzip) and APPNOTE (zip). Others are put together by hand.
import { gzipSync, strToU8, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { type ArraySource, FormatError, readArray, readArrays } from "./index.ts";

const base64 = (text: string) => new Uint8Array(Buffer.from(text, "base64"));
const numpyHeader = (dict: string) => strToU8(`\x93NUMPY\x01\x00v\x00${`{${dict}}`.padEnd(117)}\n`, true);
const join = (...parts: (Uint8Array | number[])[]) =>
  Uint8Array.from(Buffer.concat(parts.map((part) => Buffer.from(part))));
const read = (bytes: Uint8Array, options: Omit<ArraySource, "file"> = {}, file = "x.npy") => {
  const { shape, data } = readArray(bytes, { file, ...options });
  return { shape: [...shape], data: [...data] };
};

const f8Fortran =
  "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAAAAAAAAAPg/AAAAAAAA4D8AAAAAAAAAQAAAAAAAAPA/AAAAAAAABEA=";
const f4BigEndian =
  "k05VTVBZAQB2AHsnZGVzY3InOiAnPmY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAPwAAAD+AAAA/wAAAQAAAAEAgAAA=";
const f8Scalar =
  "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAEQA==";
const npz =
  "UEsDBBQAAAAIAAAAIQAvO56EUgAAAKgAAAAJABQAdGhldGEubnB5AQAQAKgAAAAAAAAAUgAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBuk2ahrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RqmOpo6CrUKFAAuBhRwwR5CP4DSL6D0B3sAUEsDBBQAAAAIAAAAIQBZm9p9VgAAALAAAAAFABQAVy5ucHkBABAAsAAAAAAAAABWAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6TaaGuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6CsaaOgq1CmQDLgYoYITSTFCaGUqzQGlWKA0AUEsBAhQDFAAAAAgAAAAhAC87noRSAAAAqAAAAAkAAAAAAAAAAAAAAIABAAAAAHRoZXRhLm5weVBLAQIUAxQAAAAIAAAAIQBZm9p9VgAAALAAAAAFAAAAAAAAAAAAAACAAY0AAABXLm5weVBLBQYAAAAAAgACAGoAAAAaAQAAAAA=";

const halves = [0, 0.5, 1, 1.5, 2, 2.5];

describe("npy", () => {
  test("numpy's own bytes: Fortran order, big endian, and a scalar", () => {
    expect(read(base64(f8Fortran))).toEqual({ shape: [2, 3], data: halves });
    expect(read(base64(f4BigEndian))).toEqual({ shape: [2, 3], data: halves });
    expect(read(base64(f8Scalar))).toEqual({ shape: [], data: [2.5] });
  });

  test("Fortran order of three axes: entry (i, j, k) stands at i + 2j + 6k", () => {
    const shape = numpyHeader("'descr': '<i2', 'fortran_order': True, 'shape': (2, 3, 4), ");
    const values = Array.from({ length: 24 }, (_, at) => {
      const [i, j, k] = [at % 2, Math.floor(at / 2) % 3, Math.floor(at / 6)];
      return [12 * i + 4 * j + k, 0];
    });
    expect(read(join(shape, values.flat())).data).toEqual(Array.from({ length: 24 }, (_, n) => n));
  });

  test.each([
    ["<f2", [0x00, 0x3c, 0x00, 0xc1, 0x01, 0x00, 0xff, 0x7b, 0x66, 0x2e], [1, -2.5, 2 ** -24, 65504, 0.0999755859375]],
    [">i2", [0xff, 0xfe, 0x01, 0x00], [-2, 256]],
    ["|u1", [0, 255], [0, 255]],
    ["|i1", [0x80, 0x7f], [-128, 127]],
    ["|b1", [0, 1], [0, 1]],
    ["<u4", [0xff, 0xff, 0xff, 0xff], [4294967295]],
    ["<i8", [0, 0, 0, 0, 0, 0, 0x20, 0, 0xfb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [2 ** 53, -5]],
  ])("%s", (descr, bytes, values) => {
    const header = numpyHeader(`'descr': '${descr}', 'fortran_order': False, 'shape': (${values.length},), `);
    expect(read(join(header, bytes)).data).toEqual(values);
  });

  test.each([
    [
      "an integer no double holds",
      "'<i8', 'fortran_order': False, 'shape': (1,)",
      [1, 0, 0, 0, 0, 0, 0x20, 0],
      /finite/,
    ],
    ["objects", "'|O', 'fortran_order': False, 'shape': (1,)", [0x80, 2], /Python objects, which are never executed/],
    ["complex numbers", "'<c16', 'fortran_order': False, 'shape': (1,)", [], /complex/],
    ["text", "'<U3', 'fortran_order': False, 'shape': (1,)", [], /text/],
    ["an inherited name", "'<constructor', 'fortran_order': False, 'shape': (1,)", [], /expected real numbers/],
    ["records", "[('a', '<f8')], 'fortran_order': False, 'shape': (1,)", [], /records/],
    [
      "too few bytes",
      "'<f8', 'fortran_order': False, 'shape': (2,)",
      [0, 0, 0, 0, 0, 0, 0, 0],
      /expected 16 bytes.*found 8/,
    ],
    ["bytes left over", "'<f4', 'fortran_order': False, 'shape': (1,)", [0, 0, 0, 0, 0], /expected 4 bytes.*found 5/],
    ["a shape that overflows", "'<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296)", [], /at most/],
    ["a zero-length array", "'<f8', 'fortran_order': False, 'shape': (0, 3)", [], /expected numbers/],
    [
      "NaN",
      "'<f4', 'fortran_order': False, 'shape': (2, 1)",
      [0, 0, 0, 0, 0, 0, 0xc0, 0x7f],
      /found NaN at index \[1, 0\]/,
    ],
    ["infinity", "'<f2', 'fortran_order': False, 'shape': (1,)", [0x00, 0x7c], /found Infinity/],
    ["no shape", "'<f8', 'fortran_order': False", [], /numpy header/],
  ])("refuses %s", (_, dict, bytes, message) => {
    expect(() => read(join(numpyHeader(`'descr': ${dict}, `), bytes))).toThrow(message);
  });

  test("every truncation of an array is refused by name", () => {
    const whole = base64(f4BigEndian);
    for (let length = 1; length < whole.length; length++) {
      expect(() => read(whole.subarray(0, length))).toThrow(FormatError);
      expect(() => read(whole.subarray(0, length))).toThrow(/^x\.npy: /);
    }
  });
});

describe("npz", () => {
  test("numpy's own bytes", () => {
    expect(read(base64(npz), { array: "theta" }).data).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(read(base64(npz), { array: "W", rows: "1:1", columns: [2, "0..1"] })).toEqual({
      shape: [1, 3],
      data: [5, 3, 4],
    });
    expect([...readArrays(base64(npz), "x.npz").keys()]).toEqual(["theta", "W"]);
  });

  test("tensors of a checkpoint must be finite, each when it is read", () => {
    const nan = numpyHeader("'descr': '<f2', 'fortran_order': False, 'shape': (1,), ");
    const arrays = readArrays(zipSync({ "w.npy": join(nan, [0, 0x7e]), "b.npy": join(nan, [0, 0x3c]) }), "t.npz");
    expect(arrays.get("b")!()).toEqual({ shape: [1], data: Float64Array.of(1) });
    expect(arrays.get("w")).toThrow("t.npz: array w: expected finite numbers, found NaN at index [0]");
  });

  test("says which arrays there are", () => {
    expect(() => read(base64(npz))).toThrow("x.npy: expected array: one of theta, W, found nothing");
    expect(() => read(base64(npz), { array: "thata" })).toThrow(/one of the arrays theta, W, found "thata"/);
    expect(() => read(zipSync({ "data.pkl": strToU8("pickle") }))).toThrow(/found none/);
  });

  test("every truncation and every flipped byte is refused, or leaves the numbers as they are", () => {
    const whole = base64(npz);
    const theta = read(whole, { array: "theta" });
    for (let length = 1; length < whole.length; length++) {
      expect(() => read(whole.subarray(0, length), { array: "theta" }, "x.npz")).toThrow(FormatError);
    }
    for (let at = 4; at < whole.length; at++) {
      const damaged = Uint8Array.from(whole);
      damaged[at]! ^= 0x55;
      try {
        expect(read(damaged, { array: "theta" }, "x.npz")).toEqual(theta);
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    }
  });

  test("a bomb is refused before it is unpacked, also when its directory lies about the size", () => {
    const bomb = zipSync({ "theta.npy": new Uint8Array(2 ** 22) });
    const directory = bomb.length - 22 - 46 - "theta.npy".length;
    const view = new DataView(bomb.buffer, bomb.byteOffset);
    view.setUint32(directory + 24, 0xf0000000, true);
    expect(() => read(bomb)).toThrow(/expected at most .* numbers/);
    view.setUint32(directory + 24, 100, true);
    expect(() => read(bomb)).toThrow("x.npy: theta.npy: expected at most 100 bytes once unpacked, found more");
  });
});

describe("gzip and idx", () => {
  const images = join([0, 0, 8, 3], [0, 0, 0, 2], [0, 0, 0, 2], [0, 0, 0, 1], [0, 255, 7, 9]);

  test("bytes of images, packed and plain, scaled", () => {
    expect(read(images)).toEqual({ shape: [2, 2, 1], data: [0, 255, 7, 9] });
    expect(read(gzipSync(images, { filename: "train-images" }))).toEqual({ shape: [2, 2, 1], data: [0, 255, 7, 9] });
    expect(read(images, { scale: 2, offset: -1, rows: "1:1" })).toEqual({ shape: [1, 2, 1], data: [13, 17] });
    expect(read(images, { shape: [1, 2] }).shape).toEqual([2, 1, 2]);
    expect(() => read(images, { shape: [3] })).toThrow(/samples of shape \[3\], found 2 numbers in each/);
  });

  test("IDX is big-endian", () => {
    expect(read(join([0, 0, 11, 1, 0, 0, 0, 2], [0xff, 0xfe, 1, 0])).data).toEqual([-2, 256]);
    expect(read(join([0, 0, 13, 1, 0, 0, 0, 1], [0x3f, 0xc0, 0, 0])).data).toEqual([1.5]);
  });

  test("lengths are compared before anything is allocated", () => {
    expect(() => read(join([0, 0, 8, 2], [255, 255, 255, 255], [255, 255, 255, 255]))).toThrow(/at most/);
    expect(() => read(images.subarray(0, 18))).toThrow(/expected 4 bytes for shape \[2, 2, 1\], found 2/);
    expect(() => read(images.subarray(0, 9))).toThrow(/truncated/);
  });

  test("every truncation and every flipped byte of a gzip file is refused, or leaves the numbers as they are", () => {
    const whole = gzipSync(images);
    for (let length = 1; length < whole.length; length++) {
      expect(() => read(whole.subarray(0, length))).toThrow(FormatError);
    }
    for (let at = 2; at < whole.length; at++) {
      const damaged = Uint8Array.from(whole);
      damaged[at]! ^= 0x33;
      try {
        expect(read(damaged).data).toEqual([0, 255, 7, 9]);
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    }
  });

  test("a gzip bomb is refused by the length it claims, and when it lies, by its checksum", () => {
    const bomb = gzipSync(new Uint8Array(2 ** 22));
    const view = new DataView(bomb.buffer, bomb.byteOffset);
    view.setUint32(bomb.length - 4, 0xffffffff, true);
    expect(() => read(bomb)).toThrow(/at most 536870912 bytes once unpacked, found 4294967295/);
    view.setUint32(bomb.length - 4, 10, true);
    expect(() => read(bomb)).toThrow(/damaged/);
  });
});

describe("safetensors", () => {
  const file = (header: unknown, body: number[] = []) => {
    const text = strToU8(typeof header === "string" ? header : JSON.stringify(header));
    const length = new Uint8Array(8);
    new DataView(length.buffer).setBigUint64(0, BigInt(text.length), true);
    return join(length, text, body);
  };
  const tensor = (dtype: string, shape: unknown, data_offsets: unknown) => ({ w: { dtype, shape, data_offsets } });
  const load = (bytes: Uint8Array) => read(bytes, {}, "m.safetensors");

  test.each([
    ["F64", [0, 0, 0, 0, 0, 0, 0xf8, 0x3f], 1.5],
    ["F32", [0, 0, 0xc0, 0x3f], 1.5],
    ["F16", [0x00, 0x3e], 1.5],
    ["BF16", [0xc0, 0x3f], 1.5],
    ["BF16", [0x01, 0x80], -(2 ** -133)],
    ["I64", [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], -2],
    ["U8", [200], 200],
    ["BOOL", [1], 1],
  ])("%s", (dtype, bytes, value) => {
    expect(
      load(file({ __metadata__: { format: "pt" }, ...tensor(dtype, [1], [0, bytes.length]) }, bytes)).data,
    ).toEqual([value]);
  });

  test("a header length that begins like gzip is no gzip", () => {
    const header = JSON.stringify(tensor("U8", [1], [0, 1])).padEnd(0x088b1f);
    expect(load(file(header, [7])).data).toEqual([7]);
  });

  test.each([
    ["a header longer than the file", join([255, 255, 255, 255, 255, 255, 255, 255], [1, 2, 3])],
    ["a header that is no JSON", file("{w:")],
    ["a list for a header", file([1])],
    ["no tensors", file({})],
    ["an unknown type", file(tensor("F8_E4M3", [1], [0, 1]), [1])],
    ["an inherited type", file(tensor("toString", [1], [0, 1]), [1])],
    ["offsets outside", file(tensor("U8", [4], [0, 4]), [1])],
    ["offsets before", file(tensor("U8", [4], [-4, 0]), [1, 2, 3, 4])],
    ["offsets of another length", file(tensor("U8", [2], [0, 1]), [1])],
    ["fractional lengths", file(tensor("U8", [1.5], [0, 1]), [1])],
    ["text for offsets", file(tensor("U8", [1], ["0", "1"]), [1])],
    ["an enormous shape", file(tensor("F64", [1e9, 1e9], [0, 8]), [0, 0, 0, 0, 0, 0, 0, 0])],
    ["null for a tensor", file({ w: null })],
  ])("refuses %s", (_, bytes) => {
    expect(() => load(bytes)).toThrow(FormatError);
    expect(() => load(bytes)).toThrow(/^m\.safetensors: .*expected/);
  });
});
