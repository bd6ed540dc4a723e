import {
  addRationals,
  divideRationals,
  equalRationals,
  multiplyRationals,
  type Rational,
  rational,
  simplestRational,
  subtractRationals,
  toNumber,
} from "../modular/index.ts";
import type { Node } from "../program/index.ts";
import { type LinearPiece, type NetworkStructure, piecewiseLinear, type RuleFacts } from "../verify/index.ts";

/** θ with every unit of the last hidden layer flat on every sample, and directions that a step may then annihilate. */
export interface FlatLayer {
  readonly center: readonly number[];
  readonly directions: readonly ReadonlyMap<number, Rational>[];
}

/**
 * Ways to make the last hidden layer flat (weights 0, biases inside flat pieces of the activation) on which one step may
 * collapse. With the units at levels a_j the loss sees s = Σ v_j a_j + c alone, of curvature 2κ(1 + Σ a_j²) for one
 * output, along (a, 1); dead units, all a_j = 0, leave the output bias. By decay, 1 − ηw = 0, any hidden weight will do.
 */
export function* flatLayers(
  { hidden, output, loss, form, outputCount }: NetworkStructure,
  theta: Float64Array,
  { stepSize, weightDecay, weightSums }: RuleFacts,
): Generator<FlatLayer> {
  const pieces = hidden?.bias && piecewiseLinear(hidden.activation.y, hidden.activation.x);
  if (!hidden?.bias || !pieces) return;
  const slotOf = (node: Node) => loss.parameters.find((x) => x.node === node)!.slot;
  const [weight, bias] = [slotOf(hidden.weight), slotOf(hidden.bias)];
  const [eta, decay] = [simplestRational(stepSize), simplestRational(weightDecay)];
  const byDecay = equalRationals(multiplyRationals(eta, decay), one);
  const curvature = subtractRationals(divideRationals(one, eta), decay);
  const flat = flatPieces(pieces);
  for (const counts of shares(bias.size, byDecay ? flat.slice(0, 1) : flat)) {
    const levels = counts.flatMap((count, i) => new Array<Flat>(count).fill(flat[i]!));
    const squares = levels.map(({ level }) => multiplyRationals(level, level)).reduce(addRationals, one);
    const isHit = (sum: number) =>
      form.kind === "mse" &&
      equalRationals(
        curvature,
        [rational(2n), simplestRational(form.scale), simplestRational(sum), squares].reduce(multiplyRationals),
      );
    const directions: Map<number, Rational>[] = [];
    if (output?.bias && (weightSums === null || weightSums.some(isHit))) {
      const heads = [output.weight, output.bias].map(slotOf) as [ReturnType<typeof slotOf>, ReturnType<typeof slotOf>];
      const row = levels.map(({ level }, j): [number, Rational] => [heads[0].offset + j, level]);
      const dead = row.every(([, level]) => level.numerator === 0n);
      if (dead || outputCount === 1) {
        directions.push(new Map([...row.filter(([, a]) => a.numerator !== 0n), [heads[1].offset, one]]));
      }
    }
    if (byDecay) directions.push(new Map([[weight.offset, one]]));
    if (directions.length === 0) continue;
    const center = [...theta];
    center.fill(0, weight.offset, weight.offset + weight.size);
    for (const [j, { inside }] of levels.entries()) center[bias.offset + j] = inside;
    yield { center, directions };
  }
}

const one = rational(1n);
/** How far into a flat piece without end: boxes around it may be wide then. */
const far = 16;

interface Flat {
  readonly level: Rational;
  /** A number well inside the piece. */
  readonly inside: number;
}

function flatPieces(pieces: readonly LinearPiece[]): Flat[] {
  return pieces.flatMap(({ from, slope, intercept }, i) => {
    const to = pieces[i + 1]?.from ?? null;
    const inside =
      from && to ? toNumber(addRationals(from, to)) / 2 : from ? toNumber(from) + far : to ? toNumber(to) - far : 0;
    return slope.numerator === 0n ? [{ level: intercept, inside }] : [];
  });
}

/** Every way to share `units` among the levels. */
function* shares(units: number, levels: readonly Flat[]): Generator<number[]> {
  if (levels.length === 0) return;
  if (levels.length === 1) {
    yield [units];
    return;
  }
  for (let count = units; count >= 0; count--) {
    for (const rest of shares(units - count, levels.slice(1))) yield [count, ...rest];
  }
}
