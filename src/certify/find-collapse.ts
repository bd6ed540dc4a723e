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
import type { Node } from "../program/index.ts";
import {
  type CollapseEvidence,
  type Evidence,
  type Finding,
  hessianProgram,
  type NetworkStructure,
  pieceOf,
  rationalScalars,
  readHessian,
  refuteCollapse,
  type Subject,
  slopes,
} from "../verify/index.ts";

/** Radii of the boxes tried, widest first. */
const radii = [2 ** -4, 2 ** -8, 2 ** -14, 2 ** -20, 2 ** -30];
/** Above this dimension no kernel is computed exactly. */
const largestKernel = 40;

interface Singular {
  readonly subject: Subject;
  readonly evidence: Evidence;
  readonly finding: Finding;
  readonly structure: NetworkStructure | null;
}

/**
 * An open box and a direction along which one step flattens it, checked; null when none was found. Tries a dead last
 * hidden layer (there the output bias lands on the mean target, and a weight is shrunk to 0 by decay at η = 1/w), then
 * the exact kernel of I − η(H + wI) on each piece that was realised.
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
  const units = structure ? deadLayer(structure, theta) : null;
  for (const batch of subject.someBatches.keys()) {
    for (const index of units?.directions ?? []) {
      yield { batch, center: units!.center, direction: new Map([[index, rational(1n)]]) };
    }
  }
  if (subject.problem.dimension > largestKernel) return;
  for (const batch of subject.someBatches.keys()) {
    for (const { piece, theta: center } of evidence.pieces?.realised ?? []) {
      const direction = kernelVector(subject, batch, piece);
      if (direction) yield { batch, center, direction };
    }
  }
}

/** θ with the last hidden layer switched off on every sample, and the parameters that may then be forgotten. */
function deadLayer({ hidden, output, loss }: NetworkStructure, theta: Float64Array) {
  if (!hidden?.bias || hidden.activation.kind !== "homogeneous") return null;
  const { left, right } = slopes(hidden.activation);
  const side = left.lo === 0 && left.hi === 0 ? -1 : right.lo === 0 && right.hi === 0 ? 1 : 0;
  if (side === 0) return null;
  const slotOf = (node: Node) => loss.parameters.find((x) => x.node === node)!.slot;
  const [weight, bias] = [slotOf(hidden.weight), slotOf(hidden.bias)];
  const center = [...theta];
  center.fill(0, weight.offset, weight.offset + weight.size);
  center.fill(side, bias.offset, bias.offset + bias.size);
  return { center, directions: [...(output?.bias ? [slotOf(output.bias).offset] : []), weight.offset] };
}

/** A vector that I − η(H + wI) annihilates where H is read exactly at θ = 0; null when there is none. */
function kernelVector({ problem, rule, someBatches }: Subject, batch: number, piece: number) {
  const { loss, dimension: n, inputs } = pieceOf(problem, someBatches[batch]!, piece);
  const [eta, decay] = [simplestRational(rule.stepSize), simplestRational(rule.weightDecay)];
  const zeros = new Array<Rational>(n).fill(rational(0n));
  const h = readHessian(rationalScalars(), hessianProgram(loss, n), n, zeros, inputs);
  const rows = Array.from({ length: n }, (_, i) => {
    return Array.from({ length: n }, (_, j) => {
      const own = i === j ? rational(1n) : rational(0n);
      const shifted = i === j ? addRationals(h[i * n + j]!, decay) : h[i * n + j]!;
      return subtractRationals(own, multiplyRationals(eta, shifted));
    });
  });
  return nullVector(rows);
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
