import { expect, test } from "vitest";
import { createRng, matrix, maxAbs, multiply, multiplyTransposed, transpose } from "../numeric/index.ts";
import { conjugateByRoots, outputRoots } from "./index.ts";

const rng = createRng(42, "output-roots");
const k = 4;

/** diag(π) − ππᵀ, the Hessian of cross-entropy in the logits: positive semidefinite of rank k − 1, kernel 1. */
function softmaxHessian(): Float64Array {
  const e = Float64Array.from({ length: k }, () => Math.exp(2 * rng.normal()));
  const total = e.reduce((a, b) => a + b, 0);
  const p = e.map((x) => x / total);
  return Float64Array.from({ length: k * k }, (_, at) => {
    const [i, j] = [Math.floor(at / k), at % k];
    return (i === j ? p[i] : 0) - p[i] * p[j];
  });
}

const softmax = softmaxHessian();
const blocks = Float64Array.of(...softmax, 2, 0, 0, 0, 0, 0.5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1e-20);

test("RᵀR = B, for softmax blocks and diagonal ones, zero entries included", () => {
  const roots = outputRoots(blocks, k);
  for (let at = 0; at < blocks.length; at += k * k) {
    const r = matrix(k, k, roots.blocks.slice(at, at + k * k));
    const product = multiplyTransposed(transpose(r), transpose(r));
    expect(maxAbs(product.data.map((x, i) => x - blocks[at + i]))).toBeLessThanOrEqual(1e-15);
  }
  expect(roots.clipped).toBeLessThanOrEqual(1e-16);
});

test("Rᵀv = x for x in the range of B", () => {
  const roots = outputRoots(softmax, k);
  const x = Float64Array.of(1, -2, 0.5, 0.5); // sums to 0
  const v = new Float64Array(k);
  const back = new Float64Array(k);
  roots.solveTransposed(x, v);
  roots.applyTransposed(v, back);
  expect(maxAbs(back.map((y, i) => y - x[i]))).toBeLessThanOrEqual(1e-12);
});

test("conjugation is R S Rᵀ block by block, and apply is R x", () => {
  const roots = outputRoots(blocks, k);
  const size = 2 * k;
  const full = matrix(size, size); // blockdiag(R_0, R_1)
  for (let at = 0; at < size; at++) {
    for (let j = 0; j < k; j++) full.data[at * size + Math.floor(at / k) * k + j] = roots.blocks[at * k + j];
  }
  const g = matrix(
    size,
    size,
    Float64Array.from({ length: size * size }, () => rng.normal()),
  );
  const s = multiplyTransposed(g, g);
  const expected = multiplyTransposed(multiply(full, s), full);
  const kernel = s.data.slice();
  conjugateByRoots(kernel, roots);
  expect(maxAbs(kernel.map((x, i) => x - expected.data[i]))).toBeLessThanOrEqual(1e-13);
  const x = Float64Array.from({ length: size }, () => rng.normal());
  const image = multiply(full, matrix(size, 1, x.slice())).data;
  roots.apply(x, x);
  expect(maxAbs(x.map((y, i) => y - image[i]))).toBeLessThanOrEqual(1e-14);
});

test("a negative eigenvalue is cut off and named", () => {
  const roots = outputRoots(Float64Array.of(1, 2, 2, 1), 2); // eigenvalues 3 and −1
  expect(roots.clipped).toBeCloseTo(1, 14);
  const r = matrix(2, 2, roots.blocks);
  expect([...multiplyTransposed(transpose(r), transpose(r)).data]).toEqual(
    [1.5, 1.5, 1.5, 1.5].map((x) => expect.closeTo(x, 14)),
  );
});
