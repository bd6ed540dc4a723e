import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compileObjective } from "../../src/compile/index.ts";
import { interpreterEngine } from "../../src/compile/interpreter/interpreter.ts";
import { wasmDenseKernels } from "../../src/compile/wasm/dense-kernels.ts";
import { wasmEngine } from "../../src/compile/wasm/engine.ts";
import { checkedBackend, type NativeBackend } from "../../src/host/native-engine.ts";
import { type NativeLibrary, openNativeLibrary } from "../../src/host/native-library.ts";
import { networkProblem } from "../../src/network/index.ts";
import {
  createRng,
  installDenseKernels,
  matrix,
  multiplyTransposed,
  symmetricEigen,
  symmetricEigenvalues,
} from "../../src/numeric/index.ts";
import * as p from "../../src/program/index.ts";
import { evaluate, native } from "./engines.ts";

// The system's BLAS and LAPACK behind `--engine native`. Each element of a product is a sum of the same terms in the
// library's own order, so |ĉ − c| ≤ 2γ_n Σ|a||b| with γ_n = n·2⁻⁵³ (Higham, Accuracy and Stability, §3.5); eigenvalues
// agree to a small multiple of n·2⁻⁵³·‖A‖, and vectors satisfy the equation. A library that does not is refused.

const library = openNativeLibrary();
const isThere = typeof native !== "string" && typeof library !== "string";
if (!isThere) process.stderr.write(`native engine: skipped, because ${native}\n`);

const rng = createRng(5, "native");
const values = (n: number) => Float64Array.from({ length: n }, () => rng.normal());

describe.skipIf(!isThere)("the native engine", () => {
  const [backend, opened] = [native as NativeBackend, library as NativeLibrary];

  test.each([
    [32, 32, 32],
    [50, 513, 37],
    [33, 64, 518],
    [257, 40, 61],
  ])("products of %d × %d and %d columns, operands as they lie, transposed, and cut out", (rows, inner, columns) => {
    for (const [ta, tb] of [
      [false, false],
      [false, true],
      [true, false],
      [true, true],
    ] as const) {
      const wide = p.input("a", ta ? [inner, rows + 3] : [rows, inner + 3], { role: "data" });
      const a = p.slice(wide, 1, 2, ta ? rows : inner);
      const b = p.input("b", tb ? [columns, inner] : [inner, columns], { role: "data", offset: 1 });
      const inputs = { a: values(p.sizeOf(wide.shape)), b: values(inner * columns + 1) };
      const nodes = [p.matmul(a, b, ta, tb)];
      const bound = p.matmul(p.abs(a), p.abs(b), ta, tb);
      const [expected, sizes] = evaluate(interpreterEngine, [...nodes, bound], inputs);
      const [actual] = evaluate(backend.engine, nodes, inputs);
      const gamma = 2 * inner * 2 ** -53;
      expect(actual!.every((x, i) => Math.abs(x - expected![i]!) <= gamma * sizes![i]!)).toBe(true);
      expect(actual).not.toEqual(expected); // it was the library that computed, and not our own loops
    }
  });

  test("many products side by side", () => {
    const x = p.input("x", [3, 40, 2, 50], { role: "data" });
    const heads = p.transpose(x, [0, 2, 1, 3]);
    const inputs = { x: values(3 * 40 * 2 * 50) };
    const node = p.matmul(heads, heads, false, true);
    const [[expected], [actual]] = [interpreterEngine, backend.engine].map((e) => evaluate(e, [node], inputs)) as [
      Float64Array[],
      Float64Array[],
    ];
    expect(Math.max(...actual!.map((a, i) => Math.abs(a - expected![i]!)))).toBeLessThanOrEqual(50 * 2 ** -50);
  });

  test("loss, gradient, Hessian–vector product and tangent kernel of a network, to 1e-13", () => {
    const layers = [60, 50, 4].map((units, i) => ({
      type: "dense" as const,
      units,
      ...(i < 2 ? { activation: "tanh" as const } : {}),
    }));
    const data = { inputs: values(300 * 40), targets: values(300 * 4), sampleCount: 300 };
    const problem = networkProblem({ input: [40], layers }, { type: "mse", scale: 0.5 }, data);
    const n = problem.dimension;
    const [theta, v] = [values(n).map((x) => 0.1 * x), values(n)];
    const [ours, theirs] = [wasmEngine, backend.engine].map((engine) => {
      const objective = compileObjective(problem, engine);
      const [gradient, hvp] = [new Float64Array(n), new Float64Array(n)];
      const loss = objective.gradient(theta, gradient);
      objective.hvp(theta, v, hvp);
      const kernel = objective.ntk(theta);
      objective.dispose();
      return [Float64Array.of(loss), gradient, hvp, kernel];
    }) as [Float64Array[], Float64Array[]];
    ours.forEach((expected, part) => {
      const scale = expected.reduce((m, x) => Math.max(m, Math.abs(x)), 0);
      const error = expected.reduce((m, x, i) => Math.max(m, Math.abs(x - theirs[part]![i]!)), 0);
      expect(error).toBeLessThanOrEqual(1e-13 * scale);
    });
  });

  test("eigenproblems and products of dense algebra", () => {
    const n = 120;
    const half = matrix(n, 90, values(n * 90)); // rank 90: thirty eigenvalues are 0
    const run = (kernels: Parameters<typeof installDenseKernels>[0]) => {
      installDenseKernels(kernels);
      const a = multiplyTransposed(half, half);
      const result = { a, ...symmetricEigen(a), alone: symmetricEigenvalues(a) };
      installDenseKernels(null);
      return result;
    };
    const [plain, other] = [run(wasmDenseKernels()), run(backend.denseKernels)];
    const error = 8 * n * 2 ** -53 * plain.values[0]!;
    for (let i = 0; i < n; i++) {
      expect(Math.abs(other.values[i]! - plain.values[i]!)).toBeLessThanOrEqual(error);
      expect(Math.abs(other.alone[i]! - plain.values[i]!)).toBeLessThanOrEqual(error);
    }
    const images = multiplyTransposed(other.vectors, plain.a);
    images.data.forEach((x, at) => {
      const scaled = other.values[Math.floor(at / n)]! * other.vectors.data[at]!;
      expect(Math.abs(x - scaled)).toBeLessThanOrEqual(error);
    });
  });

  test("a library whose products or eigenvalues are off by more than 1e-12 is refused", () => {
    const off: NativeLibrary["dgemm"] = (...args) => opened.dgemm(...args.with(6, 1 + 1e-10)); // α
    expect(checkedBackend({ ...opened, dgemm: off })).toMatch(/multiplies matrices otherwise/);
    const shifted: NativeLibrary["dsyevd"] = (...args) => {
      opened.dsyevd(...args);
      (args[5] as Float64Array)[3]! *= 1 + 1e-9;
    };
    expect(checkedBackend({ ...opened, dsyevd: shifted })).toMatch(/solves eigenproblems otherwise/);
  });
});

test("without a library there is a sentence", () => {
  expect(openNativeLibrary([{ blas: "libno-such-blas.so", lapack: "libno-such-blas.so" }])).toMatch(/koffi|OpenBLAS/);
});

// koffi unloads libraries before the threads of OpenMP end; a product on two of them, then the end of the process.
const openmp = "/usr/lib/x86_64-linux-gnu/openblas-openmp";
test.skipIf(!isThere || !existsSync(openmp))("a process with threads of OpenMP ends well", () => {
  const code = `
    import { openNativeLibrary } from "${new URL("../../dist/host/native-library.js", import.meta.url)}";
    const library = openNativeLibrary();
    library.setThreads(2);
    const [a, b, c] = [1, 2, 0].map((x) => new Float64Array(300 * 300).fill(x));
    library.dgemm(101, 111, 111, 300, 300, 300, 1, a, 300, b, 300, 0, c, 300);
    process.stdout.write(library.name + ": " + c[0]);`;
  const env = { ...process.env, LD_LIBRARY_PATH: openmp };
  const { status, signal, stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", code], {
    ...{ env, encoding: "utf8", timeout: 30_000 },
  });
  expect({ status, signal, stdout }).toEqual({
    status: 0,
    signal: null,
    stdout: expect.stringMatching(/OPENMP.*: 600$/),
  });
});
