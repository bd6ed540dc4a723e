import {
  addRationals,
  divideRationals,
  multiplyRationals,
  type Rational,
  rational,
  showRational,
  simplestRational,
  subtractRationals,
} from "../modular/index.ts";
import {
  type CollapseEvidence,
  constantBlocks,
  type Evidence,
  type Finding,
  hessianProgram,
  type NetworkStructure,
  numberedPieces,
  pieceOf,
  rationalScalars,
  readHessian,
  refuteCollapse,
  type Selections,
  type Subject,
  UnreadableOperation,
} from "../verify/index.ts";
import { flatLayers } from "./flat-layers.ts";

/** Radii of the boxes tried, widest first. */
const radii = [-4, -8, -14, -20, -30, -40, -46].map((exponent) => 2 ** exponent);
/** Above this dimension no kernel is computed exactly. */
const largestKernel = 40;

interface Singular {
  readonly subject: Subject;
  readonly evidence: Evidence;
  readonly finding: Finding;
  readonly structure: NetworkStructure | null;
}

/**
 * An open box and a direction along which one step flattens it, checked; null when none was found. Tries a flat last
 * hidden layer (`flatLayers`), then the exact kernel of I − η(H + wI) on each piece that was realised.
 */
export function findCollapse(singular: Singular, { theta }: { readonly theta: Float64Array }): CollapseEvidence | null {
  for (const candidate of candidates(singular, theta)) {
    const { batch, center, direction } = candidate;
    const sparse = [...direction].map(([index, value]) => ({ index, value: showRational(value) }));
    for (const radius of radii) {
      const evidence: CollapseEvidence = { batch, center, radius, direction: sparse };
      const refusal = refuteCollapse(singular.subject, evidence);
      if (refusal === null) return evidence;
      if (!refusal.startsWith("the box meets")) break;
    }
  }
  return null;
}

interface Candidate {
  readonly batch: number;
  readonly center: readonly number[];
  readonly direction: ReadonlyMap<number, Rational>;
}

function* candidates(singular: Singular, theta: Float64Array): Generator<Candidate> {
  const { subject, evidence, structure } = singular;
  for (const { center, directions } of structure ? flatLayers(structure, theta, subject.rule) : []) {
    for (const batch of subject.someBatches.keys()) {
      for (const direction of directions) yield { batch, center, direction };
    }
  }
  if (subject.problem.dimension > largestKernel || !evidence.pieces) return;
  const pieces = numberedPieces(subject.problem, evidence.pieces);
  if (typeof pieces === "string") return;
  for (const batch of subject.someBatches.keys()) {
    for (const { selections, theta: center } of pieces) {
      if (!center) continue;
      for (const direction of kernelVectors(subject, batch, selections)) yield { batch, center, direction };
    }
  }
}

/**
 * Vectors that I − η(H + wI) may annihilate on a piece: those of its constant blocks, and where these have none one from H
 * read exactly at θ = 0.
 */
function kernelVectors({ problem, rule, someBatches }: Subject, batch: number, selections: Selections) {
  const piece = pieceOf(problem, someBatches[batch]!, selections);
  const [eta, decay] = [simplestRational(rule.stepSize), simplestRational(rule.weightDecay)];
  const kernel = (h: readonly (readonly Rational[])[], coordinates: readonly number[]) => {
    const rows = h.map((row, i) =>
      row.map((entry, j) => {
        const own = i === j ? rational(1n) : rational(0n);
        const shifted = i === j ? addRationals(entry, decay) : entry;
        return subtractRationals(own, multiplyRationals(eta, shifted));
      }),
    );
    const vector = nullVector(rows);
    return vector && new Map([...vector].map(([i, x]) => [coordinates[i]!, x]));
  };
  const found = constantBlocks(piece).flatMap(({ matrix, coordinates }) => kernel(matrix, coordinates) ?? []);
  if (found.length > 0) return found;
  const { loss, dimension: n, inputs } = piece;
  const zeros = new Array<Rational>(n).fill(rational(0n));
  try {
    const h = readHessian(rationalScalars(), hessianProgram(loss, n), n, zeros, inputs);
    const rows = Array.from({ length: n }, (_, i) => h.slice(i * n, (i + 1) * n));
    return [kernel(rows, [...rows.keys()])].filter((v) => v !== null);
  } catch (error) {
    if (error instanceof UnreadableOperation) return [];
    throw error;
  }
}

/** A vector ≠ 0 in the kernel of a square matrix, by Gauss–Jordan elimination; null when it is invertible. */
function nullVector(a: Rational[][]): ReadonlyMap<number, Rational> | null {
  const pivots: number[] = [];
  for (let column = 0; column < a.length; column++) {
    const row = a.findIndex((r, i) => i >= pivots.length && r[column]!.numerator !== 0n);
    if (row < 0) {
      const entries = pivots.map((pivot, i): [number, Rational] => [pivot, a[i]![column]!]);
      const negated = entries.map(([i, x]): [number, Rational] => [i, subtractRationals(rational(0n), x)]);
      return new Map([...negated.filter(([, x]) => x.numerator !== 0n), [column, rational(1n)]]);
    }
    const at = pivots.length;
    [a[at], a[row]] = [a[row]!, a[at]!];
    const scale = a[at]![column]!;
    a[at] = a[at]!.map((x) => divideRationals(x, scale));
    a.forEach((r, i) => {
      const factor = r[column]!;
      if (i === at || factor.numerator === 0n) return;
      a[i] = r.map((x, j) => subtractRationals(x, multiplyRationals(factor, a[at]![j]!)));
    });
    pivots.push(column);
  }
  return null;
}
