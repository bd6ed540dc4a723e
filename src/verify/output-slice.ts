import * as iv from "../interval/index.ts";
import { matrix, symmetricEigen } from "../numeric/index.ts";
import type { LossProgram, Node } from "../program/index.ts";
import { hessianProgram } from "./hessian-reader.ts";
import { intervalScalars } from "./interval-reader.ts";
import { countUses, outputLayer } from "./output-layer.ts";
import type { Piece } from "./piece-spectrum.ts";
import { readNumbers } from "./read-number.ts";
import { readProgram } from "./scalar-reader.ts";
import { domainLimit } from "./whole-domain.ts";

/** The coordinates of the output layer's weights V and of all its parameters; null where it has no plain dense one. */
export function outputCoordinates(loss: LossProgram): { readonly weight: number[]; readonly all: number[] } | null {
  const layer = loss.outputs && outputLayer(loss, countUses(loss));
  if (!layer || layer.activation !== null || seesParametersBeside(loss, loss.outputs!)) return null;
  const coordinates = (node: Node | null) => {
    const slot = loss.parameters.find((x) => x.node === node)?.slot;
    return slot ? Array.from({ length: slot.size }, (_, i) => slot.offset + i) : [];
  };
  const weight = coordinates(layer.weight);
  return { weight, all: [...weight, ...coordinates(layer.bias)] };
}

/** Whether the losses read a parameter other than through the outputs. */
function seesParametersBeside(loss: LossProgram, outputs: Node): boolean {
  const parameters = new Set(loss.parameters.map((x) => x.node));
  const seen = new Set<Node>([outputs]);
  const stack = [loss.sampleLosses];
  while (stack.length > 0) {
    const node = stack.pop()!;
    if (seen.has(node)) continue;
    seen.add(node);
    if (parameters.has(node)) return true;
    stack.push(...node.operands);
  }
  return false;
}

/**
 * The enclosed eigenvalues of H, all but some zeros, at a θ whose output weights V are 0, whatever the number of other
 * parameters θ_b. Null where V is not 0, or an enclosure fails.
 *
 * There f = c does not depend on θ_b, so with G the block of (V, c) and T its coupling to θ_b, H = [[G, T], [Tᵀ, 0]]. Its
 * eigenvalues other than 0 are those of [[G, R], [R, 0]] for R = (TTᵀ)^½, since T = RQ with orthonormal rows of Q on the
 * range of R. R is known up to ‖TTᵀ − R̃²‖^½ (square roots of positive semidefinite matrices; the sign of R̃ does not
 * matter), which widens the enclosed spectrum (Weyl).
 * Cost: one Hessian–vector product in intervals for each parameter of the output layer.
 */
export function outputSliceSpectrum(piece: Piece, theta: readonly number[]): iv.IntervalArray | null {
  const { loss, dimension: n } = piece;
  const own = outputCoordinates(loss);
  if (!own || own.weight.some((i) => theta[i] !== 0) || domainLimit(loss.loss) !== null) return null;
  const { all } = own;
  const size = all.length;
  const columns = hessianColumns(piece, theta, all);
  const g = iv.intervalMatrix(size, size);
  const isOwn = new Set(all);
  const rest = Array.from({ length: n }, (_, i) => i).filter((i) => !isOwn.has(i));
  const t = iv.intervalMatrix(size, Math.max(1, rest.length));
  for (const [a, column] of columns.entries()) {
    for (const [b, i] of all.entries()) iv.setInterval(g, a * size + b, column[i]!);
    for (const [b, i] of rest.entries()) iv.setInterval(t, a * t.cols + b, column[i]!);
  }
  const gram = iv.multiplyIntervals(t, iv.transposeIntervals(t));
  if (!iv.isBoundedArray(gram) || !iv.isBoundedArray(g)) return null;
  const root = squareRoot(gram);
  const square = iv.multiplyIntervals(iv.pointMatrix(root), iv.pointMatrix(root));
  const slack = iv.sqrtUp(iv.infinityNormBound(iv.subtractIntervals(gram, square)));
  const whole = iv.intervalMatrix(2 * size, 2 * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      iv.setInterval(whole, 2 * size * i + j, iv.intervalAt(g, i * size + j));
      const entry = iv.point(root.data[i * size + j]!);
      iv.setInterval(whole, 2 * size * i + size + j, entry);
      iv.setInterval(whole, 2 * size * (size + j) + i, entry);
    }
  }
  const spectrum = iv.symmetricSpectrum(whole);
  if (spectrum.status !== "enclosed" || !Number.isFinite(slack)) return null;
  const widened = { lo: -slack, hi: slack };
  return iv.mapIntervals((x) => iv.add(x, widened), spectrum.values);
}

/** Columns of H at θ, in intervals. */
function hessianColumns({ loss, dimension: n, inputs }: Piece, theta: readonly number[], indices: readonly number[]) {
  const numbers = Object.entries(inputs).map(([name, x]) => [name, readNumbers(intervalScalars, x)] as const);
  const at = theta.map(iv.point);
  const program = hessianProgram(loss, n);
  const product = readProgram(intervalScalars, program, { ...Object.fromEntries(numbers), theta: at }, ["direction"]);
  const direction = new Array<iv.Interval>(n).fill(iv.zero);
  return indices.map((i) => {
    direction[i] = iv.one;
    const column = product({ direction })["product"]!;
    direction[i] = iv.zero;
    return column;
  });
}

/** A symmetric matrix whose square is near the middle of a positive semidefinite one, made exactly symmetric. */
function squareRoot(gram: iv.IntervalMatrix) {
  const n = gram.rows;
  const middle = iv.midpointMatrix(gram);
  const { values, vectors } = symmetricEigen(middle);
  const root = matrix(n, n);
  for (let k = 0; k < n; k++) {
    const weight = Math.sqrt(Math.max(0, values[k]!));
    for (let i = 0; i < n; i++) {
      const scaled = weight * vectors.data[k * n + i]!;
      for (let j = 0; j <= i; j++) root.data[i * n + j]! += scaled * vectors.data[k * n + j]!;
    }
  }
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) root.data[j * n + i] = root.data[i * n + j]!;
  return root;
}
